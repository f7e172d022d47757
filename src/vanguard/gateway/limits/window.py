"""What was used within the last minute, and what was spent in one window of a budget and in others.

It does not know limits or clocks: it is told amounts and moments.
"""

from __future__ import annotations

from typing import Protocol

# an amount from the end of one second must still count 60 s later, at the end of another
_SLOTS = 61
# of each budget; more than a clock's mistakes make
_OTHER_WINDOWS = 8


class Windowed(Protocol):
    """Whatever counts a budget.

    Attributes:
        spent: micro-dollars settled in the window that began at `window_start_ms`; 0 before the first.
        others: the same of other windows, by their start: later ones too, for a clock that was ahead has
            had money spent and dated in windows that are yet to come.
    """

    spent: int
    window_start_ms: int
    others: dict[int, int]


def turn(counted: Windowed, start_ms: int) -> None:
    """Goes on in another window, with what was spent in it already.

    To an earlier one only where its count is known: else the later one's goes on, which is no less.
    """
    others = counted.others
    if start_ms < counted.window_start_ms and start_ms not in others:
        return
    if counted.window_start_ms:
        others[counted.window_start_ms] = counted.spent
    counted.window_start_ms = start_ms
    counted.spent = others.pop(start_ms, 0)
    while len(others) > _OTHER_WINDOWS:
        del others[min(others)]


class MinuteWindow:
    """Counts over the last 60 seconds in one-second slots; never admits more than the limit.

    Slots are whole seconds, so an amount counts for more than 60 and at most 61 seconds.
    """

    __slots__ = ("_newest_s", "_slots", "_total", "now_s")

    def __init__(self) -> None:
        self._slots = [0] * _SLOTS
        self._total = 0
        self._newest_s = 0
        self.now_s = 0

    def advance(self, now_s: int) -> int:
        """Forgets what is older than a minute; returns the amount in the window."""
        gone = now_s - self.now_s
        if gone <= 0:
            return self._total
        if not self._total:
            self.now_s = now_s
            return 0
        if gone >= _SLOTS:
            self._slots = [0] * _SLOTS
            self._total = 0
        else:
            for second in range(self.now_s + 1, now_s + 1):
                slot = second % _SLOTS
                self._total -= self._slots[slot]
                self._slots[slot] = 0
        self.now_s = now_s
        return self._total

    def add_now(self, amount: int) -> None:
        """Adds what is reserved in the second to which the window was advanced last."""
        now_s = self.now_s
        self._slots[now_s % _SLOTS] += amount
        self._total += amount
        self._newest_s = now_s

    def add(self, amount: int, at_s: int) -> None:
        """Adds (or with a negative amount takes back) what was reserved at a second."""
        if self.now_s - at_s >= _SLOTS:
            return
        self._slots[at_s % _SLOTS] += amount
        self._total += amount
        if amount > 0 and at_s > self._newest_s:
            self._newest_s = at_s

    def clear_in_s(self) -> int:
        """Seconds until everything now in the window has left it, 0 to 61."""
        return max(0, self._newest_s + _SLOTS - self.now_s) if self._total else 0

    def wait_s(self, needed: int) -> int:
        """Seconds until `needed` of the amount now in the window has left it, 1 to 61."""
        freed = 0
        for age in range(_SLOTS - 1, -1, -1):
            freed += self._slots[(self.now_s - age) % _SLOTS]
            if freed >= needed:
                return _SLOTS - age
        return _SLOTS
