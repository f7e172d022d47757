"""What each deployment is busy with, and how soon it answers.

It does not know requests. It is kept by each worker for itself: others' requests are not in it.
"""

from __future__ import annotations

from math import exp

# of a first token's wait; after so long without a sample the past counts a third
_MEMORY_S = 30.0
# a deployment that is avoided for its slowness is forgiven, so that it is tried again
_FORGIVEN_S = 120.0


class Waits:
    """A mean of the latest waits, weighted by age (EWMA)."""

    __slots__ = ("_at", "_mean_s")

    def __init__(self) -> None:
        self._mean_s = 0.0
        self._at = 0.0

    def add(self, wait_s: float, now: float) -> None:
        """One more; one that is longer than the mean counts at once."""
        age_s = max(0.0, now - self._at)
        kept = exp(-age_s / _MEMORY_S) if self._at else 0.0
        # requests that came together must not count less than ones that came apart
        kept = min(kept, 0.8)
        self._mean_s = self._mean_s * kept + wait_s * (1 - kept)
        self._at = now

    def mean_s(self, now: float) -> float:
        """Seconds; 0 when nothing is known."""
        return self._mean_s * exp(-max(0.0, now - self._at) / _FORGIVEN_S)


class Load:
    """Of one deployment.

    Attributes:
        requests, tokens: in flight, tokens as estimated when they were sent.
        streamed, whole: waits for a stream's first token, and for a whole answer.
    """

    __slots__ = ("requests", "streamed", "tokens", "whole")

    def __init__(self) -> None:
        self.requests = 0
        self.tokens = 0
        self.streamed = Waits()
        self.whole = Waits()
