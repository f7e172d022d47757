"""Reads and writes single tasks and their histories.

It does not know when a change is allowed, nor in what order tasks are wanted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, delete, select, text, update

from vanguard.core.errors import RouteNotFound
from vanguard.review.values import Claim, Decision, State, Task
from vanguard.store.tables import review_decisions, review_tags, review_tasks

Row = RowMapping | Mapping[str, Any]
ID = re.compile(r"rvt_[0-9a-f]{1,64}")
_SERVER_NOW = text("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)")


def server_now_ms(connection: Connection) -> int:
    """The time of PostgreSQL's own clock, UTC milliseconds: one for all hosts that ask."""
    return int(connection.execute(_SERVER_NOW).scalar_one())


def task_of(row: Row, now_ms: int) -> Task:
    """The task in a row; a claim whose time is over is none."""
    claim = None
    state: State = row["state"]
    if state == "open" and row["claimed_until_ms"] > now_ms:
        state, claim = "claimed", Claim(row["claimed_by"], row["claimed_until_ms"])
    return Task(
        id=row["id"],
        queue=row["queue"],
        kind=row["kind"],
        project=row["project"],
        subject=row["subject"],
        doubt=0.0 - row["rank"],  # not -rank: that of 0 is -0
        payload=msgspec.json.decode(row["payload"]),
        tags=tuple(row["tags"]),
        wanted=row["wanted"],
        state=state,
        version=row["version"],
        created_at_ms=row["created_at_ms"],
        changed_at_ms=row["changed_at_ms"],
        claim=claim,
    )


def columns_of(task: Task) -> dict[str, Any]:
    """The columns of a task but for its payload."""
    claim = task.claim
    return {
        "id": task.id,
        "queue": task.queue,
        "kind": task.kind,
        "project": task.project,
        "subject": task.subject,
        "state": "open" if task.state == "claimed" else task.state,
        "rank": 0.0 - task.doubt,
        "tags": list(task.tags),
        "wanted": task.wanted,
        "version": task.version,
        "created_at_ms": task.created_at_ms,
        "changed_at_ms": task.changed_at_ms,
        "claimed_by": claim.reviewer if claim else "",
        "claimed_until_ms": claim.expires_at_ms if claim else 0,
    }


def find(connection: Connection, task_id: str, *, lock: bool = False) -> Row:
    """The row of one task; with `lock` nobody else changes it before the transaction ends.

    Raises:
        RouteNotFound: there is none.
    """
    query = select(review_tasks).where(review_tasks.c.id == task_id)
    row = None
    if ID.fullmatch(task_id):  # PostgreSQL cannot even be asked for some other texts
        row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    if row is None:
        raise RouteNotFound("there is no such task")
    return row


def save(connection: Connection, task: Task, payload: bytes | None = None) -> None:
    """Writes a changed task; its payload only where that is another one."""
    columns = columns_of(task)
    if payload is not None:
        columns["payload"] = payload
    connection.execute(update(review_tasks).where(review_tasks.c.id == task.id).values(columns))


def index_tags(connection: Connection, tasks: Sequence[Task]) -> None:
    """Puts tasks where their tags, state and doubt belong in the index of tags."""
    if not tasks:
        return
    ids = [task.id for task in tasks]
    connection.execute(delete(review_tags).where(review_tags.c.task_id.in_(ids)))
    rows = [
        {
            "queue": task.queue,
            "tag": tag,
            "state": "open" if task.state == "claimed" else task.state,
            "rank": 0.0 - task.doubt,
            "task_id": task.id,
        }
        for task in tasks
        for tag in dict.fromkeys(task.tags)
    ]
    if rows:
        connection.execute(review_tags.insert(), rows)


def histories(connection: Connection, ids: Sequence[str]) -> dict[str, list[Decision]]:
    """The histories of some tasks, each from its beginning; none for those that have none."""
    found: dict[str, list[Decision]] = {}
    query = (
        select(review_decisions)
        .where(review_decisions.c.task_id.in_(ids))
        .order_by(review_decisions.c.task_id, review_decisions.c.version)
    )
    for row in connection.execute(query).mappings():
        value = row["value"]
        line = Decision(
            **{
                **row,
                "value": None if value is None else msgspec.json.decode(value),
                "undoes": row["undoes"] or "",
            }
        )
        found.setdefault(line.task_id, []).append(line)
    return found


def append(connection: Connection, line: Decision, value: bytes | None) -> None:
    """Adds a line to the history of its task."""
    row = msgspec.structs.asdict(line) | {"value": value, "undoes": line.undoes or None}
    connection.execute(review_decisions.insert().values(row))


def forget_texts(connection: Connection, ids: Sequence[str]) -> None:
    """Takes values and notes out of the histories of some tasks; verdicts, people and times stay."""
    if ids:
        decisions = review_decisions.c
        connection.execute(
            update(review_decisions).where(decisions.task_id.in_(ids)).values(value=None, note="")
        )
