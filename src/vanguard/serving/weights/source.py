"""The contract of a place where weights may come from.

It knows no place. A new kind is one file that implements `Source`, bound where the engine is composed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from vanguard.serving.catalog import Weights

# Told the bytes done of the bytes there are. It may raise `Abandoned`.
Progress = Callable[[int, int], None]


class Abandoned(Exception):
    """The process is to end; raised by a progress callback, to end a fetch first."""


class Source(Protocol):
    """Somewhere weights may be had. What it delivers is not trusted: the shelf checks the digest."""

    @property
    def name(self) -> str:
        """For people: where it looks."""

    def room_bytes(self, weights: Weights) -> int:
        """Disk space that a fetch takes at its peak."""

    def fetch(self, weights: Weights, draft: Path, progress: Progress) -> None:
        """Leaves the whole file at `draft`; what lies there may be an earlier, unfinished try.

        Raises:
            WeightsUnavailable: it has them not, or cannot deliver them.
            OSError: the disk refused.
        """
