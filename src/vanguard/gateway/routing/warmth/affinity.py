"""Remembers which account has which beginnings of conversations in its prompt cache.

It does not know requests or deployments, and never asks: what was sent somewhere is believed to be warm
there for a while. A belief that is wrong costs a worse choice, never a wrong answer.
"""

from __future__ import annotations

from vanguard.gateway.routing.warmth.generations import Generations
from vanguard.gateway.routing.warmth.prefix import Prefix

# beginnings of one seat; each request leaves up to six, about 100 bytes each
_MOST = 32_768

# hashes of beginnings, and when each was last sent to the seat before
Before = tuple[tuple[int, float], ...]


class Affinity:
    """By seat (account and model), when each beginning was last sent there."""

    def __init__(self) -> None:
        self._seats: dict[str, Generations[float]] = {}

    def warm_bytes(self, seat: str, prefix: Prefix, since: float) -> int:
        """Length of the longest beginning sent there since a moment; 0 for none."""
        known = self._seats.get(seat)
        if known is None:
            return 0
        for digest, size in reversed(prefix.marks):
            at = known.get(digest)
            if at is not None and at >= since:
                return size
        return 0

    def sent(self, seat: str, prefix: Prefix, now: float) -> Before:
        """A request goes there; what it has in common with earlier ones stays warm for longer.

        Returns:
            What was known before, for `unsent`.
        """
        known = self._seats.get(seat)
        if known is None:
            known = self._seats[seat] = Generations(_MOST)
        before = []
        for digest, _ in prefix.recorded():
            before.append((digest, known.get(digest) or 0.0))
            known.put(digest, now)
        return tuple(before)

    def unsent(self, seat: str, before: Before, at: float) -> None:
        """The request that was sent at that moment was refused, and left nothing there."""
        known = self._seats.get(seat)
        if known is None:
            return
        for digest, earlier in before:
            if known.get(digest) == at:
                known.put(digest, earlier)

    def forget(self, seats: frozenset[str]) -> None:
        """Drops seats that are no longer configured."""
        for gone in self._seats.keys() - seats:
            del self._seats[gone]
