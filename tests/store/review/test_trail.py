"""The audit trail of tasks."""

from __future__ import annotations

from vanguard.review.values import Event, NewTask, Reviewer
from vanguard.store.review.trail import events, note


def test_a_line_for_each_task_and_the_last_ones_in_order(reviews, database) -> None:
    one, other = reviews.add(
        [NewTask("q", "k", "1"), NewTask("q", "k", "2")], Reviewer("root", "cli")
    )
    with database.write() as connection:
        note(connection, "claim", [one, other], Reviewer("ann", "console"), one.created_at_ms + 1)
        note(connection, "skip", [one], Reviewer("ann"), one.created_at_ms + 2)
        note(connection, "nothing", [], Reviewer("ann"), one.created_at_ms + 3)
        whole = events(connection, one.id, 10)
        assert events(connection, one.id, 2) == whole[1:]
        assert events(connection, "rvt_0", 10) == []
        assert len(events(connection, other.id, 10)) == 2
    assert whole == [
        Event(one.created_at_ms, "cli", "root", "add", 1),
        Event(one.created_at_ms + 1, "console", "ann", "claim", 1),
        Event(one.created_at_ms + 2, "ann", "ann", "skip", 1),
    ]
