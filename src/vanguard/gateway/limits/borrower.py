"""A worker's side of shared limits: reserves from what the lender has lent, asks when that is short.

It does not know sockets or requests: it is told what arrives, and hands its messages to `send`. It
has the shape of `Limiter`; what differs is that `reserve` may raise `NotHeld`, after which `ask`
calls back when it is worth trying again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from vanguard.core.clock import Clock
from vanguard.core.errors import LimitsUnavailable, VanguardError
from vanguard.gateway.limits.holding import (
    Borrowed,
    BorrowedChain,
    Holding,
    NotHeld,
    money_for,
    refusal,
    want,
)
from vanguard.gateway.limits.limiter import Standing
from vanguard.gateway.limits.protocol import (
    LEASE_S,
    Alive,
    Ask,
    Bye,
    FromWorker,
    Grant,
    Left,
    Recall,
    Refusal,
    Report,
    ToWorker,
)
from vanguard.gateway.limits.refusals import no_tokens
from vanguard.snapshot.model import Scope

# what was not used for so long is given back, unless nobody else could use it
_IDLE_S = 1.0
# how long a request waits for the lender, all its asks together
PATIENCE_S = 1.0
_MINUTE_S = 60


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
        # what requests have counted since somebody last looked; see `_gather`
        self._touched: list[BorrowedChain] = []
        self._waiters: dict[int, _Waiter] = {}
        self._asks = 0
        self._seen = self._told = 0
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
        self._gather()
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
            left = holding.usd_micros + holding.lefts.usd_micros
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
        lacks = now > self._valid_until and bool(chain.minutes)
        for holding, requests, most_tokens, streams, budget in chain.rows:
            if requests is not None:
                left = holding.requests = holding.requests - 1
                lacks = lacks or left < 0
            if most_tokens is not None:
                left = holding.tokens = holding.tokens - tokens
                lacks = lacks or left < 0
            if streams is not None:
                left = holding.streams = holding.streams - 1
                lacks = lacks or left < 0
            if budget is not None:
                left = holding.usd_micros = holding.usd_micros - usd_micros
                lacks = lacks or left < 0 or (usd_micros < 1 and left < money_for(budget, 0))
        if lacks:
            # what lacks is looked for now: most requests lack nothing, and are looked at once
            self._put_back(chain, tokens, usd_micros)
            raise self._lack(chain, tokens, usd_micros, fresh=now <= self._valid_until)
        now_s = int(now)
        chain.concurrent += 1
        chain.reserved += usd_micros
        chain.used_s = now
        if chain.minutes:
            slot = chain.slots[now_s]
            slot[0] += 1
            slot[1] += tokens
        if not chain.touched:
            chain.touched = True
            self._touched.append(chain)
        return Borrowed(chain, now_s, tokens, usd_micros)

    def _put_back(self, chain: BorrowedChain, tokens: int, usd_micros: int) -> None:
        for holding, requests, most_tokens, streams, budget in chain.rows:
            if requests is not None:
                holding.requests += 1
            if most_tokens is not None:
                holding.tokens += tokens
            if streams is not None:
                holding.streams += 1
            if budget is not None:
                holding.usd_micros += usd_micros

    def _lack(
        self, chain: BorrowedChain, tokens: int, usd_micros: int, *, fresh: bool
    ) -> NotHeld | VanguardError:
        """What `reserve` raises, by the first scope that lacks something."""
        for holding, requests, most_tokens, _, _ in chain.rows:
            if requests is not None and (holding.requests < 1 or not fresh):
                break
            if most_tokens is not None and (holding.tokens < tokens or not fresh):
                if tokens > most_tokens:
                    return self._too_large(chain, tokens)
                break
        return NotHeld(chain, tokens, usd_micros)

    def _gather(self) -> None:
        """Brings the holdings up to what requests have counted; they have to be told of then."""
        touched, self._touched = self._touched, []
        for chain in touched:
            chain.hand_on()
            for _, holding in chain.links:
                self._dirty[holding.scope_id] = holding

    @staticmethod
    def _too_large(chain: BorrowedChain, tokens: int) -> VanguardError:
        """For a request that no wait can help; of the first scope that it is too large for."""
        for scope in chain.scopes:
            limit = scope.limits.tokens_per_minute
            if limit is not None and tokens > limit:
                return no_tokens(scope, limit, 0, tokens, 0)
        return _unavailable()

    def settle(self, reservation: Borrowed, tokens: int, usd_micros: int) -> None:
        """Gives back what was reserved and counts what was used."""
        if not reservation.open:
            return
        reservation.open = False
        chain, reserved = reservation.chain, reservation.usd_micros
        rest = reserved - usd_micros
        for holding, _, _, streams, budget in chain.rows:
            if holding.tight:
                # what becomes free is the lender's; only what was used beyond the reservation is not
                holding.usd_micros += min(0, rest) if budget is not None else 0
                continue
            if streams is not None:
                holding.streams += 1
            if budget is not None:
                holding.usd_micros += rest
        chain.concurrent -= 1
        chain.reserved -= reserved
        chain.spent += usd_micros
        if chain.minutes and tokens != reservation.tokens:
            # goes to the lender: a refund may not outlive the minute of its reservation
            beyond = tokens - reservation.tokens
            chain.slots[reservation.at_s][1] += beyond
            if beyond > 0:
                _take_beyond(chain, beyond)
        if not chain.touched:
            chain.touched = True
            self._touched.append(chain)

    def standing(self, chain: BorrowedChain) -> Standing | None:
        """The tightest limits of a chain, as far as this worker knows; None when it has none."""
        if not chain.minutes:
            return None
        requests = requests_left = tokens = tokens_left = -1
        for holding, most_requests, most_tokens in chain.minutes:
            if most_requests is not None:
                left = holding.requests + holding.spare_requests
                left = left if left < most_requests else most_requests  # noqa: FURB136 - a call costs more
                if requests < 0 or left < requests_left:
                    requests, requests_left = most_requests, left
            if most_tokens is not None:
                left = holding.tokens + holding.spare_tokens
                left = left if left < most_tokens else most_tokens  # noqa: FURB136 - likewise
                if tokens < 0 or left < tokens_left:
                    tokens, tokens_left = most_tokens, left
        requests_reset_s = _MINUTE_S if requests_left < requests else 0
        tokens_reset_s = _MINUTE_S if tokens_left < tokens else 0
        return Standing(
            requests, requests_left, tokens, tokens_left, requests_reset_s, tokens_reset_s
        )

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
            try:
                self._ask(number, wanted)
            except BaseException:
                # who has heard of a defect must not hear of its request again
                del self._waiters[number]
                raise

        def take_back() -> None:
            self._waiters.pop(number, None)

        return take_back

    def _ask(self, number: int, wanted: NotHeld) -> None:
        untold = self._dirty or self._touched or self._seen != self._told
        if untold or self._clock.monotonic() > self._valid_until:
            # a grant without a lot counts on earlier ones: where others took those, and it asks anew,
            # the lender must know that it has come, or it would back both
            self._report(0)
        wants = [want(scope, wanted) for scope in wanted.chain.scopes]
        self._send(Ask(number, tuple(one for one in wants if any(one.amounts))))

    def receive(self, message: ToWorker) -> None:
        """Whatever the lender says."""
        if isinstance(message, Grant):
            self._seen = message.number
            for lot in message.lots:
                holding = self.holding(lot.scope)
                holding.add(lot.amounts)
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
            self.holding(left.scope).hear(left, now)

    def _refused(self, said: Refusal) -> None:
        waiter = self._waiters.get(said.ask)
        if waiter is None:
            return
        wanted = waiter.wanted
        error: VanguardError = _unavailable()
        for scope in wanted.chain.scopes:
            if scope.id == said.scope:
                error = refusal(scope, said, wanted) or error
        self._answer(said.ask, error)

    def _answer(self, number: int, error: VanguardError | None) -> None:
        waiter = self._waiters.pop(number, None)
        if waiter is not None:
            waiter.answered(error)

    # --- the connection ----------------------------------------------------------------------

    def connect(self, greet: Callable[[Report], None]) -> None:
        """A new connection: introduces itself, then asks again for those who wait.

        What was held of the minute is no more: the lender counts it as used.
        """
        self._gather()
        for holding in self._holdings.values():
            holding.requests = holding.tokens = 0
            holding.request_slots, holding.token_slots = {}, {}
        self._seen = self._told = 0
        offset = self._offset()
        self._gather()
        self._dirty.clear()
        entries = tuple(one.entry() for one in self._holdings.values() if one.in_use)
        greet(Report(self._clock.monotonic(), offset, 0, entries))
        self.connected = True
        for number, waiter in list(self._waiters.items()):
            self._ask(number, waiter.wanted)

    def disconnected(self) -> None:
        """The lender cannot be reached: what is held may be used for as long as the lease lasts."""
        self.connected = False

    def flush(self) -> None:
        """About ten times a second: ends the patience of who waits, and reports what has changed."""
        self._expire()
        if (self._dirty or self._touched) and self.connected:
            self._report(0)

    def beat(self) -> None:
        """About twice a second, as well: renews the lease, gives back what nobody here uses."""
        now = self._clock.monotonic()
        self._gather()
        if not self._alone:
            for holding in self._holdings.values():
                if any(holding.idle) and now - holding.used_s >= _IDLE_S:
                    self._give_back(holding)
        if self.connected:
            self._report(0)

    def _expire(self) -> None:
        now = self._clock.monotonic()
        for number, waiter in list(self._waiters.items()):
            if waiter.deadline <= now:
                self._answer(number, _unavailable())

    def close(self) -> None:
        """The worker ends: says good-bye, unless a request is open.

        Then it goes like one that dies: the lender charges what is open from the journal.
        """
        if self.connected:
            self.flush()
            self._gather()
            if not any(holding.concurrent for holding in self._holdings.values()):
                self._send(Bye())
            self.connected = False

    def _give_back(self, holding: Holding) -> None:
        # money may be below zero: that stays owed
        owed = min(0, holding.usd_micros)
        if holding.idle != (0, 0, 0, owed):
            holding.requests = holding.tokens = holding.streams = 0
            holding.usd_micros = owed
            self._dirty[holding.scope_id] = holding

    def _report(self, recalled: int) -> None:
        # the offset first: what it makes certain is then among what is told as spent
        offset = self._offset()
        self._gather()
        entries = tuple(holding.entry() for holding in self._dirty.values())
        self._dirty.clear()
        now = self._clock.monotonic()
        self._told = self._seen
        self._send(Report(now, offset, self._seen, entries, recalled=recalled))


def _take_beyond(chain: BorrowedChain, tokens: int) -> None:
    """What a request used beyond its reservation is not there for the next, which may be as far off."""
    for holding, _, most_tokens in chain.minutes:
        if most_tokens is not None:
            holding.tokens = max(0, holding.tokens - tokens)


def _unavailable() -> LimitsUnavailable:
    return LimitsUnavailable(
        "limits and budgets cannot be checked at the moment; try again", retry_after_s=1
    )
