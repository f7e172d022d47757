"""The shapes of reviewers' tasks at the API's border.

It does not know where tasks come from. Times are RFC 3339 UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from vanguard.control.api.schemas import Body, ErrorOut, moment, moment_or_none
from vanguard.review import values
from vanguard.review.agreement import Agreement
from vanguard.review.values import Decision, Event, QueueSummary, Task

_LARGEST = 2**31 - 1
Verdict = Literal["accept", "correct", "reject", "skip"]
State = Literal["open", "claimed", "decided", "withdrawn", "forgotten"]
Queue = Annotated[str, StringConstraints(pattern=values.QUEUE_PATTERN)]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=values.MOST_TAG_CHARACTERS)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=values.MOST_NAME_CHARACTERS)]
Subject = Annotated[str, StringConstraints(min_length=1, max_length=values.MOST_SUBJECT_CHARACTERS)]
Lease = Annotated[int, Field(ge=values.SHORTEST_LEASE_S, le=values.LONGEST_LEASE_S)]
Version = Annotated[int, Field(ge=1, le=_LARGEST, description="Of the task as it was seen.")]


class TaskIn(Body):
    """A task to be put into a queue."""

    kind: Name
    subject: Subject = Field(description="Unique in its queue.")
    doubt: float = Field(0.0, ge=0, le=1, allow_inf_nan=False)
    payload: Any = Field(None, description="Any JSON value, at most 256 KiB.")
    tags: list[Tag] = Field([], max_length=values.MOST_TAGS)
    wanted: int = Field(1, ge=1, le=values.MOST_WANTED, description="Reviewers who must decide.")
    project: Name = "default"


class TasksIn(Body):
    """Tasks to be put into a queue, all or none."""

    tasks: list[TaskIn] = Field(min_length=1, max_length=values.MOST_ADDED)


class ClaimsIn(Body):
    """What a reviewer wants."""

    count: int = Field(1, ge=1, le=values.MOST_CLAIMED)
    lease_s: Lease = values.LEASE_S
    tag: Tag | None = None
    subject_prefix: Subject | None = None


class HoldIn(Body):
    """For how long a claim is renewed, from now."""

    lease_s: Lease = values.LEASE_S


class DecisionIn(Body):
    """What a reviewer says; `value` is the corrected one, with `correct` alone."""

    verdict: Verdict
    value: Any = None
    note: str = Field("", max_length=values.MOST_NOTE_CHARACTERS)
    version: Version


class UndoIn(Body):
    """Which version is undone."""

    version: Version


class ClaimOut(BaseModel):
    """Who is at work on a task, and until when."""

    reviewer: str
    expires: datetime


class DecisionOut(BaseModel):
    """A line of a task's history; `undo` names the decision that it undoes."""

    id: str
    verdict: Verdict | Literal["undo"]
    value: Any
    note: str
    reviewer: str
    at: datetime
    version: int
    undoes: str | None


class EventOut(BaseModel):
    """A line of the audit trail."""

    at: datetime
    actor: str
    reviewer: str
    action: str
    version: int


class TaskOut(BaseModel):
    """A task."""

    id: str
    queue: str
    kind: str
    project: str
    subject: str
    doubt: float
    payload: Any
    tags: list[str]
    wanted: int
    state: State
    version: int
    created: datetime
    changed: datetime
    claim: ClaimOut | None


class TaskWithHistory(TaskOut):
    """A task with all its decisions, and the last 200 things that were done to it."""

    history: list[DecisionOut]
    trail: list[EventOut]


class Refused(ErrorOut):
    """Why something could not be done, and the task as it is instead."""

    task: TaskWithHistory


class TasksOut(BaseModel):
    """Tasks, the most doubtful first; give `next` as `cursor` for more."""

    tasks: list[TaskOut]
    next: str | None = None


class Added(BaseModel):
    """Tasks as they are now, in the order given."""

    tasks: list[TaskOut]


class Claimed(BaseModel):
    """The caller's tasks."""

    tasks: list[TaskOut]


class Withdrawn(BaseModel):
    """How many tasks were taken back."""

    withdrawn: int


class QueueOut(BaseModel):
    """A queue; `oldest` is since when the oldest open task waits."""

    name: str
    open: int
    claimed: int
    decided: int
    oldest: datetime | None


class Queues(BaseModel):
    """All queues, by name."""

    queues: list[QueueOut]


class AgreementOut(BaseModel):
    """How far reviewers agree on tasks that several judged; null where nothing can be said."""

    tasks: int = Field(description="Judged by at least two.")
    reviewers: int
    equal: float | None = Field(description="Share of equal verdicts among pairs.")
    kappa: float | None = Field(description="Cohen's, where there are two reviewers.")
    alpha: float | None = Field(description="Krippendorff's, nominal.")


def task_fields(task: Task) -> dict[str, Any]:
    """A task for a client."""
    claim = task.claim
    return {
        "id": task.id,
        "queue": task.queue,
        "kind": task.kind,
        "project": task.project,
        "subject": task.subject,
        "doubt": task.doubt,
        "payload": task.payload,
        "tags": list(task.tags),
        "wanted": task.wanted,
        "state": task.state,
        "version": task.version,
        "created": moment(task.created_at_ms),
        "changed": moment(task.changed_at_ms),
        "claim": claim and ClaimOut(reviewer=claim.reviewer, expires=moment(claim.expires_at_ms)),
    }


def task_out(task: Task) -> TaskOut:
    """A task for a client."""
    return TaskOut.model_validate(task_fields(task))


def task_with_history(task: Task, history: list[Decision], trail: list[Event]) -> TaskWithHistory:
    """A task for a client, with what happened to it."""
    return TaskWithHistory.model_validate(
        task_fields(task)
        | {
            "history": [decision_out(line) for line in history],
            "trail": [
                EventOut(
                    at=moment(event.at_ms),
                    actor=event.actor,
                    reviewer=event.reviewer,
                    action=event.action,
                    version=event.version,
                )
                for event in trail
            ],
        }
    )


def decision_out(line: Decision) -> DecisionOut:
    """A decision for a client."""
    return DecisionOut(
        id=line.id,
        verdict=line.verdict,
        value=line.value,
        note=line.note,
        reviewer=line.reviewer,
        at=moment(line.at_ms),
        version=line.version,
        undoes=line.undoes or None,
    )


def queue_out(found: QueueSummary) -> QueueOut:
    """A queue for a client."""
    return QueueOut(
        name=found.name,
        open=found.open,
        claimed=found.claimed,
        decided=found.decided,
        oldest=moment_or_none(found.oldest_at_ms),
    )


def agreement_out(found: Agreement) -> AgreementOut:
    """Agreement for a client."""
    return AgreementOut(
        tasks=found.tasks,
        reviewers=found.reviewers,
        equal=found.equal,
        kappa=found.kappa,
        alpha=found.alpha,
    )
