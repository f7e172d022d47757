"""Puts tasks into their queues, takes undecided ones back, and forgets what tasks were about.

It does not know claims or decisions; it asks the rules whether a task may still be replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select, tuple_

from vanguard.core.errors import InvalidRequest, RequestTooLarge
from vanguard.core.ids import new_id
from vanguard.review.bounds import check_task, json_bytes
from vanguard.review.rules import forgotten, may_be_replaced, replaced, withdrawn
from vanguard.review.values import MOST_ADDED, ForgetOrder, NewTask, Reviewer, Task
from vanguard.store.review.counts import Change, count
from vanguard.store.review.rows import (
    columns_of,
    forget_texts,
    histories,
    index_tags,
    save,
    task_of,
)
from vanguard.store.review.search import beginning_with, told
from vanguard.store.review.trail import note
from vanguard.store.tables import review_tasks
from vanguard.store.upsert import insert_new

AT_ONCE = 200
_Place = tuple[str, str]


class Prepared(NamedTuple):
    """A new task whose fields are sound, and its payload as JSON."""

    new: NewTask
    payload: bytes


def prepared(tasks: Sequence[NewTask]) -> dict[_Place, Prepared]:
    """New tasks by queue and subject.

    Raises:
        InvalidRequest: a field is out of bounds, or the same subject comes twice.
        RequestTooLarge: too many tasks, or too large a payload.
    """
    if len(tasks) > MOST_ADDED:
        raise RequestTooLarge(f"tasks: {len(tasks)} at once; {MOST_ADDED} are the most")
    found: dict[_Place, Prepared] = {}
    for new in tasks:
        check_task(new)
        place = (new.queue, new.subject)
        if place in found:
            raise InvalidRequest(f"tasks: the subject '{new.subject}' comes twice", param="subject")
        payload = json_bytes(new.payload, "payload")
        tags = tuple(dict.fromkeys(new.tags))
        kept = msgspec.structs.replace(new, payload=msgspec.json.decode(payload), tags=tags)
        found[place] = Prepared(kept, payload)
    return found


def add(
    connection: Connection, tasks: dict[_Place, Prepared], by: Reviewer, now_ms: int
) -> list[Task]:
    """Inserts what is new, replaces what may be replaced; returns all as they are now."""
    fresh = _insert(connection, tasks, now_ms)
    query = (
        select(review_tasks)
        .where(tuple_(review_tasks.c.queue, review_tasks.c.subject).in_(list(tasks)))
        .order_by(review_tasks.c.id)
        .with_for_update()
    )
    rows = connection.execute(query).mappings().all()
    there = {(row["queue"], row["subject"]): task_of(row, now_ms) for row in rows}
    old = [task for task in there.values() if task.id not in fresh]
    past = histories(connection, [task.id for task in old])
    changed, changes = [], []
    for task in old:
        place = (task.queue, task.subject)
        new, payload = tasks[place]
        if not may_be_replaced(task, past.get(task.id, [])):
            continue
        after = replaced(task, new, now_ms)
        if after is not task:
            save(connection, after, payload)
            there[place] = after
            changed.append(after)
            changes.append(Change(task, after))
    made = [task for task in there.values() if task.id in fresh]
    index_tags(connection, [*made, *changed])
    note(connection, "add", made, by, now_ms)
    note(connection, "replace", changed, by, now_ms)
    count(connection, [*(Change(None, task) for task in made), *changes])
    return [there[place] for place in tasks]


def withdraw(
    connection: Connection, queue: str, subject_prefix: str, by: Reviewer, now_ms: int
) -> int:
    """Takes some undecided tasks back, at most `AT_ONCE`; returns how many."""
    query = beginning_with(queue, subject_prefix, AT_ONCE)
    before = [task_of(row, now_ms) for row in connection.execute(query).mappings().all()]
    gone = [withdrawn(task, now_ms) for task in before]
    for task in gone:
        save(connection, task, b"null")
    index_tags(connection, gone)
    note(connection, "withdraw", gone, by, now_ms)
    count(connection, map(Change, before, gone))
    return len(gone)


def forget(connection: Connection, order: ForgetOrder, by: Reviewer, now_ms: int) -> int:
    """Forgets what some tasks were about, at most `AT_ONCE`; returns how many."""
    query = told(order, AT_ONCE)
    before = [task_of(row, now_ms) for row in connection.execute(query).mappings().all()]
    gone = [forgotten(task, now_ms) for task in before]
    for task in gone:
        save(connection, task, b"null")
    forget_texts(connection, [task.id for task in gone])
    index_tags(connection, gone)
    note(connection, "forget", gone, by, now_ms)
    count(connection, map(Change, before, gone))
    return len(gone)


def _insert(connection: Connection, tasks: dict[_Place, Prepared], now_ms: int) -> set[str]:
    """Inserts the tasks whose subjects are not there; returns the ids given to all of them.

    Ids rise with the order given: of two tasks as doubtful as each other, the first comes first.
    """
    ids = sorted(new_id("rvt") for _ in tasks)
    rows = {}
    for task_id, (place, (new, payload)) in zip(ids, tasks.items(), strict=True):
        task = Task(
            **msgspec.structs.asdict(new),
            id=task_id,
            state="open",
            version=1,
            created_at_ms=now_ms,
            changed_at_ms=now_ms,
        )
        rows[place] = columns_of(task) | {"payload": payload}
    # In one order, so that two who add the same subjects never wait for one another in a ring.
    insert_new(connection, review_tasks, [rows[place] for place in sorted(rows)])
    return set(ids)
