"""Tasks, claims and decisions as values, and how large each may be.

It does not know how one becomes another; those are the rules.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Verdict = Literal["accept", "correct", "reject", "skip"]
State = Literal["open", "claimed", "decided", "withdrawn", "forgotten"]
VERDICTS: tuple[Verdict, ...] = ("accept", "correct", "reject", "skip")

QUEUE_PATTERN = r"^[a-z0-9-]{1,64}$"
MOST_PAYLOAD_BYTES = 256 * 1024
MOST_NOTE_CHARACTERS = 4_000
MOST_NAME_CHARACTERS = 128
MOST_SUBJECT_CHARACTERS = 512
MOST_TAGS = 32
MOST_TAG_CHARACTERS = 64
MOST_WANTED = 20
MOST_ADDED = 1_000
MOST_DECISIONS = 200  # of one task; each is read whenever it is decided again
MOST_DEPTH = 64  # of JSON: deeper values cannot be written by everybody who reads them
MOST_CLAIMED = 100
MOST_LISTED = 200
LEASE_S = 300
SHORTEST_LEASE_S = 10
LONGEST_LEASE_S = 3_600


class Reviewer(msgspec.Struct, frozen=True):
    """Who acts.

    Attributes:
        name: by which claims and decisions are told apart.
        actor: how they were let in, for the audit trail.
        admin: may undo the decisions of others.
    """

    name: str
    actor: str = ""
    admin: bool = False


class NewTask(msgspec.Struct, frozen=True):
    """What is to be reviewed.

    Attributes:
        queue: lower-case letters, digits and hyphens, at most 64.
        kind: what the payload is, such as `documents.block`.
        subject: unique in its queue; the same subject again takes the place of what nobody has decided.
        doubt: 0 to 1; the queue begins with the most doubtful.
        payload: any JSON value; whoever shows the task knows what it means.
        tags: words to filter by.
        wanted: how many reviewers must decide.
    """

    queue: str
    kind: str
    subject: str
    doubt: float = 0.0
    payload: Any = None
    tags: tuple[str, ...] = ()
    wanted: int = 1
    project: str = "default"


class Claim(msgspec.Struct, frozen=True):
    """A task that somebody is at work on, until the lease ends (UTC milliseconds)."""

    reviewer: str
    expires_at_ms: int


class Task(msgspec.Struct, frozen=True):
    """A task as it is at one moment.

    Attributes:
        state: `claimed` is an open task whose claim has not expired, `forgotten` a decided one whose
            payload and texts were deleted: who decided what, and when, is still known.
        version: rises with whatever would make a decision on it wrong: another payload, a decision,
            an undoing, a withdrawal. Claims leave it.
        claim: the live one.
    """

    id: str
    queue: str
    kind: str
    project: str
    subject: str
    doubt: float
    payload: Any
    tags: tuple[str, ...]
    wanted: int
    state: State
    version: int
    created_at_ms: int
    changed_at_ms: int
    claim: Claim | None = None


class NewDecision(msgspec.Struct, frozen=True):
    """What a reviewer says of a task.

    Attributes:
        value: the corrected value, with `correct` alone; any JSON value but null.
        version: the version of the task that the reviewer saw.
    """

    verdict: Verdict
    version: int
    value: Any = None
    note: str = ""


class Decision(msgspec.Struct, frozen=True):
    """A line of a task's history; it is never changed, but that its texts go when the task is forgotten.

    Attributes:
        version: the task's version that it made.
        undoes: id of the decision that an `undo` undoes; else empty.
    """

    id: str
    task_id: str
    verdict: Verdict | Literal["undo"]
    value: Any
    note: str
    reviewer: str
    at_ms: int
    version: int
    undoes: str = ""


class Event(msgspec.Struct, frozen=True):
    """A line of the audit trail: who did what to a task."""

    at_ms: int
    actor: str
    reviewer: str
    action: str
    version: int


class QueueSummary(msgspec.Struct, frozen=True):
    """How many tasks of a queue are in each state, and since when the oldest open one waits."""

    name: str
    open: int
    claimed: int
    decided: int
    oldest_at_ms: int | None


class TaskQuery(msgspec.Struct, frozen=True):
    """Which tasks to list, in the queue's order.

    Attributes:
        subject_prefix: how the subject begins.
        after: the cursor of the page before.
    """

    queue: str
    state: State | None = None
    tag: str = ""
    subject_prefix: str = ""
    after: str = ""
    limit: int = 50


class TaskPage(msgspec.Struct, frozen=True):
    """Some tasks, and the cursor of the next page; empty after the last."""

    tasks: tuple[Task, ...]
    next: str = ""


class ClaimOrder(msgspec.Struct, frozen=True):
    """How many tasks a reviewer wants, for how long, and of which."""

    queue: str
    count: int = 1
    lease_s: int = LEASE_S
    tag: str = ""
    subject_prefix: str = ""


class ForgetOrder(msgspec.Struct, frozen=True):
    """Which tasks to forget: those of a queue whose subjects begin so, or all that were decided long ago.

    Attributes:
        decided_before_ms: UTC milliseconds; of all queues. None where a queue and a prefix say which.
    """

    queue: str = ""
    subject_prefix: str = ""
    decided_before_ms: int | None = None


class Decided(msgspec.Struct, frozen=True):
    """A decided task with the last decision that stands."""

    task: Task
    decision: Decision


class DecidedPage(msgspec.Struct, frozen=True):
    """Some decided tasks, the oldest first, and the cursor of the next page; empty after the last."""

    found: tuple[Decided, ...]
    next: str = ""


class Rating(msgspec.Struct, frozen=True):
    """One reviewer's standing verdict on a task."""

    task_id: str
    reviewer: str
    verdict: Verdict
