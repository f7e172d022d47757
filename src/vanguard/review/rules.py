"""What a claim, a decision or an undoing makes of a task, and when it is refused.

It does not know where tasks are kept; whoever does sees to it that one change comes after another.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from vanguard.core.errors import Conflict, Forbidden
from vanguard.core.ids import new_id
from vanguard.review.values import (
    MOST_DECISIONS,
    Claim,
    Decision,
    NewDecision,
    NewTask,
    Reviewer,
    Task,
)


def standing(history: Sequence[Decision]) -> list[Decision]:
    """The decisions that nobody has undone, the oldest first; skips are among them."""
    undone = {line.undoes for line in history if line.undoes}
    return [line for line in history if not line.undoes and line.id not in undone]


def counted(history: Sequence[Decision]) -> list[Decision]:
    """The decisions that count towards those wanted: the standing ones but for skips."""
    return [line for line in standing(history) if line.verdict != "skip"]


def may_be_replaced(task: Task, history: Sequence[Decision]) -> bool:
    """Whether the same subject may bring another payload: only while nobody has decided."""
    return task.state not in ("decided", "forgotten") and not counted(history)


def replaced(task: Task, new: NewTask, at_ms: int) -> Task:
    """The task with another payload; it keeps its age, and whoever holds it goes on holding it.

    The very same again changes nothing, so that whoever adds tasks may do so twice.
    """
    after = replace(
        task,
        kind=new.kind,
        project=new.project,
        doubt=new.doubt,
        payload=new.payload,
        tags=new.tags,
        wanted=new.wanted,
        state="open" if task.claim is None else "claimed",
    )
    if after == task:
        return task
    return replace(after, version=task.version + 1, changed_at_ms=at_ms)


def withdrawn(task: Task, at_ms: int) -> Task:
    """The task taken back, without its payload: what it was about may have been deleted."""
    return replace(
        task,
        payload=None,
        state="withdrawn",
        version=task.version + 1,
        changed_at_ms=at_ms,
        claim=None,
    )


def forgotten(task: Task, at_ms: int) -> Task:
    """The task without its payload: an undecided one is withdrawn, of another it stays that it was decided."""
    after = withdrawn(task, at_ms)
    done = task.state in ("decided", "forgotten")
    return replace(after, state="forgotten" if done else "withdrawn")


def held(task: Task, history: Sequence[Decision], by: Reviewer, expires_at_ms: int) -> Task:
    """The task in the reviewer's hands until then.

    Raises:
        Conflict: somebody else holds it, it is decided or withdrawn, or the reviewer has decided it.
    """
    _free_for(task, history, by)
    return replace(task, state="claimed", claim=Claim(by.name, expires_at_ms))


def released(task: Task, by: Reviewer) -> Task:
    """The task in nobody's hands.

    Raises:
        Conflict: somebody else holds it.
    """
    if task.claim is None:
        return task
    _not_anothers(task, by)
    return replace(task, state="open", claim=None)


def decided(
    task: Task, history: Sequence[Decision], new: NewDecision, by: Reviewer, at_ms: int
) -> tuple[Task, Decision]:
    """The task after a decision, and the line for its history.

    Raises:
        Conflict: the version moved, somebody else holds it, it is decided or withdrawn, or the
            reviewer has decided it already, or too often anybody has.
    """
    _same_version(task, history, new.version)
    _free_for(task, history, by)
    if len(history) >= MOST_DECISIONS:
        raise Conflict(f"task {task.id} was decided and undone {len(history)} times; leave it so")
    line = Decision(
        id=new_id("rvd"),
        task_id=task.id,
        verdict=new.verdict,
        value=new.value,
        note=new.note,
        reviewer=by.name,
        at_ms=at_ms,
        version=task.version + 1,
    )
    done = len(counted([*history, line])) >= task.wanted
    after = replace(
        task,
        state="decided" if done else "open",
        version=line.version,
        changed_at_ms=at_ms,
        claim=None,
    )
    return after, line


def undone(
    task: Task, history: Sequence[Decision], version: int, by: Reviewer, at_ms: int
) -> tuple[Task, Decision]:
    """The task after the undoing of a decision, and the line for its history.

    Raises:
        Conflict: the version moved, nothing stands that could be undone, or the task is withdrawn.
        Forbidden: what stands is by others.
    """
    _same_version(task, history, version)
    _still_there(task)
    left = standing(history)
    if not left:
        raise Conflict(f"no decision on task {task.id} stands; there is nothing to undo")
    own = [line for line in left if line.reviewer == by.name]
    if not own and not by.admin:
        raise Forbidden(f"task {task.id} was decided by {left[-1].reviewer}; only they may undo it")
    line = Decision(
        id=new_id("rvd"),
        task_id=task.id,
        verdict="undo",
        value=None,
        note="",
        reviewer=by.name,
        at_ms=at_ms,
        version=task.version + 1,
        undoes=(left if by.admin else own)[-1].id,
    )
    done = len(counted([*history, line])) >= task.wanted
    opened = "open" if task.claim is None else "claimed"
    after = replace(
        task,
        state="decided" if done else opened,
        version=line.version,
        changed_at_ms=at_ms,
    )
    return after, line


def _same_version(task: Task, history: Sequence[Decision], seen: int) -> None:
    if task.version != seen:
        raise Conflict(
            f"task {task.id} moved from version {seen} to {task.version} and {_now(task, history)};"
            " nothing was kept: look at it again and send the new version",
            param="version",
        )


def _free_for(task: Task, history: Sequence[Decision], by: Reviewer) -> None:
    _still_there(task)
    if task.state == "decided":
        raise Conflict(f"task {task.id} is decided; undo first to decide otherwise")
    _not_anothers(task, by)
    if any(line.reviewer == by.name for line in counted(history)):
        raise Conflict(
            f"{by.name} has decided task {task.id} already, and it waits for somebody else;"
            " undo first to decide otherwise"
        )


def _still_there(task: Task) -> None:
    if task.state == "withdrawn":
        raise Conflict(f"task {task.id} was withdrawn")
    if task.state == "forgotten":
        raise Conflict(f"what task {task.id} was about has been deleted; its decision stays")


def _not_anothers(task: Task, by: Reviewer) -> None:
    if task.claim is not None and task.claim.reviewer != by.name:
        raise Conflict(f"{task.claim.reviewer} is at work on task {task.id}")


def _now(task: Task, history: Sequence[Decision]) -> str:
    """What is there now, for whoever did not expect it."""
    left = standing(history)
    if left:
        return f"is {task.state}, last '{left[-1].verdict}' by {left[-1].reviewer}"
    return f"is {task.state}"
