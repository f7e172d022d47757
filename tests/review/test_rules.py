"""What becomes of a task; the same rules as a machine of random steps."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace

from vanguard.core.errors import Conflict, Forbidden, VanguardError
from vanguard.review import rules
from vanguard.review.values import (
    MOST_DECISIONS,
    VERDICTS,
    Claim,
    NewDecision,
    NewTask,
    Reviewer,
    Task,
)

ANN, BEN, ROOT = Reviewer("ann"), Reviewer("ben"), Reviewer("root", admin=True)
TASK = Task("rvt_1", "q", "k", "p", "s", 0.5, {"a": 1}, ("t",), 1, "open", 1, 0, 0)
NEW = NewTask("q", "k2", "s", 0.9, {"b": 1}, ("u",), 2, "p2")


def decide(task, history, by, verdict="accept", **more):
    after, line = rules.decided(task, history, NewDecision(verdict, task.version, **more), by, 5)
    return after, [*history, line]


def undo(task, history, by):
    after, line = rules.undone(task, history, task.version, by, 6)
    return after, [*history, line]


def test_a_decision_says_who_what_and_on_what() -> None:
    after, (line,) = decide(TASK, [], ANN, "correct", value=[1], note="n")
    assert (line.verdict, line.value, line.note, line.reviewer) == ("correct", [1], "n", "ann")
    assert (line.task_id, line.at_ms, line.version, line.undoes) == ("rvt_1", 5, 2, "")
    assert (after.state, after.version, after.changed_at_ms) == ("decided", 2, 5)


def test_a_decision_ends_the_own_claim_and_minds_anothers() -> None:
    mine = rules.held(TASK, [], ANN, 9)
    assert (mine.state, mine.claim, mine.version) == ("claimed", Claim("ann", 9), 1)
    assert decide(mine, [], ANN)[0].claim is None
    for refused in (
        lambda: decide(mine, [], BEN),
        lambda: rules.held(mine, [], BEN, 9),
        lambda: rules.released(mine, BEN),
    ):
        with pytest.raises(Conflict, match="ann is at work"):
            refused()
    assert rules.released(mine, ANN) == TASK
    assert rules.released(TASK, BEN) is TASK


def test_the_refusal_of_an_old_version_says_what_is_there() -> None:
    after, history = decide(TASK, [], ANN, "reject")
    with pytest.raises(Conflict) as refused:
        rules.decided(after, history, NewDecision("accept", 1), BEN, 7)
    assert "from version 1 to 2 and is decided, last 'reject' by ann" in refused.value.message
    assert refused.value.param == "version"
    with pytest.raises(Conflict, match="from version 9 to 1 and is open; nothing was kept"):
        rules.undone(TASK, [], 9, ANN, 7)


def test_undoing_goes_back_one_decision_at_a_time() -> None:
    task = replace(TASK, wanted=3)
    task, history = decide(task, [], ANN)
    task, history = decide(task, history, BEN, "skip")
    task, history = decide(task, history, BEN, "reject")
    task, history = undo(task, history, BEN)
    assert [line.verdict for line in rules.standing(history)] == ["accept", "skip"]
    task, history = undo(task, history, BEN)
    assert [line.verdict for line in rules.standing(history)] == ["accept"]
    with pytest.raises(Forbidden, match="by ann"):
        undo(task, history, BEN)
    task, history = undo(task, history, ROOT)
    with pytest.raises(Conflict, match="nothing to undo"):
        undo(task, history, ROOT)
    assert task.version == 1 + len(history) == 7


def test_undoing_one_of_several_opens_the_task_for_whoever_is_missing() -> None:
    task = replace(TASK, wanted=2)
    task, history = decide(task, [], ANN)
    task, history = decide(task, history, BEN)
    assert task.state == "decided"
    task, history = undo(task, history, ANN)
    assert task.state == "open"
    with pytest.raises(Conflict, match="ben has decided"):
        rules.held(task, history, BEN, 9)
    held = rules.held(task, history, ANN, 9)
    still, _ = undo(held, history, BEN)
    assert (still.state, still.claim) == ("claimed", Claim("ann", 9))


def test_the_same_subject_again() -> None:
    assert rules.may_be_replaced(TASK, [])
    after = rules.replaced(TASK, NEW, 8)
    assert (after.kind, after.project, after.doubt, after.payload) == ("k2", "p2", 0.9, {"b": 1})
    assert (after.tags, after.wanted, after.version, after.changed_at_ms) == (("u",), 2, 2, 8)
    assert (after.id, after.created_at_ms) == (TASK.id, TASK.created_at_ms)
    assert rules.replaced(after, NEW, 9) is after
    held = rules.held(TASK, [], ANN, 9)
    assert rules.replaced(held, NEW, 8).claim == Claim("ann", 9)
    skipped, history = decide(TASK, [], ANN, "skip")
    assert rules.may_be_replaced(skipped, history)
    half, history = decide(replace(TASK, wanted=2), [], ANN)
    assert not rules.may_be_replaced(half, history)
    assert not rules.may_be_replaced(*decide(TASK, [], ANN))


def test_a_withdrawn_task_forgets_its_payload_and_can_be_opened() -> None:
    gone = rules.withdrawn(rules.held(TASK, [], ANN, 9), 8)
    assert (gone.state, gone.payload, gone.claim, gone.version) == ("withdrawn", None, None, 2)
    for refused in (
        lambda: decide(gone, [], ANN),
        lambda: undo(gone, [], ROOT),
        lambda: rules.held(gone, [], ANN, 9),
    ):
        with pytest.raises(Conflict, match="withdrawn"):
            refused()
    back = rules.replaced(gone, NEW, 9)
    assert (back.state, back.payload, back.version) == ("open", {"b": 1}, 3)


def test_a_task_is_not_decided_without_end() -> None:
    task, history = TASK, []
    while len(history) < MOST_DECISIONS:
        task, history = decide(task, history, ANN)
        task, history = undo(task, history, ANN)
    with pytest.raises(Conflict, match="200 times"):
        decide(task, history, ANN)


class Steps(RuleBasedStateMachine):
    """Whatever is done, by whomever, in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.task = replace(TASK, wanted=2)
        self.history: list = []
        self.versions = [1]

    def _try(self, step) -> None:
        try:
            after = step()
        except VanguardError:
            return
        task, *line = after if isinstance(after, tuple) else (after,)
        if task.version != self.task.version:
            self.versions.append(task.version)
        self.task = task
        self.history += line

    who = st.sampled_from([ANN, BEN, ROOT])

    @rule(by=who, verdict=st.sampled_from(VERDICTS), old=st.integers(0, 1))
    def decide(self, by, verdict, old) -> None:
        new = NewDecision(verdict, self.task.version - old)
        self._try(lambda: rules.decided(self.task, self.history, new, by, 1))

    @rule(by=who, old=st.integers(0, 1))
    def undo(self, by, old) -> None:
        self._try(lambda: rules.undone(self.task, self.history, self.task.version - old, by, 1))

    @rule(by=who)
    def hold(self, by) -> None:
        self._try(lambda: rules.held(self.task, self.history, by, 9))

    @rule(by=who)
    def release(self, by) -> None:
        self._try(lambda: rules.released(self.task, by))

    @rule(payload=st.integers(0, 3))
    def replace(self, payload) -> None:
        if rules.may_be_replaced(self.task, self.history):
            self._try(lambda: rules.replaced(self.task, replace(NEW, payload=payload), 1))

    @rule()
    def withdraw(self) -> None:
        if self.task.state in ("open", "claimed"):
            self._try(lambda: rules.withdrawn(self.task, 1))

    @invariant()
    def versions_rise_one_by_one(self) -> None:
        assert self.versions == list(range(1, len(self.versions) + 1))

    @invariant()
    def the_state_is_what_the_history_says(self) -> None:
        counted = rules.counted(self.history)
        assert len({line.reviewer for line in counted}) == len(counted)
        if self.task.state != "withdrawn":
            assert (self.task.state == "decided") == (len(counted) >= self.task.wanted)
        assert (self.task.state == "claimed") == (self.task.claim is not None)

    @invariant()
    def each_undoing_names_one_decision_before_it(self) -> None:
        places = {line.id: place for place, line in enumerate(self.history)}
        undone = [line.undoes for line in self.history if line.verdict == "undo"]
        assert len(set(undone)) == len(undone)
        for place, line in enumerate(self.history):
            if line.undoes:
                assert places[line.undoes] < place
                assert self.history[places[line.undoes]].verdict != "undo"


TestSteps = Steps.TestCase
TestSteps.settings = settings(stateful_step_count=25)
