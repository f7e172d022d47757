"""Rates, concurrency and budgets of the whole tenancy chain, reserved in one step and settled later.

It does not know requests, prices or other workers: it is given counts and micro-dollars, and owns
all counters. Nothing here waits, so a decision over a chain is atomic under the event loop.
"""

from __future__ import annotations

import msgspec

from vanguard.core.clock import Clock
from vanguard.gateway.limits.refusals import no_budget, no_requests, no_streams, no_tokens
from vanguard.gateway.limits.window import MinuteWindow, turn
from vanguard.snapshot.model import Budget, Scope, Window
from vanguard.snapshot.window import window_start_ms

_DAY_MS = 86_400_000


class Counters:
    """What one scope has used."""

    __slots__ = (
        "concurrent",
        "others",
        "requests",
        "reserved",
        "spent",
        "tokens",
        "window",
        "window_start_ms",
    )

    def __init__(self) -> None:
        self.requests = MinuteWindow()
        self.tokens = MinuteWindow()
        self.concurrent = 0
        self.spent = 0
        self.reserved = 0
        self.window_start_ms = 0
        self.others: dict[int, int] = {}
        self.window: Window | None = None


class Standing(msgspec.Struct, frozen=True):
    """How the tightest scope of a chain stands, for rate-limit headers; -1 means no such limit."""

    requests_limit: int = -1
    requests_left: int = -1
    tokens_limit: int = -1
    tokens_left: int = -1
    requests_reset_s: int = 0
    tokens_reset_s: int = 0


# a scope, its counters, requests and tokens per minute, concurrent requests, and its budget
Row = tuple[Scope, Counters, int | None, int | None, int | None, Budget | None]


class Chain:
    """The scopes of one key beside their counters, outermost first.

    Attributes:
        counted: the scopes that have any limit or a budget; what each request looks through.
        others: counters of the scopes that have none.
        budgeted: whether any of them has a budget.
        limited: whether any of them has a limit per minute.
    """

    __slots__ = ("budgeted", "counted", "limited", "links", "others", "scopes")

    def __init__(self, scopes: tuple[Scope, ...], counters: tuple[Counters, ...]) -> None:
        self.scopes = scopes
        self.links = tuple(zip(scopes, counters, strict=True))
        rows: tuple[Row, ...] = tuple(
            (
                scope,
                used,
                scope.limits.requests_per_minute,
                scope.limits.tokens_per_minute,
                scope.limits.concurrent_requests,
                scope.budget,
            )
            for scope, used in self.links
        )
        self.counted = tuple(row for row in rows if row[2:] != (None,) * 4)
        self.others = tuple(row[1] for row in rows if row[2:] == (None,) * 4)
        self.budgeted = any(scope.budget is not None for scope in scopes)
        self.limited = any(row[2:4] != (None, None) for row in rows)


class Reservation:
    """What one request holds until it is settled. Settling twice has no effect."""

    __slots__ = ("at_s", "chain", "open", "tokens", "usd_micros")

    def __init__(self, chain: Chain, at_s: int, tokens: int, usd_micros: int) -> None:
        self.chain = chain
        self.at_s = at_s
        self.tokens = tokens
        self.usd_micros = usd_micros
        self.open = True


