"""What every place that keeps reviewers' tasks must do: the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from collections import Counter

import pytest

from support.clocks import StillClock
from vanguard.core.errors import Conflict, Forbidden, InvalidRequest, RequestTooLarge, RouteNotFound
from vanguard.review.ports import ReviewStore
from vanguard.review.values import (
    ClaimOrder,
    ForgetOrder,
    NewDecision,
    NewTask,
    Reviewer,
    TaskQuery,
)
from vanguard.store.database import Database
from vanguard.store.review.reviews import Reviews

ANN, BEN, CY = Reviewer("ann"), Reviewer("ben"), Reviewer("cy")
ROOT = Reviewer("root", "admin-key", admin=True)


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def reviews(database: Database, clock: StillClock) -> ReviewStore:
    return Reviews(database, clock)


def new(subject: str, doubt: float = 0.5, **more) -> NewTask:
    return NewTask("letters", "letters.line", subject, doubt, **{"payload": subject, **more})


def subjects(tasks) -> list[str]:
    return [task.subject for task in tasks]


def claim(reviews, by, count=1, **more):
    return reviews.claim(ClaimOrder("letters", count, **more), by)


def accept(reviews, task, by, verdict="accept", **more):
    return reviews.decide(task.id, NewDecision(verdict, task.version, **more), by)


def test_a_queue_begins_with_the_most_doubtful_then_the_oldest(reviews, clock) -> None:
    reviews.add([new("a", 0.1), new("b", 0.9), new("c", 0.5), new("d", 0.5)], ROOT)
    clock.advance(1)
    reviews.add([new("e", 0.5), new("f", 1.0), new("g", 0.0)], ROOT)
    order = ["f", "b", "c", "d", "e", "a", "g"]
    assert subjects(reviews.tasks(TaskQuery("letters")).tasks) == order
    assert subjects(claim(reviews, ANN, 100)) == order


def test_a_task_comes_back_as_it_was_put(reviews) -> None:
    payload = {"text": "نص \u0000 ", "numbers": [1, 2.5, None, True], "deep": {"a": [{}]}}
    (made,) = reviews.add([new("x/1", 0.25, payload=payload, tags=("b", "a", "b"))], ROOT)
    assert made == reviews.task(made.id)
    assert (made.payload, made.tags, made.doubt) == (payload, ("b", "a"), 0.25)
    assert (made.state, made.version, made.wanted, made.claim) == ("open", 1, 1, None)


def test_claims_last_as_long_as_their_lease(reviews, clock) -> None:
    reviews.add([new("a")], ROOT)
    (task,) = claim(reviews, ANN, lease_s=10)
    assert (task.state, task.claim.reviewer) == ("claimed", "ann")
    assert claim(reviews, BEN) == []
    clock.advance(9)
    reviews.hold(task.id, 10, ANN)
    clock.advance(9)
    assert claim(reviews, BEN) == []
    with pytest.raises(Conflict, match="ann is at work"):
        reviews.hold(task.id, 10, BEN)
    clock.advance(1)
    assert reviews.task(task.id).state == "open"
    (taken,) = claim(reviews, BEN)
    assert taken.claim.reviewer == "ben"
    with pytest.raises(Conflict, match="ben is at work"):
        accept(reviews, task, ANN)


def test_what_one_holds_comes_first_again(reviews) -> None:
    reviews.add([new("a", 0.1), new("b", 0.2), new("c", 0.9)], ROOT)
    first = claim(reviews, ANN, 1, subject_prefix="a")
    assert subjects(first) == ["a"]
    assert subjects(claim(reviews, ANN, 2)) == ["a", "c"]
    assert subjects(claim(reviews, ANN, 2)) == ["c", "a"]
    assert subjects(claim(reviews, BEN, 9)) == ["b"]


def test_deciding_undoing_and_undoing_again(reviews, clock) -> None:
    (task,) = reviews.add([new("a")], ROOT)
    done = accept(reviews, task, ANN, "correct", value={"text": "b"}, note="n")
    assert (done.state, done.version) == ("decided", 2)
    with pytest.raises(Forbidden, match="ann"):
        reviews.undo(task.id, 2, BEN)
    clock.advance(1)
    again = reviews.undo(task.id, 2, ANN)
    assert (again.state, again.version) == ("open", 3)
    with pytest.raises(Conflict, match="nothing to undo"):
        reviews.undo(task.id, 3, ANN)
    clock.advance(1)
    accept(reviews, again, BEN, "reject")
    reviews.undo(task.id, 4, ROOT)
    lines = reviews.history(task.id)
    assert [(line.verdict, line.reviewer, line.version) for line in lines] == [
        ("correct", "ann", 2),
        ("undo", "ann", 3),
        ("reject", "ben", 4),
        ("undo", "root", 5),
    ]
    assert lines[0].value == {"text": "b"}
    assert [line.undoes for line in lines] == ["", lines[0].id, "", lines[2].id]
    assert reviews.decided("letters").found == ()


def test_a_decision_on_a_moved_version_keeps_nothing(reviews) -> None:
    (task,) = reviews.add([new("a")], ROOT)
    reviews.add([new("a", payload="other")], ROOT)
    with pytest.raises(Conflict, match="from version 1 to 2"):
        accept(reviews, task, ANN, "correct", value="mine")
    assert reviews.history(task.id) == []
    accept(reviews, reviews.task(task.id), ANN)
    with pytest.raises(Conflict, match="'accept' by ann"):
        reviews.decide(task.id, NewDecision("reject", 2), BEN)
    with pytest.raises(Conflict, match="decided"):
        reviews.decide(task.id, NewDecision("reject", 3), BEN)
    assert len(reviews.history(task.id)) == 1


def test_several_decisions_are_wanted_of_several_people(reviews) -> None:
    (task,) = reviews.add([new("a", wanted=2)], ROOT)
    (task,) = claim(reviews, ANN)
    half = accept(reviews, task, ANN)
    assert half.state == "open"
    assert claim(reviews, ANN) == []
    for refused in (
        lambda: accept(reviews, half, ANN),
        lambda: reviews.hold(half.id, 300, ANN),
    ):
        with pytest.raises(Conflict, match="decided task"):
            refused()
    assert reviews.add([new("a", payload="other", wanted=1)], ROOT) == [half]
    (task,) = claim(reviews, BEN)
    done = accept(reviews, task, BEN, "reject")
    assert done.state == "decided"
    (ratings,) = reviews.ratings("letters")
    assert [(one.reviewer, one.verdict) for one in ratings] == [
        ("ann", "accept"),
        ("ben", "reject"),
    ]
    reviews.undo(task.id, done.version, ANN)
    assert list(reviews.ratings("letters")) == []
    assert subjects(claim(reviews, ANN)) == ["a"]
    assert claim(reviews, BEN) == []


def test_a_skip_passes_the_task_on(reviews) -> None:
    (task,) = reviews.add([new("a")], ROOT)
    skipped = accept(reviews, task, ANN, "skip")
    assert (skipped.state, skipped.version) == ("open", 2)
    assert claim(reviews, ANN) == []
    assert subjects(claim(reviews, BEN)) == ["a"]
    reviews.release(task.id, BEN)
    back = reviews.undo(task.id, 2, ANN)
    assert subjects(claim(reviews, ANN)) == ["a"]
    accept(reviews, back, ANN, "skip")
    held = reviews.hold(task.id, 300, ANN)  # by name a skipped task can be had again
    assert accept(reviews, held, ANN).state == "decided"


def test_the_same_subject_replaces_what_nobody_decided(reviews, clock) -> None:
    (task,) = reviews.add([new("a", 0.1, tags=("old",))], ROOT)
    (task,) = claim(reviews, ANN)
    clock.advance(1)
    (after,) = reviews.add([new("a", 0.7, payload=[1], tags=("new",))], ROOT)
    assert (after.id, after.version, after.created_at_ms) == (task.id, 2, task.created_at_ms)
    assert (after.payload, after.doubt, after.state) == ([1], 0.7, "claimed")
    assert subjects(reviews.tasks(TaskQuery("letters", tag="new")).tasks) == ["a"]
    assert reviews.tasks(TaskQuery("letters", tag="old")).tasks == ()
    (same,) = reviews.add([new("a", 0.7, payload=[1], tags=("new",))], ROOT)
    assert same == after
    done = accept(reviews, after, ANN)
    assert reviews.add([new("a", payload="other")], ROOT) == [done]
    assert reviews.add([NewTask("other", "k", "a")], ROOT)[0].id != task.id


def test_withdrawing_takes_back_what_is_undecided(reviews) -> None:
    done, held, _left = reviews.add([new("x/1", 0.9), new("x/2", 0.8), new("y/1")], ROOT)
    accept(reviews, done, ANN)
    claim(reviews, ANN)
    assert reviews.withdraw("letters", "x/", ROOT) == 1
    assert reviews.withdraw("letters", "x/", ROOT) == 0
    gone = reviews.task(held.id)
    assert (gone.state, gone.version, gone.claim, gone.payload) == ("withdrawn", 2, None, None)
    for refused in (
        lambda: accept(reviews, gone, ANN),
        lambda: reviews.hold(gone.id, 300, ANN),
        lambda: reviews.undo(gone.id, 2, ANN),
    ):
        with pytest.raises(Conflict, match="withdrawn"):
            refused()
    assert subjects(claim(reviews, BEN, 9)) == ["y/1"]
    (again,) = reviews.add([new("x/2", 0.8)], ROOT)
    assert (again.id, again.state, again.version) == (held.id, "open", 3)
    assert subjects(claim(reviews, ANN)) == ["x/2"]


def test_lists_are_filtered_and_paged(reviews) -> None:
    reviews.add(
        [new(f"x/{n}", n / 20, tags=("even",) if n % 2 == 0 else ()) for n in range(10)], ROOT
    )
    reviews.add([new("X/1"), new("x", 1.0), new("xy", 1.0), new("x%/", 1.0)], ROOT)
    claim(reviews, ANN, 2, subject_prefix="x/")
    (task,) = claim(reviews, BEN, subject_prefix="x/")
    accept(reviews, task, BEN)

    def listed(**query) -> list[str]:
        found, after = [], ""
        while True:
            page = reviews.tasks(TaskQuery("letters", after=after, limit=2, **query))
            assert len(page.tasks) <= 2
            found += subjects(page.tasks)
            after = page.next
            if not after:
                return found

    every = ["x", "xy", "x%/", "X/1", *(f"x/{n}" for n in range(9, -1, -1))]
    assert sorted(listed()) == sorted(every)
    assert listed(subject_prefix="x/") == [f"x/{n}" for n in range(9, -1, -1)]
    assert listed(subject_prefix="x%") == ["x%/"]
    assert listed(tag="even") == ["x/8", "x/6", "x/4", "x/2", "x/0"]
    assert listed(state="claimed") == ["x/9", "x/8"]
    assert listed(state="claimed", tag="even") == ["x/8"]
    assert listed(state="decided") == ["x/7"]
    assert listed(state="open", subject_prefix="x/", tag="even") == ["x/6", "x/4", "x/2", "x/0"]
    assert listed(state="withdrawn") == []
    assert listed(tag="none") == []
    (summary,) = reviews.queues()
    assert (summary.open, summary.claimed, summary.decided) == (11, 2, 1)


def test_claims_go_by_tag(reviews) -> None:
    reviews.add(
        [new("a", 0.9), new("b", 0.5, tags=("digits",)), new("c", 0.7, tags=("digits",))], ROOT
    )
    assert subjects(claim(reviews, ANN, 9, tag="digits")) == ["c", "b"]
    assert subjects(claim(reviews, ANN, 9, tag="digits")) == ["c", "b"]
    assert claim(reviews, BEN, 9, tag="digits") == []
    assert subjects(claim(reviews, BEN, 9)) == ["a"]


def test_what_was_decided_is_paged_with_its_last_decision(reviews) -> None:
    made = reviews.add([new(f"x/{n}", n / 10) for n in range(5)], ROOT)
    for task in made:
        accept(reviews, task, ANN, "correct", value=task.subject + "!")
    reviews.undo(made[3].id, 2, ANN)
    accept(reviews, reviews.task(made[3].id), BEN, "reject")
    found, after = [], ""
    while True:
        page = reviews.decided("letters", "x/", after, 2)
        found += [(one.task.subject, one.decision.value) for one in page.found]
        after = page.next
        if not after:
            break
    assert found == [
        ("x/4", "x/4!"),
        ("x/3", None),
        ("x/2", "x/2!"),
        ("x/1", "x/1!"),
        ("x/0", "x/0!"),
    ]
    assert reviews.decided("letters", "y").found == ()


def test_everything_is_in_the_audit_trail(reviews, clock) -> None:
    (task,) = reviews.add([new("a")], ROOT)
    steps = (
        lambda: claim(reviews, ANN),
        lambda: reviews.release(task.id, ANN),
        lambda: reviews.hold(task.id, 300, BEN),
        lambda: accept(reviews, task, BEN),
        lambda: reviews.undo(task.id, 2, BEN),
        lambda: reviews.add([new("a", 0.6)], ROOT),
        lambda: reviews.withdraw("letters", "a", ROOT),
        lambda: reviews.add([new("a", 0.6)], ROOT),
    )
    for step in steps:
        clock.advance(1)
        step()
    assert [(event.action, event.reviewer, event.version) for event in reviews.trail(task.id)] == [
        ("add", "root", 1),
        ("claim", "ann", 1),
        ("release", "ann", 1),
        ("claim", "ben", 1),
        ("accept", "ben", 2),
        ("undo", "ben", 3),
        ("replace", "root", 4),
        ("withdraw", "root", 5),
        ("replace", "root", 6),
    ]
    assert reviews.trail(task.id, 1)[0].action == "replace"
    assert reviews.trail(task.id)[0].actor == "admin-key"


def test_what_is_not_there_or_not_sound_is_refused(reviews) -> None:
    (task,) = reviews.add([new("a")], ROOT)
    for wrong in ("rvt_0", "rvt_\x00", "", "' OR 1=1"):
        for refused in (
            lambda wrong=wrong: reviews.task(wrong),
            lambda wrong=wrong: reviews.hold(wrong, 300, ANN),
            lambda wrong=wrong: reviews.release(wrong, ANN),
            lambda wrong=wrong: reviews.undo(wrong, 1, ANN),
            lambda wrong=wrong: reviews.decide(wrong, NewDecision("accept", 1), ANN),
        ):
            with pytest.raises(RouteNotFound):
                refused()
    for refused in (
        lambda: reviews.add([new("b"), new("b")], ROOT),
        lambda: reviews.add([new("b"), new("\x00")], ROOT),
        lambda: reviews.tasks(TaskQuery("letters", tag="\x00")),
        lambda: reviews.tasks(TaskQuery("letters", subject_prefix="\ud800")),
        lambda: reviews.tasks(TaskQuery("letters", after="WzEsIDJd")),
        lambda: reviews.tasks(TaskQuery("letters", limit=201)),
        lambda: reviews.decided("letters", after="%"),
        lambda: claim(reviews, Reviewer("")),
        lambda: claim(reviews, ANN, 101),
        lambda: claim(reviews, ANN, lease_s=9),
        lambda: accept(reviews, task, ANN, "correct"),
        lambda: accept(reviews, task, ANN, value=1),
    ):
        with pytest.raises(InvalidRequest):
            refused()
    with pytest.raises(RequestTooLarge):
        reviews.add([new("b", payload="x" * 256 * 1024)], ROOT)
    with pytest.raises(RequestTooLarge):
        accept(reviews, task, ANN, "correct", value="x" * 256 * 1024)
    assert subjects(reviews.tasks(TaskQuery("letters")).tasks) == ["a"]


def run(number: int, work) -> None:
    """Work in threads that begin at one moment, each with its number."""
    gate = threading.Barrier(number)
    failures: list[BaseException] = []

    def one(mine: int) -> None:
        try:
            gate.wait()
            work(mine)
        except BaseException as error:  # noqa: BLE001 - handed to the test's thread
            failures.append(error)

    threads = [threading.Thread(target=one, args=(mine,)) for mine in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.parametrize("held_before", [False, True])
def test_no_two_ever_hold_the_same_task(reviews, database_url, clock, held_before) -> None:
    reviews.add([new(f"t{n}") for n in range(16)], ROOT)
    if held_before:
        claim(reviews, CY, 16, lease_s=10)
        clock.advance(10)
    taken: list[str] = []

    def work(mine: int) -> None:
        own = Database(database_url)  # as another process would have
        try:
            by = Reviewer(f"r{mine}")
            store = Reviews(own, clock)
            while found := store.claim(ClaimOrder("letters", 3), by):
                for task in found:
                    taken.append(task.id)
                    store.decide(task.id, NewDecision("accept", task.version), by)
        finally:
            own.close()

    run(4, work)
    assert len(taken) == 16
    assert max(Counter(taken).values()) == 1
    assert reviews.queues()[0].decided == 16


def test_a_task_asked_for_by_its_id_and_by_its_queue_goes_to_one(reviews) -> None:
    tasks = reviews.add([new(f"t{n}") for n in range(6)], ROOT)
    taken: list[str] = []

    def work(mine: int) -> None:
        by = Reviewer(f"r{mine}")
        for task in tasks:
            if mine % 2:
                taken.extend(one.id for one in claim(reviews, by, subject_prefix=task.subject))
                continue
            try:
                taken.append(reviews.hold(task.id, 300, by).id)
            except Conflict:
                continue

    run(4, work)
    assert sorted(taken) == sorted(task.id for task in tasks)


def test_of_two_decisions_on_one_version_one_is_kept(reviews) -> None:
    tasks = reviews.add([new(f"t{n}") for n in range(8)], ROOT)
    kept: list[str] = []
    refused: list[str] = []

    def work(mine: int) -> None:
        for task in tasks:
            try:
                accept(reviews, task, Reviewer(f"r{mine}"))
                kept.append(task.id)
            except Conflict:
                refused.append(task.id)

    run(3, work)
    assert sorted(kept) == sorted(task.id for task in tasks)
    assert len(refused) == 16
    assert all(len(reviews.history(task.id)) == 1 for task in tasks)


def test_those_who_add_the_same_subjects_make_one_task_of_each(reviews) -> None:
    names = [f"s{n}" for n in range(8)]

    def work(mine: int) -> None:
        for _ in range(2):
            order = names if mine % 2 else names[::-1]
            reviews.add([new(name, payload=mine) for name in order], ROOT)
            reviews.withdraw("letters", "s1", ROOT)

    run(4, work)
    found = reviews.tasks(TaskQuery("letters", limit=200)).tasks
    assert sorted(subjects(found)) == sorted(names)


def told_of(reviews, task_id) -> str:
    """Everything that is known of a task, as text."""
    return repr((reviews.task(task_id), reviews.history(task_id)))


def test_what_tasks_were_about_is_forgotten_and_who_decided_what_is_not(reviews) -> None:
    wanted = {"payload": "secret", "tags": ("digits",)}
    made = reviews.add(
        [new("a/1", **wanted), new("a/2", **wanted), new("a/3", **wanted, wanted=2), new("b/1")],
        ROOT,
    )
    decided, still_open, half, other = made
    accept(reviews, decided, ANN, "correct", value={"text": "secret"}, note="secret")
    accept(reviews, half, ANN, "correct", value={"text": "secret"})
    (before,) = reviews.queues()
    assert (before.open, before.decided) == (3, 1)
    assert reviews.forget(ForgetOrder("letters", "a/"), ROOT) == 3
    assert reviews.forget(ForgetOrder("letters", "a/"), ROOT) == 0
    for task, state in ((decided, "forgotten"), (still_open, "withdrawn"), (half, "withdrawn")):
        assert reviews.task(task.id).state == state
        assert "secret" not in told_of(reviews, task.id)
        assert [one.action for one in reviews.trail(task.id)][-1] == "forget"
    (line,) = reviews.history(decided.id)
    assert (line.verdict, line.reviewer, line.version) == ("correct", "ann", 2)
    assert reviews.task(other.id).payload == "b/1"
    (after,) = reviews.queues()
    assert (after.open, after.decided) == (1, 0)
    assert reviews.decided("letters").found == ()
    assert subjects(reviews.tasks(TaskQuery("letters", state="forgotten")).tasks) == ["a/1"]


def test_what_is_forgotten_is_neither_undone_nor_decided_nor_put_again(reviews) -> None:
    (task,) = reviews.add([new("a")], ROOT)
    accept(reviews, task, ANN)
    reviews.forget(ForgetOrder("letters", "a"), ROOT)
    version = reviews.task(task.id).version
    with pytest.raises(Conflict, match="deleted"):
        reviews.undo(task.id, version, ROOT)
    with pytest.raises(Conflict, match="deleted"):
        reviews.decide(task.id, NewDecision("accept", version), BEN)
    reviews.add([new("a", payload="secret")], ROOT)
    assert reviews.task(task.id).state == "forgotten"
    assert "secret" not in told_of(reviews, task.id)


def test_what_was_withdrawn_before_gives_its_texts_up_too(reviews) -> None:
    (task,) = reviews.add([new("a", wanted=2)], ROOT)
    accept(reviews, task, ANN, "correct", value={"text": "secret"})
    reviews.withdraw("letters", "a", ROOT)
    assert "secret" in told_of(reviews, task.id)
    assert reviews.forget(ForgetOrder("letters", "a"), ROOT) == 1
    assert "secret" not in told_of(reviews, task.id)


def test_what_was_decided_long_ago_is_forgotten_in_every_queue(reviews, clock) -> None:
    first, late = reviews.add([new("a"), new("b")], ROOT)
    (elsewhere,) = reviews.add([NewTask("other", "k", "a", 0.5, "payload")], ROOT)
    accept(reviews, first, ANN)
    accept(reviews, elsewhere, ANN)
    clock.advance(100)
    accept(reviews, late, ANN)
    order = ForgetOrder(decided_before_ms=clock.now_ms() - 50_000)
    assert reviews.forget(order, ROOT) == 2
    states = [reviews.task(one.id).state for one in (first, elsewhere, late)]
    assert states == ["forgotten", "forgotten", "decided"]


def test_queues_count_what_is_there_after_every_change(reviews, clock) -> None:
    tasks = reviews.add([new(str(number)) for number in range(6)], ROOT)
    clock.advance(1)
    reviews.add([new("late"), new("0", payload="other")], ROOT)
    claim(reviews, ANN, 2)
    (found,) = reviews.queues()
    assert (found.open, found.claimed, found.decided) == (5, 2, 0)
    done = accept(reviews, tasks[5], BEN) if reviews.task(tasks[5].id).claim is None else None
    assert done is not None
    reviews.undo(done.id, done.version, BEN)
    reviews.withdraw("letters", "late", ROOT)
    (found,) = reviews.queues()
    assert (found.open, found.claimed, found.decided) == (4, 2, 0)
    clock.advance(1_000)
    (found,) = reviews.queues()
    assert (found.open, found.claimed) == (6, 0)
    assert found.oldest_at_ms == tasks[0].created_at_ms
    reviews.withdraw("letters", "", ROOT)
    assert reviews.queues() == []
