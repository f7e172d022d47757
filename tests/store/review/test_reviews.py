"""Whose clock ends a lease, and what becomes of a change that fails; the rest is in `tests/contract`."""

from __future__ import annotations

import pytest

from support.clocks import StillClock
from vanguard.review.values import ClaimOrder, NewDecision, NewTask, Reviewer
from vanguard.store.review import reviews as module
from vanguard.store.review.reviews import Reviews

ANN = Reviewer("ann")
LONG_AGO_MS = 1_000


def test_leases_end_by_the_databases_clock(database, monkeypatch) -> None:
    monkeypatch.setattr("vanguard.core.clock.SystemClock.now_ms", lambda _: LONG_AGO_MS)
    store = Reviews(database)
    store.add([NewTask("q", "k", "s")], ANN)
    (task,) = store.claim(ClaimOrder("q", lease_s=10), ANN)
    ours = task.claim.expires_at_ms == LONG_AGO_MS + 10_000
    assert ours == database.is_sqlite  # a server has a clock of its own
    assert task.claim.expires_at_ms - task.created_at_ms >= 10_000


def test_the_clock_is_read_after_the_lock(reviews, database, clock, monkeypatch) -> None:
    """Whoever waits for a task until the lease of its holder is over may have it."""
    reviews.add([NewTask("q", "k", "s")], ANN)
    (task,) = reviews.claim(ClaimOrder("q", lease_s=10), ANN)
    find = module.find

    def slowly(connection, task_id, *, lock=False):
        row = find(connection, task_id, lock=lock)
        clock.advance(10)
        return row

    monkeypatch.setattr(module, "find", slowly)
    held = reviews.hold(task.id, 10, Reviewer("ben"))
    assert held.claim.reviewer == "ben"


@pytest.mark.parametrize("step", ["append", "save", "index_tags"])
def test_a_decision_is_kept_whole_or_not_at_all(reviews, monkeypatch, step) -> None:
    (task,) = reviews.add([NewTask("q", "k", "s", tags=("t",))], ANN)

    def fail(*_arguments, **_more):
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(module, step, fail)
        with pytest.raises(RuntimeError):
            reviews.decide(task.id, NewDecision("accept", 1), ANN)
    assert reviews.task(task.id) == task
    assert reviews.history(task.id) == []
    assert [event.action for event in reviews.trail(task.id)] == ["add"]


def test_ratings_are_read_page_by_page(reviews, monkeypatch) -> None:
    monkeypatch.setattr(module, "_RATED_AT_ONCE", 2)
    tasks = reviews.add([NewTask("q", "k", str(number), wanted=3) for number in range(5)], ANN)
    for task in tasks:
        for version, name in enumerate("ab", start=1):
            reviews.decide(task.id, NewDecision("accept", version), Reviewer(name))
    alone = reviews.add([NewTask("q", "k", "one", wanted=2)], ANN)[0]
    reviews.decide(alone.id, NewDecision("accept", 1), ANN)
    found = list(reviews.ratings("q"))
    assert [ratings[0].task_id for ratings in found] == [task.id for task in tasks]
    assert all([one.reviewer for one in ratings] == ["a", "b"] for ratings in found)


def test_nothing_is_rated_in_an_empty_queue(database) -> None:
    assert list(Reviews(database, StillClock()).ratings("q")) == []
