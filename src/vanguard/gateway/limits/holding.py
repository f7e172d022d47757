"""What a worker holds of shared limits, scope by scope, and what a request needs of them.

It does not know who lends or when.
"""

from __future__ import annotations

from collections import defaultdict

import msgspec

from vanguard.core.errors import VanguardError
from vanguard.gateway.limits.protocol import (
    MONEY,
    REQUESTS,
    STREAMS,
    TOKENS,
    Amounts,
    Entry,
    Left,
    Refusal,
    Slots,
    Want,
)
from vanguard.gateway.limits.refusals import no_budget, no_requests, no_streams, no_tokens
from vanguard.snapshot.model import Budget, Scope


class Holding:
    """What this worker holds of one scope.

    Attributes:
        requests, tokens, streams, usd_micros: free for the next request.
        concurrent, reserved: in use by open requests, whether borrowed or not.
        spent: micro-dollars settled since this process started.
        used_s: when a request or a grant last took something of it.
        lefts: what there is besides, as heard at `heard_s`; None before.
        spare_requests, spare_tokens: of `lefts`, 0 where nothing was heard of them.
        tight: recalled and not granted since: what becomes free goes back to the lender.
    """

    __slots__ = (
        "concurrent",
        "heard_s",
        "lefts",
        "request_slots",
        "requests",
        "reserved",
        "scope_id",
        "spare_requests",
        "spare_tokens",
        "spent",
        "streams",
        "tight",
        "token_slots",
        "tokens",
        "usd_micros",
        "used_s",
    )

    def __init__(self, scope_id: str) -> None:
        self.scope_id = scope_id
        self.requests = self.tokens = self.streams = self.usd_micros = 0
        self.concurrent = 0
        self.reserved = 0
        self.spent = 0
        self.request_slots: dict[int, int] = {}
        self.token_slots: dict[int, int] = {}
        self.lefts: Left | None = None
        self.heard_s = 0.0
        self.spare_requests = self.spare_tokens = 0
        self.tight = False
        self.used_s = 0.0

    @property
    def idle(self) -> Amounts:
        """What is free for the next request."""
        return self.requests, self.tokens, self.streams, self.usd_micros

    def add(self, amounts: Amounts) -> None:
        """So much more is free."""
        requests, tokens, streams, usd_micros = amounts
        self.requests += requests
        self.tokens += tokens
        self.streams += streams
        self.usd_micros += usd_micros

    def hear(self, left: Left, now: float) -> None:
        """Takes up what there is besides."""
        self.lefts, self.heard_s = left, now
        self.spare_requests = max(0, left.requests)
        self.spare_tokens = max(0, left.tokens)

    def entry(self) -> Entry:
        """How it stands, with what was used since the last one; that is told once."""
        entry = Entry(
            self.scope_id,
            self.idle,
            self.concurrent,
            self.reserved,
            self.spent,
            _slots(self.request_slots),
            _slots(self.token_slots),
        )
        self.request_slots, self.token_slots = {}, {}
        return entry

    @property
    def in_use(self) -> bool:
        """Whether anything depends on it."""
        return bool(self.concurrent or self.reserved or any(self.idle) or self.spent)


def _slots(amounts: dict[int, int]) -> Slots:
    return tuple((second, amount) for second, amount in amounts.items() if amount)


