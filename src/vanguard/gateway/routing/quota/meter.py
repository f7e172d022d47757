"""One kind of thing that a provider counts by the minute: how much of it may still be asked for.

It does not know what is counted, nor who tells. Two sources are kept apart, and the lesser is believed:
the configured limit less what was taken within a minute; and what the provider last said was left, which
fills up again with time, as most providers' own counts do, and loses what is taken.
"""

from __future__ import annotations

from math import ceil

_MINUTE_S = 60.0
_SLOT_S = 5.0
_SLOTS = 13  # the minute before now, and the slot that now is in
# a provider's own word is older than that only when nothing was asked; then its bucket is full again
_TOLD_S = 60.0
# what was said with a refusal
_FRESH_S = 0.5
_NEVER = float("-inf")


class _Bucket:
    """What is left of a minute's limit as a provider told it, filling up evenly; stale after a minute.

    Attributes:
        at: when it was told; -inf for never.
    """

    __slots__ = ("_left", "_limit", "at")

    def __init__(self) -> None:
        self._limit = 0.0
        self._left = 0.0
        self.at = _NEVER

    def set(self, limit: float, left: float, at: float) -> None:
        self._limit, self._left, self.at = limit, min(left, limit), at

    def take(self, amount: float) -> None:
        self._left -= amount

    def wait_s(self, amount: float, now: float) -> float:
        left, limit = self.left(now), self.limit(now)
        if left is None or not limit or left >= amount:
            return 0.0
        return (amount - left) * _MINUTE_S / limit

    def limit(self, now: float) -> float | None:
        return self._limit if now - self.at < _TOLD_S else None

    def left(self, now: float) -> float | None:
        limit = self.limit(now)
        if limit is None:
            return None
        return min(limit, self._left + (now - self.at) * limit / _MINUTE_S)


class Meter:
    """Amounts of the last minute, in slots of five seconds.

    Attributes:
        limit: a minute's, as configured; None when it is not.
    """

    __slots__ = ("_said", "_slots", "_until", "limit")

    def __init__(self, limit: float | None = None) -> None:
        self.limit = limit
        self._slots = [0.0] * _SLOTS
        self._until = 0  # number of the slot that was written last
        self._said = _Bucket()

    @property
    def silent(self) -> bool:
        """Whether nobody has ever said anything of a limit; then there is nothing to compute."""
        return self.limit is None and self._said.at == _NEVER

    def take(self, amount: float, now: float) -> int:
        """Counts an amount; returns its slot, for a correction."""
        slot = self._turn(now)
        self._slots[slot % _SLOTS] += amount
        self._said.take(amount)
        return slot

    def correct(self, slot: int, difference: float, now: float) -> None:
        """What was taken in that slot was more, or less, than counted.

        What is given back goes where it was taken from; when that is more than a minute ago it is no
        longer counted anyway. What was taken in addition counts from now.
        """
        current = self._turn(now)
        if difference > 0:
            self._slots[current % _SLOTS] += difference
        elif current - slot < _SLOTS:
            index = slot % _SLOTS
            self._slots[index] = max(0.0, self._slots[index] + difference)
        if self._said.at < slot * _SLOT_S:
            # what was told since has the true amount in it
            self._said.take(difference)

    def said(self, limit: float, left: float, now: float) -> None:
        """The provider told a minute's limit and what is left of it.

        Nobody says less than nothing: one that let a request through which was larger than the rest
        says 0, and how far below it is we know ourselves.
        """
        known = self._said.left(now)
        if left <= 0 and known is not None:
            left = min(left, known)
        self._said.set(limit, left, now)

    def just_said(self, now: float) -> bool:
        """Whether the provider told a moment ago what is left."""
        return now - self._said.at < _FRESH_S

    def emptied(self, now: float) -> None:
        """The provider refused, whatever it said earlier."""
        limit = self._said.limit(now)
        if limit is not None:
            self._said.set(limit, 0.0, now)

    def taken(self, now: float) -> float:
        """What was taken within the last minute."""
        self._turn(now)
        return sum(self._slots)

    def most(self, now: float) -> float | None:
        """A minute's limit as far as it is known."""
        known = [self.limit, self._said.limit(now)]
        return min((one for one in known if one is not None), default=None)

    def left(self, now: float) -> float | None:
        """What may still be taken now; None when nothing is known. May be negative."""
        known = [self._said.left(now)]
        if self.limit is not None:
            known.append(self.limit - self.taken(now))
        return min((one for one in known if one is not None), default=None)

    def wait_s(self, amount: float, now: float) -> float:
        """Seconds until an amount has been taken bit by bit, if nobody else takes any.

        What is more than the limit waits for what was taken of the same amount to be a minute old.
        """
        longest = self._said.wait_s(amount, now)
        if not self.limit:
            return longest
        rounds = max(0, ceil(amount / self.limit) - 1)
        amount -= rounds * self.limit
        over, current = self.taken(now) + amount - self.limit, self._turn(now)
        if rounds:
            longest = max(longest, (current + rounds * _SLOTS) * _SLOT_S - now)
        for slot in range(current - _SLOTS + 1, current + 1):
            if over <= 0:
                break
            over -= self._slots[slot % _SLOTS]
            longest = max(longest, (slot + (rounds + 1) * _SLOTS) * _SLOT_S - now)
        return longest

    def _turn(self, now: float) -> int:
        """Empties the slots that time has passed over; returns the number of the present one."""
        slot = int(now // _SLOT_S)
        if slot > self._until:
            for number in range(max(self._until + 1, slot - _SLOTS + 1), slot + 1):
                self._slots[number % _SLOTS] = 0.0
            self._until = slot
        return self._until