class Limiter:
    """All counters of one worker."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counters: dict[str, Counters] = {}
        self._chains: dict[str, Chain] = {}
        self._starts: dict[Window, tuple[int, int]] = {}

    def chain(self, key_id: str, scopes: tuple[Scope, ...]) -> Chain:
        """The chain of a key, worked out once for each snapshot."""
        known = self._chains.get(key_id)
        if known is None or known.scopes is not scopes:
            known = Chain(scopes, tuple(self.counters(scope.id) for scope in scopes))
            self._chains[key_id] = known
        return known

    def counters(self, scope_id: str) -> Counters:
        """The counters of a scope, made on first use."""
        counters = self._counters.get(scope_id)
        if counters is None:
            counters = self._counters[scope_id] = Counters()
        return counters

    def budgeted(self, scope_id: str, window: Window) -> bool:
        """Whether the spending of a scope in such a window has been restored already."""
        counters = self._counters.get(scope_id)
        return counters is not None and counters.window == window

    def forget(self, keep: set[str]) -> None:
        """Drops idle counters of scopes that are gone from the snapshot."""
        self._chains.clear()
        for scope_id in [s for s in self._counters if s not in keep]:
            if self._counters[scope_id].concurrent == 0:
                del self._counters[scope_id]

    def remaining_usd_micros(self, chain: Chain) -> int | None:
        """The least that any budget of the chain still allows, None when none has a budget."""
        if not chain.budgeted:
            return None
        least: int | None = None
        for scope, counters in chain.links:
            budget = scope.budget
            if budget is not None:
                if budget.window != "total":
                    self._roll(counters, budget.window)
                left = budget.amount_usd_micros - counters.spent - counters.reserved
                if least is None or left < least:
                    least = left
        return least

    def be_sure(self, chain: Chain, since_s: float) -> None:
        """Whoever owns the counters always is."""

    def reserve(self, chain: Chain, tokens: int, usd_micros: int) -> Reservation:
        """Takes one request, its tokens and its money from every scope, or from none.

        Raises:
            RateLimited: requests or tokens per minute of a scope, with the seconds to wait.
            TooManyStreams: concurrent requests of a scope.
            BudgetExceeded: a budget's rest is smaller than `usd_micros`.
        """
        now_s = int(self._clock.monotonic())
        for row in chain.counted:
            self._check(row, now_s, tokens, usd_micros)
        for _, counters, requests, most_tokens, _, _ in chain.counted:
            counters.concurrent += 1
            counters.reserved += usd_micros
            if requests is not None:
                counters.requests.add_now(1)
            if most_tokens is not None:
                counters.tokens.add_now(tokens)
        for counters in chain.others:
            # a limit may come while this request is open
            counters.concurrent += 1
            counters.reserved += usd_micros
        return Reservation(chain, now_s, tokens, usd_micros)

    def _check(self, row: Row, now_s: int, tokens: int, usd_micros: int) -> None:
        scope, counters, requests, most_tokens, streams, budget = row
        if requests is not None:
            used = counters.requests.advance(now_s)
            if used >= requests:
                wait_s = counters.requests.wait_s(used + 1 - requests)
                raise no_requests(scope, requests, wait_s)
        if most_tokens is not None:
            used = counters.tokens.advance(now_s)
            if used + tokens > most_tokens:
                needed = used + tokens - most_tokens
                wait_s = counters.tokens.wait_s(needed) if tokens <= most_tokens else 0
                raise no_tokens(scope, most_tokens, most_tokens - used, tokens, wait_s)
        if streams is not None and counters.concurrent >= streams:
            raise no_streams(scope, streams)
        if budget is not None:
            self._check_budget(scope, counters, budget, usd_micros)

    def _check_budget(
        self, scope: Scope, counters: Counters, budget: Budget, usd_micros: int
    ) -> None:
        if budget.window != "total":
            self._roll(counters, budget.window)
        left = budget.amount_usd_micros - counters.spent - counters.reserved
        if usd_micros > left or (left <= 0 and budget.amount_usd_micros > 0):
            raise no_budget(scope, budget, left, usd_micros)

    def _roll(self, counters: Counters, window: Window) -> None:
        """Goes on in the window that it is now."""
        now_ms = self._clock.now_ms()
        until_ms, start = self._starts.get(window, (0, 0))
        if not until_ms - _DAY_MS <= now_ms < until_ms:
            start = window_start_ms(window, now_ms)
            self._starts[window] = (now_ms - now_ms % _DAY_MS + _DAY_MS, start)
        if start != counters.window_start_ms:
            turn(counters, start)

    def settle(self, reservation: Reservation, tokens: int, usd_micros: int) -> None:
        """Gives back what was reserved and counts what was used."""
        if not reservation.open:
            return
        reservation.open = False
        chain, reserved = reservation.chain, reservation.usd_micros
        for _, counters, _, most_tokens, _, budget in chain.counted:
            counters.concurrent -= 1
            counters.reserved -= reserved
            if budget is not None:
                if budget.window != "total":
                    self._roll(counters, budget.window)
                counters.spent += usd_micros
            elif counters.window is not None:
                # the budget came while this request was open
                counters.spent += usd_micros
            if most_tokens is not None and tokens != reservation.tokens:
                counters.tokens.add(tokens - reservation.tokens, reservation.at_s)
        for counters in chain.others:
            counters.concurrent -= 1
            counters.reserved -= reserved
            if counters.window is not None:
                counters.spent += usd_micros

    def restore(
        self, scope: Scope, usd_micros: int, started_ms: int, ahead: dict[int, int] | None = None
    ) -> None:
        """Sets what a budget's window had spent, at start or when a scope is new; `ahead` as in `spending`."""
        counters = self.counters(scope.id)
        counters.others = dict(ahead or {})
        counters.spent = usd_micros
        counters.window_start_ms = started_ms
        counters.window = scope.budget.window if scope.budget is not None else None

    def look_up_again(self) -> None:
        """Of no budget is known any more what it has spent, until it is restored."""
        for counters in self._counters.values():
            counters.window = None

    def standing(self, chain: Chain) -> Standing | None:
        """The tightest request and token limit of a chain, None when it has neither."""
        if not chain.limited:
            return None
        now_s = int(self._clock.monotonic())
        requests = tokens = _NONE
        for _, counters, most_requests, most_tokens, _, _ in chain.counted:
            if most_requests is not None:
                left = most_requests - counters.requests.advance(now_s)
                if requests is _NONE or left < requests[1]:
                    requests = (most_requests, max(left, 0), counters.requests.clear_in_s())
            if most_tokens is not None:
                left = most_tokens - counters.tokens.advance(now_s)
                if tokens is _NONE or left < tokens[1]:
                    tokens = (most_tokens, max(left, 0), counters.tokens.clear_in_s())
        return Standing(requests[0], requests[1], tokens[0], tokens[1], requests[2], tokens[2])


_NONE = (-1, -1, 0)
