"""Writes and reads the audit trail of tasks.

It does not know what the actions mean.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from vanguard.core.ids import new_id
from vanguard.review.values import Event, Reviewer, Task
from vanguard.store.tables import audit


def note(
    connection: Connection, action: str, tasks: Sequence[Task], by: Reviewer, at_ms: int
) -> None:
    """Writes that somebody did something to each of these tasks, which are as they are since."""
    if not tasks:
        return
    rows = [
        {
            "id": new_id("audit"),
            "at_ms": at_ms,
            "actor": by.actor or by.name,
            "action": f"review.{action}",
            "subject": task.id,
            "detail": {"queue": task.queue, "reviewer": by.name, "version": task.version},
        }
        for task in tasks
    ]
    connection.execute(audit.insert(), rows)


def events(connection: Connection, task_id: str, limit: int) -> list[Event]:
    """The last things done to a task, the oldest first."""
    query = (
        select(audit)
        .where(audit.c.subject == task_id)
        .order_by(audit.c.at_ms.desc(), audit.c.id.desc())
        .limit(limit)
    )
    found = [
        Event(
            at_ms=row["at_ms"],
            actor=row["actor"],
            reviewer=row["detail"].get("reviewer", ""),
            action=row["action"].removeprefix("review."),
            version=row["detail"].get("version", 0),
        )
        for row in connection.execute(query).mappings()
    ]
    return found[::-1]
