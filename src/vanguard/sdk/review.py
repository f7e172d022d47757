"""What reviewers are given and say, as frozen values.

They do not know how they travel. Times are UTC; fields that a newer server adds are ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypedDict

import msgspec

Verdict = Literal["accept", "correct", "reject", "skip"]
State = Literal["open", "claimed", "decided", "withdrawn", "forgotten"]


class NewReviewTask(msgspec.Struct, frozen=True, omit_defaults=True):
    """A task to be put into a queue.

    Attributes:
        kind: what the payload is, such as `documents.block`.
        subject: unique in its queue; the same again replaces what nobody has decided.
        doubt: 0 to 1; a queue begins with the most doubtful.
        payload: any JSON value, at most 256 KiB.
        wanted: reviewers who must decide.
    """

    kind: str
    subject: str
    doubt: float = 0.0
    payload: Any = None
    tags: tuple[str, ...] = ()
    wanted: int = 1
    project: str = "default"


class ReviewFilter(TypedDict, total=False):
    """Which tasks to list or to claim."""

    tag: str
    subject_prefix: str


class ReviewQueue(msgspec.Struct, frozen=True):
    """A queue; `oldest` is since when the oldest open task waits."""

    name: str
    open: int = 0
    claimed: int = 0
    decided: int = 0
    oldest: datetime | None = None


class ReviewClaim(msgspec.Struct, frozen=True):
    """Who is at work on a task, and until when."""

    reviewer: str
    expires: datetime


class ReviewDecision(msgspec.Struct, frozen=True):
    """A line of a task's history."""

    id: str
    verdict: str
    reviewer: str
    at: datetime
    version: int
    value: Any = None
    note: str = ""
    undoes: str | None = None


class ReviewEvent(msgspec.Struct, frozen=True):
    """A line of a task's audit trail."""

    at: datetime
    actor: str
    reviewer: str
    action: str
    version: int


class ReviewTask(msgspec.Struct, frozen=True):
    """A task. `history` and `trail` are there when one task was asked for, `decision` in an export."""

    id: str
    queue: str
    kind: str
    subject: str
    doubt: float
    state: State
    version: int
    created: datetime
    changed: datetime
    project: str = "default"
    payload: Any = None
    tags: tuple[str, ...] = ()
    wanted: int = 1
    claim: ReviewClaim | None = None
    history: tuple[ReviewDecision, ...] = ()
    trail: tuple[ReviewEvent, ...] = ()
    decision: ReviewDecision | None = None


class ReviewPage(msgspec.Struct, frozen=True):
    """Some tasks; `next` is the cursor of the next page, None after the last."""

    tasks: tuple[ReviewTask, ...]
    next: str | None = None


class Agreement(msgspec.Struct, frozen=True):
    """How far reviewers agree; None where nothing can be said."""

    tasks: int
    reviewers: int
    equal: float | None = None
    kappa: float | None = None
    alpha: float | None = None


def chosen(**given: str | int | None) -> Mapping[str, str]:
    """A query of what was given."""
    return {name: str(value) for name, value in given.items() if value}
