"""Keeps count of the tasks in each queue and state.

It does not know tasks. Rows are changed last in a transaction and in one order, so that two who change the
same never wait for one another in a ring.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, select

from vanguard.review.values import Task
from vanguard.store.tables import review_counts
from vanguard.store.upsert import insert_or_add

_counts = review_counts.c


class Change(NamedTuple):
    """A task before and after; None where it was not there."""

    before: Task | None
    after: Task


def count(connection: Connection, changes: Iterable[Change]) -> None:
    """Takes note of changes; call it once, when all else is written."""
    more: Counter[tuple[str, str]] = Counter()
    for before, after in changes:
        if before is not None:
            more[before.queue, kept_as(before)] -= 1
        more[after.queue, kept_as(after)] += 1
    rows = [
        {"queue": queue, "state": state, "number": number}
        for (queue, state), number in sorted(more.items())
        if number
    ]
    insert_or_add(connection, review_counts, rows, ["number"])


def by_queue(connection: Connection) -> Mapping[str, Mapping[str, int]]:
    """How many tasks are in each state, by queue; queues and states without any are left out."""
    found: dict[str, dict[str, int]] = {}
    for row in connection.execute(select(review_counts).where(_counts.number > 0)):
        found.setdefault(row.queue, {})[row.state] = row.number
    return found


def kept_as(task: Task) -> str:
    """The state under which a task is kept: a claim is none."""
    return "open" if task.state == "claimed" else task.state
