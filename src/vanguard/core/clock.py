"""Time as a value that tests can replace.

It does not know time zones: wall time is UTC milliseconds since 1970.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

_DAY_MS = 86_400_000


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


class BooksClock:
    """A clock for whatever is dated and counted by days and months: a day that has begun stays begun.

    A wall clock that goes back over midnight would go back to the budgets of the day or month before,
    and forward again to those that were begun already. By up to a day it does not: until the machine's
    clock has caught up, it is midnight. One that was further ahead was wrong, and is believed now.
    """

    monotonic: Callable[[], float]

    def __init__(self, clock: Clock | None = None) -> None:
        """Over another clock, the machine's by default."""
        clock = clock or SystemClock()
        # the machine's own is read without a frame around it: twice for every request
        self._wall_ms = None if type(clock) is SystemClock else clock.now_ms
        self.monotonic = clock.monotonic
        self._begin_ms = self._end_ms = 0

    def now_ms(self) -> int:
        """Wall time, UTC, milliseconds since 1970; goes back over no midnight by a day or less."""
        wall_ms = self._wall_ms
        now_ms = time.time_ns() // 1_000_000 if wall_ms is None else wall_ms()
        if self._begin_ms <= now_ms < self._end_ms:
            return now_ms
        return self._turn(now_ms)

    def saw(self, moment_ms: int) -> bool:
        """Somebody else's day, from a clock like this one: it has begun for this one too.

        Returns:
            Whether this clock did not know of it: then others have dated and counted in it already.
        """
        now_ms = self.now_ms()
        if moment_ms < self._end_ms or moment_ms - moment_ms % _DAY_MS - now_ms > _DAY_MS:
            return False
        self._day_of(moment_ms)
        return True

    def _turn(self, now_ms: int) -> int:
        if now_ms < self._begin_ms and self._begin_ms - now_ms <= _DAY_MS:
            return self._begin_ms
        self._day_of(now_ms)
        return now_ms

    def _day_of(self, moment_ms: int) -> None:
        self._begin_ms = moment_ms - moment_ms % _DAY_MS
        self._end_ms = self._begin_ms + _DAY_MS
