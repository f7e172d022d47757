"""One scope as the lender sees it: what is used up, and what is lent to whom.

It does not know messages. What is lent counts as if it were used until its worker says otherwise.
"""

from __future__ import annotations

from typing import NamedTuple

from vanguard.gateway.limits.protocol import (
    MONEY,
    REQUESTS,
    STREAMS,
    TOKENS,
    Amounts,
    Entry,
    Left,
)
from vanguard.gateway.limits.window import MinuteWindow, turn
from vanguard.snapshot.model import Budget, Scope, Window
from vanguard.snapshot.window import window_start_ms

_MINUTE_SHARE = 20
_NOTHING = (0, 0, 0, 0)


class Flying(NamedTuple):
    """A grant that its worker's last report did not know yet.

    Attributes:
        claim: what the request that asked will take, of this or of what was idle before.
    """

    number: int
    amounts: Amounts
    claim: Amounts


class Held:
    """What one worker holds of a scope; `idle` and `used` are as it said last."""

    __slots__ = ("flying", "idle", "used")

    def __init__(self) -> None:
        self.idle: Amounts = _NOTHING
        self.used: Amounts = _NOTHING
        self.flying: list[Flying] = []

    def said(self, entry: Entry) -> None:
        """Takes up a report; then tell what has `landed` with it."""
        self.idle = entry.idle
        self.used = (0, 0, entry.streams, entry.usd_micros)

    def landed(self, seen: int) -> None:
        """Grants up to this number have come, and who asked has tried again."""
        self.flying = [grant for grant in self.flying if grant.number > seen]

    def on_the_way(self, what: int) -> int:
        """Granted and not yet known to have come."""
        return sum(grant.amounts[what] for grant in self.flying)

    def claimed(self, what: int) -> int:
        """What requests that have asked will take."""
        return sum(grant.claim[what] for grant in self.flying)

    def unclaimed(self, what: int) -> int:
        """Idle there, or on the way, and not meant for a request that has asked."""
        return self.idle[what] + self.on_the_way(what) - self.claimed(what)

    def lent(self, what: int) -> int:
        """All of it, used or not."""
        return self.idle[what] + self.used[what] + self.on_the_way(what)

    def no_minute(self) -> None:
        """Forgets requests and tokens, on the way ones too."""
        self.idle = (0, 0, *self.idle[2:])
        self.flying = [
            Flying(grant.number, (0, 0, *grant.amounts[2:]), (0, 0, *grant.claim[2:]))
            for grant in self.flying
        ]

    @property
    def empty(self) -> bool:
        """Whether it holds nothing."""
        return self.idle == self.used == _NOTHING and not self.flying


class Account:
    """The counters of one scope.

    Attributes:
        spent: micro-dollars settled in the present window of the budget.
        others: the same of other windows, by their start.
        window: that for which `spent` was restored, None before.
        restoring: whether what was spent before is being looked up.
    """

    __slots__ = (
        "held",
        "id",
        "others",
        "requests",
        "restoring",
        "scope",
        "spent",
        "tokens",
        "window",
        "window_start_ms",
    )

    def __init__(self, scope_id: str, scope: Scope | None) -> None:
        self.id = scope_id
        self.scope = scope
        self.requests = MinuteWindow()
        self.tokens = MinuteWindow()
        self.spent = 0
        self.window: Window | None = None
        self.window_start_ms = 0
        self.others: dict[int, int] = {}
        self.restoring = False
        self.held: dict[str, Held] = {}

    def hold(self, incarnation: str) -> Held:
        """What a worker holds, made on first use."""
        return self.held.setdefault(incarnation, Held())

    def limit(self, what: int) -> int | None:
        """The scope's limit, None where it has none."""
        if self.scope is None:
            return None
        limits, budget = self.scope.limits, self.scope.budget
        if what == MONEY:
            return budget.amount_usd_micros if budget is not None else None
        if what == STREAMS:
            return limits.concurrent_requests
        return limits.requests_per_minute if what == REQUESTS else limits.tokens_per_minute

    def used_up(self, what: int, now_s: int) -> int:
        """What is gone for now, whoever used it."""
        if what == REQUESTS:
            return self.requests.advance(now_s)
        if what == TOKENS:
            return self.tokens.advance(now_s)
        return self.spent if what == MONEY else 0

    def free(self, what: int, now_s: int) -> int | None:
        """What may still be lent, None without a limit; below zero when more is lent than allowed."""
        limit = self.limit(what)
        if limit is None:
            return None
        lent = sum(held.lent(what) for held in self.held.values())
        return limit - self.used_up(what, now_s) - lent

    def left(self, incarnation: str, now_s: int) -> Left:
        """What is neither used nor already with that worker."""
        return Left(
            self.id,
            self._left(REQUESTS, incarnation, now_s),
            self._left(TOKENS, incarnation, now_s),
            self._left(MONEY, incarnation, now_s),
        )

    def _left(self, what: int, incarnation: str, now_s: int) -> int:
        limit = self.limit(what)
        if limit is None:
            return -1
        taken = self.used_up(what, now_s)
        for name, held in self.held.items():
            mine = name == incarnation
            # what a neighbour's requests have asked for is theirs, the rest of its grants is idle
            taken += held.lent(what) if mine else held.used[what] + held.claimed(what)
        return max(0, limit - taken)

    def share(self, what: int, need: int, free: int, workers: int) -> int:
        """How much to lend beside what is needed, so that not every request must ask.

        Little of a minute: what a worker holds when it dies is lost for a minute.
        """
        rest = free - need
        share = rest if workers == 1 else rest // (2 * workers)
        if what in (REQUESTS, TOKENS):
            share = min(share, (self.limit(what) or 0) // _MINUTE_SHARE)
        return max(0, share)

    def wait_s(self, what: int, lacking: int, now_s: int) -> int:
        """Seconds until a minute's window has given back `lacking`."""
        window = self.requests if what == REQUESTS else self.tokens
        window.advance(now_s)
        return window.wait_s(lacking)

    def burn_minute(self, incarnation: str, now_s: int) -> None:
        """Counts all that a worker holds of the minute as used now: it may have been, to the last."""
        held = self.held.get(incarnation)
        if held is None:
            return
        for window, what in ((self.requests, REQUESTS), (self.tokens, TOKENS)):
            window.advance(now_s)
            window.add(held.lent(what), now_s)
        held.no_minute()

    def roll(self, now_ms: int) -> None:
        """Goes on in the window of its budget that it is now."""
        budget = self.budget
        if budget is None or budget.window == "total":
            return
        start = window_start_ms(budget.window, now_ms)
        if start != self.window_start_ms:
            turn(self, start)

    @property
    def budget(self) -> Budget | None:
        """The scope's budget."""
        return self.scope.budget if self.scope is not None else None
