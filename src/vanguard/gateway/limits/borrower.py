"""A worker's side of shared limits: reserves from what the lender has lent, asks when that is short.

It does not know sockets or requests: it is told what arrives, and hands its messages to `send`. It
has the shape of `Limiter`; what differs is that `reserve` may raise `NotHeld`, after which `ask`
calls back when it is worth trying again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from vanguard.core.clock import Clock
from vanguard.core.errors import LimitsUnavailable, VanguardError
from vanguard.gateway.limits.limiter import Standing
from vanguard.gateway.limits.protocol import (
    LEASE_S,
    MONEY,
    REQUESTS,
    STREAMS,
    TOKENS,
    Alive,
    Amounts,
    Ask,
    Bye,
    Entry,
    FromWorker,
    Grant,
    Left,
    Recall,
    Refusal,
    Report,
    Slots,
    ToWorker,
    Want,
)
from vanguard.gateway.limits.refusals import no_budget, no_requests, no_streams, no_tokens
from vanguard.snapshot.model import Budget, Scope

# what was not used for so long is given back, unless nobody else could use it
_IDLE_S = 1.0
# how long a request waits for the lender, all its asks together
PATIENCE_S = 1.0
_MINUTE_S = 60


class Holding:
    """What this worker holds of one scope.

    Attributes:
        idle: free for the next request, by the places of `Amounts`.
        concurrent, reserved: in use by open requests, whether borrowed or not.
        spent: micro-dollars settled since this process started.
        lefts: what there is besides, as heard at `heard_s`; None before.
        tight: recalled and not granted since: what becomes free goes back to the lender.
    """

    __slots__ = (
        "concurrent",
        "heard_s",
        "idle",
        "lefts",
        "request_slots",
        "reserved",
        "scope_id",
        "spent",
        "tight",
        "token_slots",
        "used_s",
    )

    def __init__(self, scope_id: str) -> None:
        self.scope_id = scope_id
        self.idle = [0, 0, 0, 0]
        self.concurrent = 0
        self.reserved = 0
        self.spent = 0
        self.request_slots: dict[int, int] = {}
        self.token_slots: dict[int, int] = {}
        self.lefts: Left | None = None
        self.heard_s = 0.0
        self.tight = False
        self.used_s = 0.0

    def entry(self) -> Entry:
        """How it stands, with what was used since the last one; that is told once."""
        entry = Entry(
            self.scope_id,
            (self.idle[0], self.idle[1], self.idle[2], self.idle[3]),
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
    """The scopes of one key beside what is held of them, outermost first; as `limiter.Chain`."""

    __slots__ = ("budgeted", "limited", "links", "scopes")

    def __init__(self, scopes: tuple[Scope, ...], holdings: tuple[Holding, ...]) -> None:
        self.scopes = scopes
        self.links = tuple(zip(scopes, holdings, strict=True))
        self.budgeted = any(scope.budget is not None for scope in scopes)
        self.limited = any(
            scope.limits.requests_per_minute is not None
            or scope.limits.tokens_per_minute is not None
            for scope in scopes
        )


class Borrowed:
    """What one request holds until it is settled. Settling twice has no effect."""

    __slots__ = ("at_s", "chain", "open", "tokens", "usd_micros")

    def __init__(self, chain: BorrowedChain, at_s: int, tokens: int, usd_micros: int) -> None:
        self.chain = chain
        self.at_s = at_s
        self.tokens = tokens
        self.usd_micros = usd_micros
        self.open = True


class NotHeld(Exception):
    """What a request needs is not held here; the lender has to be asked."""

    def __init__(self, chain: BorrowedChain, tokens: int, usd_micros: int) -> None:
        super().__init__("limits have to be borrowed")
        self.chain = chain
        self.tokens = tokens
        self.usd_micros = usd_micros


Answered = Callable[[VanguardError | None], None]


class _Waiter:
    __slots__ = ("answered", "deadline", "wanted")

    def __init__(self, wanted: NotHeld, answered: Answered, deadline: float) -> None:
        self.wanted = wanted
        self.answered = answered
        self.deadline = deadline


class Borrower:
    """All that one worker has borrowed.

    Args:
        offset: the present length of the worker's journal.
    """

    def __init__(
        self, clock: Clock, send: Callable[[FromWorker], None], offset: Callable[[], int]
    ) -> None:
        self._clock = clock
        self._send = send
        self._offset = offset
        self._holdings: dict[str, Holding] = {}
        self._chains: dict[str, BorrowedChain] = {}
        self._dirty: dict[str, Holding] = {}
        self._waiters: dict[int, _Waiter] = {}
        self._asks = 0
        self._seen = 0
        self._valid_until = 0.0
        self._alone = False
        self.connected = False

    # --- the shape of a limiter --------------------------------------------------------------

    def chain(self, key_id: str, scopes: tuple[Scope, ...]) -> BorrowedChain:
        """The chain of a key, worked out once for each snapshot."""
        known = self._chains.get(key_id)
        if known is None or known.scopes is not scopes:
            known = BorrowedChain(scopes, tuple(self.holding(scope.id) for scope in scopes))
            self._chains[key_id] = known
        return known

    def holding(self, scope_id: str) -> Holding:
        """What is held of a scope, made on first use."""
        holding = self._holdings.get(scope_id)
        if holding is None:
            holding = self._holdings[scope_id] = Holding(scope_id)
        return holding

    def forget(self, keep: set[str]) -> None:
        """Drops the chains of an old snapshot; what is held of scopes that are gone goes back."""
        self._chains.clear()
        for scope_id, holding in list(self._holdings.items()):
            if scope_id not in keep:
                self._give_back(holding)
                if not holding.concurrent and not holding.in_use:
                    del self._holdings[scope_id]

    def remaining_usd_micros(self, chain: BorrowedChain) -> int | None:
        """The least that any budget of the chain still allows, None when none has a budget.

        Raises:
            NotHeld: the lender has not told yet.
        """
        if not chain.budgeted:
            return None
        least: int | None = None
        for scope, holding in chain.links:
            if scope.budget is None:
                continue
            if holding.lefts is None or holding.lefts.usd_micros < 0:
                raise NotHeld(chain, 0, 0)
            left = holding.idle[MONEY] + holding.lefts.usd_micros
            if least is None or left < least:
                least = left
        return least

    def be_sure(self, chain: BorrowedChain, since_s: float) -> None:
        """Makes sure that `remaining_usd_micros` is no older than a moment, in monotonic seconds.

        Raises:
            NotHeld: it may be; the lender has to be asked.
        """
        for scope, holding in chain.links:
            if scope.budget is not None and holding.heard_s < since_s:
                raise NotHeld(chain, 0, 0)

    def reserve(self, chain: BorrowedChain, tokens: int, usd_micros: int) -> Borrowed:
        """Takes one request, its tokens and its money from what is held of every scope, or of none.

        Raises:
            NotHeld: something lacks; `ask` for it.
            RateLimited: the request is larger than a limit.
        """
        now = self._clock.monotonic()
        fresh = now <= self._valid_until
        for scope, holding in chain.links:
            limits, idle = scope.limits, holding.idle
            if limits.requests_per_minute is not None and (idle[REQUESTS] < 1 or not fresh):
                raise NotHeld(chain, tokens, usd_micros)
            if limits.tokens_per_minute is not None and (idle[TOKENS] < tokens or not fresh):
                if tokens > limits.tokens_per_minute:
                    raise no_tokens(scope, limits.tokens_per_minute, 0, tokens, 0)
                raise NotHeld(chain, tokens, usd_micros)
            if limits.concurrent_requests is not None and idle[STREAMS] < 1:
                raise NotHeld(chain, tokens, usd_micros)
            if scope.budget is not None and idle[MONEY] < _money(scope.budget, usd_micros):
                raise NotHeld(chain, tokens, usd_micros)
        now_s = int(now)
        for scope, holding in chain.links:
            self._take(scope, holding, now_s, tokens, usd_micros)
            holding.used_s = now
        return Borrowed(chain, now_s, tokens, usd_micros)

    def _take(
        self, scope: Scope, holding: Holding, now_s: int, tokens: int, usd_micros: int
    ) -> None:
        limits, idle = scope.limits, holding.idle
        if limits.requests_per_minute is not None:
            idle[REQUESTS] -= 1
            holding.request_slots[now_s] = holding.request_slots.get(now_s, 0) + 1
        if limits.tokens_per_minute is not None:
            idle[TOKENS] -= tokens
            holding.token_slots[now_s] = holding.token_slots.get(now_s, 0) + tokens
        if limits.concurrent_requests is not None:
            idle[STREAMS] -= 1
        if scope.budget is not None:
            idle[MONEY] -= usd_micros
        holding.concurrent += 1
        holding.reserved += usd_micros
        self._dirty[holding.scope_id] = holding

    def settle(self, reservation: Borrowed, tokens: int, usd_micros: int) -> None:
        """Gives back what was reserved and counts what was used."""
        if not reservation.open:
            return
        reservation.open = False
        at_s = reservation.at_s
        for scope, holding in reservation.chain.links:
            holding.concurrent -= 1
            holding.reserved -= reservation.usd_micros
            holding.spent += usd_micros
            if scope.limits.concurrent_requests is not None and not holding.tight:
                holding.idle[STREAMS] += 1
            if scope.budget is not None:
                rest = reservation.usd_micros - usd_micros
                holding.idle[MONEY] += rest if not holding.tight else min(0, rest)
            if scope.limits.tokens_per_minute is not None:
                # goes to the lender: a refund may not outlive the minute of its reservation
                slots = holding.token_slots
                slots[at_s] = slots.get(at_s, 0) + tokens - reservation.tokens
            self._dirty[holding.scope_id] = holding

    def standing(self, chain: BorrowedChain) -> Standing | None:
        """The tightest limits of a chain, as far as this worker knows; None when it has none."""
        if not chain.limited:
            return None
        requests = tokens = (-1, -1, 0)
        for scope, holding in chain.links:
            lefts = holding.lefts
            limit = scope.limits.requests_per_minute
            if limit is not None:
                left = holding.idle[REQUESTS] + max(0, lefts.requests if lefts else 0)
                requests = _tighter(requests, limit, left)
            limit = scope.limits.tokens_per_minute
            if limit is not None:
                left = holding.idle[TOKENS] + max(0, lefts.tokens if lefts else 0)
                tokens = _tighter(tokens, limit, left)
        return Standing(requests[0], requests[1], tokens[0], tokens[1], requests[2], tokens[2])

    # --- asking ------------------------------------------------------------------------------

    def ask(self, wanted: NotHeld, answered: Answered, deadline: float = 0.0) -> Callable[[], None]:
        """Asks the lender; `answered` is called once, with an error or to try again.

        Args:
            wanted: what `reserve` or `remaining_usd_micros` raised.
            answered: is given None when it is worth trying again.
            deadline: monotonic seconds; `PATIENCE_S` from now when 0.

        Returns:
            What takes the request back.
        """
        self._asks += 1
        number = self._asks
        until = deadline or self._clock.monotonic() + PATIENCE_S
        self._waiters[number] = _Waiter(wanted, answered, until)
        if self.connected:
            self._ask(number, wanted)

        def take_back() -> None:
            self._waiters.pop(number, None)

        return take_back

    def _ask(self, number: int, wanted: NotHeld) -> None:
        if self._dirty or self._clock.monotonic() > self._valid_until:
            self._report(0)
        wants = [_want(scope, wanted) for scope in wanted.chain.scopes]
        self._send(Ask(number, tuple(want for want in wants if any(want.amounts))))

    def receive(self, message: ToWorker) -> None:
        """Whatever the lender says."""
        if isinstance(message, Grant):
            self._seen = message.number
            for lot in message.lots:
                holding = self.holding(lot.scope)
                for what, amount in enumerate(lot.amounts):
                    holding.idle[what] += amount
                holding.tight = False
                holding.used_s = self._clock.monotonic()
                self._dirty[lot.scope] = holding
            self._hear(message.lefts)
            self._answer(message.ask, None)
        elif isinstance(message, Refusal):
            self._hear(message.lefts)
            self._refused(message)
        elif isinstance(message, Recall):
            for scope_id in message.scopes:
                holding = self.holding(scope_id)
                holding.tight = True
                self._give_back(holding)
                self._dirty[scope_id] = holding
            self._report(message.number)
        elif isinstance(message, Alive):
            self._valid_until = max(self._valid_until, message.at_s + LEASE_S)
            self._alone = message.alone
            self._hear(message.lefts)

    def _hear(self, lefts: Iterable[Left]) -> None:
        now = self._clock.monotonic()
        for left in lefts:
            holding = self.holding(left.scope)
            holding.lefts, holding.heard_s = left, now

    def _refused(self, refusal: Refusal) -> None:
        waiter = self._waiters.get(refusal.ask)
        if waiter is None:
            return
        wanted = waiter.wanted
        error: VanguardError = _unavailable()
        for scope in wanted.chain.scopes:
            if scope.id == refusal.scope:
                error = _refusal(scope, refusal, wanted) or error
        self._answer(refusal.ask, error)

    def _answer(self, number: int, error: VanguardError | None) -> None:
        waiter = self._waiters.pop(number, None)
        if waiter is not None:
            waiter.answered(error)

    # --- the connection ----------------------------------------------------------------------

    def connect(self) -> Report:
        """A new connection: returns its first report, and what it held of the minute is no more."""
        for holding in self._holdings.values():
            holding.idle[REQUESTS] = holding.idle[TOKENS] = 0
            holding.request_slots, holding.token_slots = {}, {}
        self._seen = 0
        self._dirty.clear()
        entries = tuple(one.entry() for one in self._holdings.values() if one.in_use)
        return Report(self._clock.monotonic(), self._offset(), 0, entries)

    def connection_made(self) -> None:
        """The hello is sent: asks may follow."""
        self.connected = True
        for number, waiter in list(self._waiters.items()):
            self._ask(number, waiter.wanted)

    def disconnected(self) -> None:
        """The lender cannot be reached: what is held may be used for as long as the lease lasts."""
        self.connected = False

    def flush(self) -> None:
        """Reports what has changed."""
        if self._dirty and self.connected:
            self._report(0)

    def beat(self) -> None:
        """About twice a second: renews the lease and gives back what nobody here uses."""
        now = self._clock.monotonic()
        if not self._alone:
            for holding in self._holdings.values():
                if any(holding.idle) and now - holding.used_s >= _IDLE_S:
                    self._give_back(holding)
        if self.connected:
            self._report(0)

    def expire(self) -> None:
        """Ends the patience of requests that wait for the lender."""
        now = self._clock.monotonic()
        for number, waiter in list(self._waiters.items()):
            if waiter.deadline <= now:
                self._answer(number, _unavailable())

    def close(self) -> None:
        """Says good-bye; all requests are settled."""
        if self.connected:
            self.flush()
            self._send(Bye())
            self.connected = False

    def _give_back(self, holding: Holding) -> None:
        # money may be below zero: that stays owed
        kept = [0, 0, 0, min(0, holding.idle[MONEY])]
        if holding.idle != kept:
            holding.idle = kept
            self._dirty[holding.scope_id] = holding

    def _report(self, recalled: int) -> None:
        entries = tuple(holding.entry() for holding in self._dirty.values())
        self._dirty.clear()
        self._send(
            Report(self._clock.monotonic(), self._offset(), self._seen, entries, recalled=recalled)
        )


def _money(budget: Budget, usd_micros: int) -> int:
    """A budget that is spent serves nobody, unless it was zero from the beginning."""
    return max(usd_micros, 1) if budget.amount_usd_micros > 0 else usd_micros


def _want(scope: Scope, wanted: NotHeld) -> Want:
    limits = scope.limits
    amounts: Amounts = (
        int(limits.requests_per_minute is not None),
        wanted.tokens if limits.tokens_per_minute is not None else 0,
        int(limits.concurrent_requests is not None),
        _money(scope.budget, wanted.usd_micros) if scope.budget is not None else 0,
    )
    return Want(scope.id, amounts)


def _refusal(scope: Scope, refusal: Refusal, wanted: NotHeld) -> VanguardError | None:
    """The error of a limit that is reached; None when the limit is gone by now."""
    limits = scope.limits
    if refusal.what == REQUESTS and limits.requests_per_minute is not None:
        return no_requests(scope, limits.requests_per_minute, refusal.wait_s)
    if refusal.what == TOKENS and limits.tokens_per_minute is not None:
        limit = limits.tokens_per_minute
        return no_tokens(scope, limit, refusal.left, wanted.tokens, refusal.wait_s)
    if refusal.what == STREAMS and limits.concurrent_requests is not None:
        return no_streams(scope, limits.concurrent_requests)
    if refusal.what == MONEY and scope.budget is not None:
        return no_budget(scope, scope.budget, refusal.left, wanted.usd_micros)
    return None


def _unavailable() -> LimitsUnavailable:
    return LimitsUnavailable(
        "limits and budgets cannot be checked at the moment; try again", retry_after_s=1
    )


def _tighter(best: tuple[int, int, int], limit: int, left: int) -> tuple[int, int, int]:
    left = min(limit, left)
    if best[1] != -1 and best[1] <= left:
        return best
    return limit, left, _MINUTE_S if left < limit else 0
