"""Rates, concurrency and budgets of the whole tenancy chain, reserved in one step and settled later.

It does not know requests, prices or other workers: it is given counts and micro-dollars, and owns
all counters. Nothing here waits, so a decision over a chain is atomic under the event loop.
"""

from __future__ import annotations

import msgspec

from vanguard.core.clock import Clock
from vanguard.gateway.limits.refusals import no_budget, no_requests, no_streams, no_tokens
from vanguard.gateway.limits.window import MinuteWindow
from vanguard.snapshot.model import Budget, Scope, Window
from vanguard.snapshot.window import window_start_ms

_DAY_MS = 86_400_000


class Counters:
    """What one scope has used."""

    __slots__ = (
        "concurrent",
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
        self.window: Window | None = None


class Standing(msgspec.Struct, frozen=True):
    """How the tightest scope of a chain stands, for rate-limit headers; -1 means no such limit."""

    requests_limit: int = -1
    requests_left: int = -1
    tokens_limit: int = -1
    tokens_left: int = -1
    requests_reset_s: int = 0
    tokens_reset_s: int = 0


class Chain:
    """The scopes of one key beside their counters, outermost first.

    Attributes:
        budgeted: whether any of them has a budget.
        limited: whether any of them has a limit per minute.
    """

    __slots__ = ("budgeted", "limited", "links", "scopes")

    def __init__(self, scopes: tuple[Scope, ...], counters: tuple[Counters, ...]) -> None:
        self.scopes = scopes
        self.links = tuple(zip(scopes, counters, strict=True))
        self.budgeted = any(scope.budget is not None for scope in scopes)
        self.limited = any(
            scope.limits.requests_per_minute is not None
            or scope.limits.tokens_per_minute is not None
            for scope in scopes
        )


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
        for scope, counters in chain.links:
            limits = scope.limits
            if limits.requests_per_minute is not None:
                _check_requests(scope, counters, now_s)
            if limits.tokens_per_minute is not None:
                _check_tokens(scope, counters, now_s, tokens)
            streams = limits.concurrent_requests
            if streams is not None and counters.concurrent >= streams:
                raise no_streams(scope, streams)
            if scope.budget is not None:
                self._check_budget(scope, counters, scope.budget, usd_micros)
        for scope, counters in chain.links:
            counters.concurrent += 1
            counters.reserved += usd_micros
            if scope.limits.requests_per_minute is not None:
                counters.requests.add(1, now_s)
            if scope.limits.tokens_per_minute is not None:
                counters.tokens.add(tokens, now_s)
        return Reservation(chain, now_s, tokens, usd_micros)

    def _check_budget(
        self, scope: Scope, counters: Counters, budget: Budget, usd_micros: int
    ) -> None:
        self._roll(counters, budget.window)
        left = budget.amount_usd_micros - counters.spent - counters.reserved
        if usd_micros > left or (left <= 0 and budget.amount_usd_micros > 0):
            raise no_budget(scope, budget, left, usd_micros)

    def _roll(self, counters: Counters, window: Window) -> None:
        """Forgets the spending of a window that is over."""
        if window == "total":
            return
        now_ms = self._clock.now_ms()
        until_ms, start = self._starts.get(window, (0, 0))
        if not until_ms - _DAY_MS <= now_ms < until_ms:
            start = window_start_ms(window, now_ms)
            self._starts[window] = (now_ms - now_ms % _DAY_MS + _DAY_MS, start)
        if start > counters.window_start_ms:
            counters.window_start_ms = start
            counters.spent = 0

    def settle(self, reservation: Reservation, tokens: int, usd_micros: int) -> None:
        """Gives back what was reserved and counts what was used."""
        if not reservation.open:
            return
        reservation.open = False
        for scope, counters in reservation.chain.links:
            counters.concurrent -= 1
            counters.reserved -= reservation.usd_micros
            if scope.budget is not None:
                self._roll(counters, scope.budget.window)
                counters.spent += usd_micros
            elif counters.window is not None:
                # the budget came while this request was open
                counters.spent += usd_micros
            if scope.limits.tokens_per_minute is not None:
                counters.tokens.add(tokens - reservation.tokens, reservation.at_s)

    def restore(self, scope: Scope, usd_micros: int, started_ms: int) -> None:
        """Sets what a budget's window had spent, at start or when a scope is new."""
        counters = self.counters(scope.id)
        counters.spent = usd_micros
        counters.window_start_ms = started_ms
        counters.window = scope.budget.window if scope.budget is not None else None

    def standing(self, chain: Chain) -> Standing | None:
        """The tightest request and token limit of a chain, None when it has neither."""
        if not chain.limited:
            return None
        now_s = int(self._clock.monotonic())
        requests = tokens = (-1, -1, 0)
        for scope, counters in chain.links:
            limits = scope.limits
            if limits.requests_per_minute is not None:
                requests = _tighter(requests, limits.requests_per_minute, counters.requests, now_s)
            if limits.tokens_per_minute is not None:
                tokens = _tighter(tokens, limits.tokens_per_minute, counters.tokens, now_s)
        return Standing(requests[0], requests[1], tokens[0], tokens[1], requests[2], tokens[2])


def _check_requests(scope: Scope, counters: Counters, now_s: int) -> None:
    limit = scope.limits.requests_per_minute or 0
    used = counters.requests.advance(now_s)
    if used >= limit:
        raise no_requests(scope, limit, counters.requests.wait_s(used + 1 - limit))


def _check_tokens(scope: Scope, counters: Counters, now_s: int, tokens: int) -> None:
    limit = scope.limits.tokens_per_minute or 0
    used = counters.tokens.advance(now_s)
    if used + tokens > limit:
        wait = counters.tokens.wait_s(used + tokens - limit) if tokens <= limit else 0
        raise no_tokens(scope, limit, limit - used, tokens, wait)


def _tighter(
    best: tuple[int, int, int], limit: int, window: MinuteWindow, now_s: int
) -> tuple[int, int, int]:
    left = max(0, limit - window.advance(now_s))
    if best[1] != -1 and best[1] <= left:
        return best
    return limit, left, window.clear_in_s()
