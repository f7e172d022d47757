"""A clock that stands still until a test moves it."""

from __future__ import annotations

from support.records import T0_MS


class StillClock:
    def __init__(self, now_ms: int = T0_MS) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        return self._now_ms

    def monotonic(self) -> float:
        return self._now_ms / 1000

    def advance(self, seconds: float) -> None:
        self._now_ms += int(seconds * 1000)