class BorrowedChain:
    """The scopes of one key beside what is held of them, outermost first; as `limiter.Chain`.

    What a request takes is taken from what each scope that limits it holds. What it counts, it counts
    in all of them alike: so it is added up here, once, and handed on to the holdings when somebody looks.

    Attributes:
        rows: what each request looks through: the holding, requests and tokens per minute,
            concurrent requests and budget of each scope that has any of them.
        minutes: the holding, requests and tokens per minute of each scope that limits either.
        touched: whether anything was counted that is not handed on.
        concurrent, reserved, spent: what was counted, as in `Holding`.
        used_s: when a request last took something.
        slots: requests and tokens that a minute counts, by second.
    """

    __slots__ = (
        "budgeted",
        "concurrent",
        "links",
        "minutes",
        "reserved",
        "rows",
        "scopes",
        "slots",
        "spent",
        "touched",
        "used_s",
    )

    def __init__(self, scopes: tuple[Scope, ...], holdings: tuple[Holding, ...]) -> None:
        self.scopes = scopes
        self.links = tuple(zip(scopes, holdings, strict=True))
        rows = (
            (
                holding,
                scope.limits.requests_per_minute,
                scope.limits.tokens_per_minute,
                scope.limits.concurrent_requests,
                scope.budget,
            )
            for scope, holding in self.links
        )
        self.rows = tuple(row for row in rows if row[1:] != (None,) * 4)
        self.budgeted = any(scope.budget is not None for scope in scopes)
        self.minutes = tuple(
            (holding, requests, tokens)
            for holding, requests, tokens, _, _ in self.rows
            if requests is not None or tokens is not None
        )
        self.touched = False
        self.concurrent = self.reserved = self.spent = 0
        self.used_s = 0.0
        self.slots: defaultdict[int, list[int]] = defaultdict(_new_slot)

    def hand_on(self) -> None:
        """Adds what was counted to each holding, and begins anew."""
        for _, holding in self.links:
            holding.concurrent += self.concurrent
            holding.reserved += self.reserved
            holding.spent += self.spent
            holding.used_s = max(holding.used_s, self.used_s)
        for holding, requests, tokens in self.minutes:
            for second, slot in self.slots.items():
                if requests is not None:
                    _add(holding.request_slots, second, slot[0])
                if tokens is not None:
                    _add(holding.token_slots, second, slot[1])
        self.touched = False
        self.concurrent = self.reserved = self.spent = 0
        self.slots.clear()


def _new_slot() -> list[int]:
    return [0, 0]


def _add(slots: dict[int, int], second: int, amount: int) -> None:
    slots[second] = slots.get(second, 0) + amount


class Borrowed(msgspec.Struct, eq=False):
    """What one request holds until it is settled. Settling twice has no effect."""

    chain: BorrowedChain
    at_s: int
    tokens: int
    usd_micros: int
    open: bool = True


class NotHeld(Exception):
    """What a request needs is not held here; the lender has to be asked."""

    def __init__(self, chain: BorrowedChain, tokens: int, usd_micros: int) -> None:
        super().__init__("limits have to be borrowed")
        self.chain = chain
        self.tokens = tokens
        self.usd_micros = usd_micros


def money_for(budget: Budget, usd_micros: int) -> int:
    """A budget that is spent serves nobody, unless it was zero from the beginning."""
    return 1 if usd_micros < 1 and budget.amount_usd_micros > 0 else usd_micros


def want(scope: Scope, wanted: NotHeld) -> Want:
    """What a request needs of a scope: nothing of what the scope does not limit."""
    limits = scope.limits
    amounts: Amounts = (
        int(limits.requests_per_minute is not None),
        wanted.tokens if limits.tokens_per_minute is not None else 0,
        int(limits.concurrent_requests is not None),
        money_for(scope.budget, wanted.usd_micros) if scope.budget is not None else 0,
    )
    return Want(scope.id, amounts)


def refusal(scope: Scope, said: Refusal, wanted: NotHeld) -> VanguardError | None:
    """The error of a limit that is reached; None when the limit is gone by now."""
    limits = scope.limits
    if said.what == REQUESTS and limits.requests_per_minute is not None:
        return no_requests(scope, limits.requests_per_minute, said.wait_s)
    if said.what == TOKENS and limits.tokens_per_minute is not None:
        limit = limits.tokens_per_minute
        return no_tokens(scope, limit, said.left, wanted.tokens, said.wait_s)
    if said.what == STREAMS and limits.concurrent_requests is not None:
        return no_streams(scope, limits.concurrent_requests)
    if said.what == MONEY and scope.budget is not None:
        return no_budget(scope, scope.budget, said.left, wanted.usd_micros)
    return None
