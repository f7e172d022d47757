"""Requests that wait for the quota of an account, whoever has waited longest first.

It does not know requests, plans or quotas: a waiter finds out for itself, in its turn, whether there is room
for it, and says where it goes on waiting. It is one worker's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import NamedTuple, Protocol

from vanguard.gateway.routing.quota.account import NOTHING, Need

_LEAST_PAUSE_S = 0.05
# what is learned meanwhile, an answer where nobody hoped for one, is room for whoever waits elsewhere
_LOOKS_ROUND_S = 0.5
# a look is a whole plan: of thousands that wait, so many in one turn of the loop, the others in the next
_LOOKS_AT_ONCE = 128


class Place(NamedTuple):
    """What one waits for.

    Attributes:
        seat: the account, with the model there.
        need: what is to be taken of its quota.
        wait_s: until that fits, with all that is waited for there before.
    """

    seat: str
    need: Need
    wait_s: float


class Waiter(Protocol):
    """A request in the line."""

    def look(self) -> Place | None:
        """Its turn. It goes and leaves the line, or says where it waits on.

        Where it leaves and names a place all the same, it is believed to be too much for that place, and
        nobody may try the same in this turn.
        """


class _Timer(Protocol):
    def cancel(self) -> None: ...


Later = Callable[[float, Callable[[], None]], _Timer]


class Line:
    """Those that wait.

    Attributes:
        ahead: by seat, what those need who wait for it; while one looks, only those who came before it.
    """

    def __init__(
        self,
        later: Later | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`later` calls something after so many seconds; by default the running loop does."""
        self.ahead: dict[str, Need] = {}
        self._later = later or _in_loop
        self._clock = clock
        self._places: dict[Waiter, Place] = {}
        self._turning = False
        self._timer: _Timer | None = None
        self._due_at = 0.0
        self._looked_round_at = clock()
        self._to_look: set[Waiter] = set()

    def join(self, waiter: Waiter, place: Place) -> None:
        """One more at its end."""
        first = place.seat not in self.ahead
        self._places[waiter] = place
        self._count(place)
        if first:
            self._wake_in(place.wait_s)

    def leave(self, waiter: Waiter) -> None:
        """One goes, in its turn or because nobody waits for its answer; once or more often."""
        place = self._places.pop(waiter, None)
        self._to_look.discard(waiter)
        if place is None or self._turning:
            return
        left = [one - gone for one, gone in zip(self.ahead[place.seat], place.need, strict=True)]
        if left[0] > 0:
            self.ahead[place.seat] = Need(*left)
        else:
            del self.ahead[place.seat]
        self._wake_in(0.0)

    def _count(self, place: Place) -> None:
        before = self.ahead.get(place.seat, NOTHING)
        self.ahead[place.seat] = before.plus(place.need)

    def _wake_in(self, wait_s: float) -> None:
        due_at = self._clock() + min(max(wait_s, _LEAST_PAUSE_S), _LOOKS_ROUND_S)
        if self._timer is not None:
            if self._due_at <= due_at:
                return
            self._timer.cancel()
        self._timer = None
        if self._places:
            self._due_at = due_at
            self._timer = self._later(due_at - self._clock(), self._turn)

    def _turn(self) -> None:
        """Whoever is the first for a seat looks; now and then all do, for there may be room elsewhere.

        Of a crowd so many look, or go, in one turn, and the rest in the next ones.
        """
        self._timer = None
        now = self._clock()
        if not self._to_look and now - self._looked_round_at >= _LOOKS_ROUND_S:
            self._looked_round_at, self._to_look = now, set(self._places)
        looks = gone = 0
        self._turning, self.ahead = True, {}
        least_s = _LOOKS_ROUND_S
        try:
            for waiter, before in list(self._places.items()):
                if waiter not in self._places:
                    continue
                place: Place | None = before
                first = before.seat not in self.ahead
                round_too = waiter in self._to_look and looks < _LOOKS_AT_ONCE
                if gone < _LOOKS_AT_ONCE and (first or round_too):
                    looks += not first
                    self._to_look.discard(waiter)
                    place = waiter.look()
                    gone += waiter not in self._places
                    if place is not None and waiter in self._places:
                        self._places[waiter] = place
                        least_s = min(least_s, place.wait_s)
                if place is not None:
                    self._count(place)
        finally:
            self._turning, self.ahead = False, {}
            for place in self._places.values():
                self._count(place)
            self._wake_in(0.0 if max(looks, gone) >= _LOOKS_AT_ONCE else least_s)


def _in_loop(delay_s: float, happens: Callable[[], None]) -> _Timer:
    return asyncio.get_running_loop().call_later(delay_s, happens)
