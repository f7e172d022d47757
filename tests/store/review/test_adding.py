"""Tasks put into queues; who may replace what is in `tests/contract`."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from vanguard.core.errors import InvalidRequest, RequestTooLarge
from vanguard.review.values import MOST_ADDED, NewTask, Reviewer, TaskQuery
from vanguard.store.review import adding
from vanguard.store.tables import audit

ROOT = Reviewer("root")


def new(subject: str, **more) -> NewTask:
    return NewTask("q", "k", subject, **more)


def test_what_is_prepared_is_sound_and_plain() -> None:
    ((place, (task, payload)),) = adding.prepared(
        [new("s", payload={"at": (1, 2)}, tags=("b", "a", "b"))]
    ).items()
    assert place == ("q", "s")
    assert (task.payload, task.tags, payload) == ({"at": [1, 2]}, ("b", "a"), b'{"at":[1,2]}')
    assert adding.prepared([]) == {}
    assert len(adding.prepared([new("s"), NewTask("r", "k", "s")])) == 2


def test_what_is_not_sound_is_refused_whole(reviews) -> None:
    for tasks, error in (
        ([new("a"), new("a")], InvalidRequest),
        ([new("a"), new("")], InvalidRequest),
        ([new("a"), new("b", payload=float("nan"))], InvalidRequest),
        ([new(str(number)) for number in range(MOST_ADDED + 1)], RequestTooLarge),
    ):
        with pytest.raises(error):
            reviews.add(tasks, ROOT)
    assert reviews.queues() == []
    assert reviews.add([], ROOT) == []


def test_as_many_as_may_be_at_once_come_back_in_the_order_given(reviews) -> None:
    names = [str(number) for number in range(MOST_ADDED, 0, -1)]
    made = reviews.add([new(name, tags=("t",)) for name in names], ROOT)
    assert [task.subject for task in made] == names
    again = reviews.add([new(name, tags=("t",)) for name in names[9::-1]], ROOT)
    assert again == made[9::-1]
    first = reviews.tasks(TaskQuery("q", tag="t", limit=3)).tasks
    assert [task.subject for task in first] == names[:3]


def test_withdrawing_goes_in_portions(reviews, database, monkeypatch) -> None:
    reviews.add([new(f"x/{number}") for number in range(7)] + [new("y")], ROOT)
    monkeypatch.setattr(adding, "AT_ONCE", 3)
    assert reviews.withdraw("q", "x/", ROOT) == 7
    assert [task.subject for task in reviews.tasks(TaskQuery("q", "open")).tasks] == ["y"]
    with database.read() as connection:
        query = select(func.count()).where(audit.c.action == "review.withdraw")
        assert connection.execute(query).scalar_one() == 7
