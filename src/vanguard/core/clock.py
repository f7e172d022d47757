"""Time as a value that tests can replace.

It does not know time zones: wall time is UTC milliseconds since 1970.
"""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Two clocks: one for people, one for durations."""

    def now_ms(self) -> int:
        """Wall time, UTC, milliseconds since 1970; may step."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never steps back."""


class SystemClock:
    """The machine's clocks."""

    def now_ms(self) -> int:
        """Wall time, UTC, milliseconds since 1970."""
        return time.time_ns() // 1_000_000

    # read several times a request: no frame of our own around it
    monotonic = staticmethod(time.monotonic)
