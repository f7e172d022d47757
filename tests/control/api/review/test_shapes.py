"""Shapes of reviewers' tasks."""

from __future__ import annotations

from typing import get_args

import pytest
from pydantic import ValidationError

from vanguard.control.api.review import shapes
from vanguard.review import values
from vanguard.review.agreement import Agreement
from vanguard.review.values import Claim, Decision, Event, QueueSummary, Task

TASK = Task(
    "rvt_1", "q", "k", "p", "s", 0.5, [1], ("t",), 1, "claimed", 2, 0, 1_000, Claim("a", 2_000)
)


def test_a_task_is_shown_whole() -> None:
    shown = shapes.task_out(TASK).model_dump(mode="json")
    assert shown["claim"] == {"reviewer": "a", "expires": "1970-01-01T00:00:02Z"}
    assert (shown["created"], shown["changed"]) == ("1970-01-01T00:00:00Z", "1970-01-01T00:00:01Z")
    assert set(shown) == set(shapes.TaskOut.model_fields)
    assert shapes.task_fields(TASK).keys() == shown.keys()


def test_history_and_trail_stand_beside_it() -> None:
    said = Decision("rvd_2", "rvt_1", "undo", None, "", "a", 5, 3, "rvd_1")
    event = Event(7, "console", "a", "undo", 3)
    shown = shapes.task_with_history(TASK, [said], [event])
    assert (shown.history[0].undoes, shown.history[0].version) == ("rvd_1", 3)
    assert (shown.trail[0].actor, shown.trail[0].action) == ("console", "undo")
    assert shapes.decision_out(Decision("d", "t", "skip", None, "", "a", 5, 3)).undoes is None


def test_queues_and_agreement_have_gaps_where_nothing_is_known() -> None:
    assert shapes.queue_out(QueueSummary("q", 0, 1, 2, None)).oldest is None
    nothing = shapes.agreement_out(Agreement(0, 0, None, None, None))
    assert (nothing.tasks, nothing.alpha) == (0, None)


def test_words_and_bounds_are_those_of_the_values() -> None:
    assert get_args(shapes.Verdict) == get_args(values.Verdict) == values.VERDICTS
    assert get_args(shapes.State) == get_args(values.State)
    for wrong in ({"count": 0}, {"lease_s": 3_601}, {"tag": ""}, {"more": 1}):
        with pytest.raises(ValidationError):
            shapes.ClaimsIn.model_validate(wrong)
    assert shapes.ClaimsIn().lease_s == values.LEASE_S
