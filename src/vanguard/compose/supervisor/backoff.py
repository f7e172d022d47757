"""Decides how long a process that died waits before it is started again.

It does not know processes or time: it is told how long each one lived.
"""

from __future__ import annotations

from dataclasses import dataclass

FIRST_S = 0.1
LAST_S = 30.0
HEALTHY_S = 30.0  # a process that lived this long starts with a clean sheet
LOOP_DEATHS = 5


@dataclass(frozen=True)
class Verdict:
    """What follows from a death.

    Attributes:
        delay_s: seconds until the next start.
        deaths: quick deaths in a row, this one included.
        looping: whether it keeps dying, so that a person should look.
    """

    delay_s: float
    deaths: int
    looping: bool


class Backoff:
    """The deaths of one process: the delay doubles with each, and is long once it loops."""

    def __init__(self) -> None:
        self._deaths = 0

    def died(self, lived_s: float) -> Verdict:
        """Counts a death after `lived_s` seconds."""
        self._deaths = 1 if lived_s >= HEALTHY_S else self._deaths + 1
        doubled = FIRST_S * 2.0 ** min(self._deaths - 1, 16)
        looping = self._deaths >= LOOP_DEATHS
        return Verdict(min(doubled * (5 if looping else 1), LAST_S), self._deaths, looping)
