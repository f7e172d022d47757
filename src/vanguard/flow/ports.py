"""What a run needs of others: a ledger of steps, a place for bytes, and somebody who does the work.

It does not know who they are; `store` and this package's own executor are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec

from vanguard.flow.blob import Blob


class Produced(msgspec.Struct, frozen=True, array_like=True):
    """A result of a step: the blob of its value, and what it adds to the name."""

    key: str
    label: str


class Outcome(msgspec.Struct, frozen=True):
    """What came of one step.

    Attributes:
        step: hash of the stage's fingerprint and of what it was given; the same step has one outcome.
        stage: its name.
        item: of what, for people.
        error: why it failed; empty where it did not.
        again: a failure that another run should try again.
        cpu_s: what it cost.
        at_ms: when the run heard of it, UTC.
    """

    step: str
    stage: str
    item: str
    status: Literal["done", "failed"]
    produced: tuple[Produced, ...] = ()
    error: str = ""
    again: bool = False
    cpu_s: float = 0.0
    at_ms: int = 0


class Ledger(Protocol):
    """Keeps outcomes. Two runs may write at the same time."""

    def find(self, steps: Sequence[str]) -> Mapping[str, Outcome]:
        """The outcomes that are known, by their step."""
        ...

    def record(self, outcomes: Sequence[Outcome]) -> None:
        """Keeps outcomes; a later one of the same step takes the place of the earlier."""
        ...


class Blobs(Protocol):
    """Keeps bytes by their hash."""

    def put(self, data: bytes) -> Blob:
        """Keeps the bytes; once, however often they come."""
        ...

    def get(self, sha256: str) -> bytes:
        """The bytes.

        Raises:
            StoreUnavailable: they are not there, or no longer what they were.
        """
        ...

    def link(self, path: Path) -> Blob:
        """Names a file's bytes without copying them; they stay where they are.

        Raises:
            OSError: it cannot be read.
        """
        ...

    def path(self, sha256: str) -> Path:
        """A file that holds the bytes, to be read and not to be changed.

        Raises:
            StoreUnavailable: as `get`.
        """
        ...


class Task(msgspec.Struct, frozen=True):
    """One step to be done.

    Attributes:
        stage: an instance of the stage.
        keys: the blobs of what it is given.
    """

    step: str
    stage: Any
    keys: tuple[str, ...]
    item: str


class Executor(Protocol):
    """Does tasks, many at a time, in whatever order they end."""

    def run(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """An outcome for each task. Tasks are taken as they can be begun, never all at once.

        A task that fails, hangs, or kills whoever does it has a failed outcome; the others go on.
        """
        ...
