"""Lends the limits and budgets of all scopes to several workers; the one place that counts them.

It does not know sockets, files or processes: it is told what arrives and what happened, and hands
its messages to `send`. Nothing here waits.

What is lent counts as used until its worker says otherwise, so no interleaving of messages lends
twice. A worker that is gone keeps what it held of a minute used up from its last possible moment on,
and its money charged until its journal has been read (`recovered`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from vanguard.core.clock import Clock
from vanguard.gateway.limits.account import Account, Flying
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
    Hello,
    Left,
    Lot,
    Recall,
    Refusal,
    Report,
    ToWorker,
    Want,
)
from vanguard.gateway.limits.sessions import Pending, Reported, Session
from vanguard.snapshot.model import Scope

# how long an ask waits for what others hold idle
PATIENCE_S = 0.5
# a lender that slept itself has not heard anybody
_SLEPT_S = 1.0
_ALL = (REQUESTS, TOKENS, STREAMS, MONEY)


Blocked = tuple[Account, int, int]


class Lender:
    """All accounts, and the workers that borrow from them.

    Args:
        refresh: publishes a newer snapshot if there is one; called when a worker knows more limits.

    Attributes:
        sessions: by incarnation; those of dead workers stay until `recovered`.
    """

    def __init__(
        self,
        clock: Clock,
        send: Callable[[str, ToWorker], None],
        refresh: Callable[[], None] = lambda: None,
    ) -> None:
        self._clock = clock
        self._send = send
        self._refresh = refresh
        self._recalls = 0
        self._ticked_s = clock.monotonic()
        self._pending: list[Pending] = []
        self.accounts: dict[str, Account] = {}
        self.sessions: dict[str, Session] = {}

    # --- what is lent ------------------------------------------------------------------------

    def publish(self, scopes: Mapping[str, Scope]) -> None:
        """Takes up the limits of a snapshot; new budgets lend nothing until they are restored."""
        for scope_id, account in list(self.accounts.items()):
            if scope_id not in scopes:
                account.scope = None
                if not account.held:
                    del self.accounts[scope_id]
        for scope_id, scope in scopes.items():
            account = self._account(scope_id)
            account.scope = scope
            if scope.budget is None:
                account.window = None  # not followed from day to day
        self._take_back_too_much()

    def unrestored(self) -> list[Scope]:
        """The scopes with budgets whose spending must still be looked up."""
        return [
            account.scope
            for account in self.accounts.values()
            if account.scope is not None
            and account.scope.budget is not None
            and account.window != account.scope.budget.window
            and not account.restoring
        ]

    def look_up_again(self) -> None:
        """A day has begun in which others have spent already: no budget lends until that is known."""
        for account in self.accounts.values():
            account.window = None
            account.restoring = False

    def begin_restore(self, scopes: Iterable[Scope]) -> dict[str, Reported]:
        """From now on what workers report of these budgets is added to what `end_restore` will say.

        Returns:
            What each living worker has reported, by journal: what was spent before that, and what
            dead ones left open there, is what must be looked up.
        """
        for scope in scopes:
            account = self._account(scope.id)
            account.restoring = True
            account.spent = account.window_start_ms = 0
            account.others = {}
            account.roll(self._clock.now_ms())
        return {one.journal: Reported(one.begins, one.offset) for one in self.sessions.values()}

    def end_restore(
        self, scope: Scope, spent: int, started_ms: int, ahead: dict[int, int] | None = None
    ) -> None:
        """What a budget's window, begun then, had spent before `begin_restore`; `ahead` as in `spending`."""
        account = self._account(scope.id)
        if not account.restoring:
            return  # it was for another day
        account.roll(self._clock.now_ms())
        if started_ms == account.window_start_ms:
            account.spent += spent
        for start, sum_ in (ahead or {}).items():
            if start == account.window_start_ms:
                account.spent += sum_
            else:
                account.others[start] = account.others.get(start, 0) + sum_
        account.restoring = False
        if account.budget is not None and scope.budget is not None:
            # another window that came meanwhile is looked up anew
            account.window = scope.budget.window
        self._try_again()

    def abort_restore(self, scopes: Iterable[Scope]) -> None:
        """The look-up failed; it must be begun again. Until then these budgets lend nothing."""
        for scope in scopes:
            self._account(scope.id).window = None
            self._account(scope.id).restoring = False

    @property
    def recovering(self) -> bool:
        """Whether the journal of a dead worker has still to be read."""
        return any(session.dead for session in self.sessions.values())

    # --- what workers say --------------------------------------------------------------------

    def hello(self, message: Hello) -> None:
        """A worker connects, for the first time or again."""
        session = self.sessions.get(message.incarnation)
        if session is None:
            session = Session(message.incarnation, message.journal, message.pid, message.begins)
            self.sessions[message.incarnation] = session
        else:
            # what it held of the minute is forgotten on its side too
            self._burn(session)
            self._drop_pending(session)
            for account in self.accounts.values():
                account.held.pop(message.incarnation, None)
        session.connected, session.burned, session.grants = True, False, 0
        session.flying.clear()
        self.receive(message.incarnation, message.report)

    def receive(self, incarnation: str, message: FromWorker) -> None:
        """Anything else that a connected worker says."""
        session = self.sessions.get(incarnation)
        if session is None or not session.connected:
            return  # said before it was given up
        if isinstance(message, Report):
            self._report(session, message)
        elif isinstance(message, Ask):
            deadline = self._clock.monotonic() + PATIENCE_S
            self._consider(Pending(session, message, deadline))
        elif isinstance(message, Bye):
            self._forget(session)

    def disconnected(self, incarnation: str) -> None:
        """Its connection is closed; the process may live on and come back."""
        session = self.sessions.get(incarnation)
        if session is None or not session.connected:
            return
        session.connected = False
        self._drop_pending(session)
        self._answered(list(session.recalls))
        session.recalls.clear()

    def died(self, incarnation: str) -> Session | None:
        """Its process is gone: so are its requests. Its money waits for `recovered`.

        Returns:
            What must be recovered, None when it had said good-bye.
        """
        session = self.sessions.get(incarnation)
        if session is None or session.dead:
            return None
        self.disconnected(incarnation)
        self._burn(session)
        session.dead = True
        for account in self.accounts.values():
            held = account.held.get(incarnation)
            if held is not None:
                money = held.lent(MONEY)
                held.idle, held.used, held.flying = (0, 0, 0, 0), (0, 0, 0, money), []
        self._try_again()
        return session

    def recovered(self, incarnation: str, spent: Mapping[str, int]) -> None:
        """What a dead worker spent beyond its last report, its open requests at their reservation."""
        for scope_id, usd_micros in spent.items():
            self._spend(self._account(scope_id), usd_micros)
        self._forget(self.sessions[incarnation])

    def tick(self) -> list[str]:
        """About ten times a second: expired leases, and asks that waited long enough.

        Returns:
            Workers that were not heard of for too long; their connections must be closed.
        """
        now = self._clock.monotonic()
        slept = now - self._ticked_s > _SLEPT_S
        self._ticked_s = now
        lost = []
        for session in self.sessions.values():
            if slept or now <= session.expires_s or session.burned:
                continue
            self._burn(session)
            if session.connected:
                lost.append(session.incarnation)
        for incarnation in lost:
            self.disconnected(incarnation)
        late = [one for one in self._pending if one.deadline <= now]
        for pending in late:
            pending.waits_for.clear()
        if late:
            self._try_again()
        return lost

    # --- reports -----------------------------------------------------------------------------

    def _report(self, session: Session, report: Report) -> None:
        now_s = int(self._clock.monotonic())
        session.expires_s = max(session.expires_s, report.at_s + LEASE_S)
        session.offset = report.offset
        for entry in report.entries:
            self._entry(session, entry, now_s)
        for scope_id in list(session.flying):
            self._landed(session, self._account(scope_id), report.seen)
        lefts = self._lefts(session, [entry.scope for entry in report.entries])
        alone = sum(one.connected for one in self.sessions.values()) == 1
        self._send(session.incarnation, Alive(report.at_s, alone, lefts))
        if report.recalled:
            session.recalls.pop(report.recalled, None)
            self._answered([report.recalled])

    @staticmethod
    def _landed(session: Session, account: Account, seen: int) -> None:
        held = account.hold(session.incarnation)
        held.landed(seen)
        if not held.flying:
            session.flying.discard(account.id)
            if held.empty:
                del account.held[session.incarnation]

    def _entry(self, session: Session, entry: Entry, now_s: int) -> None:
        account = self._account(entry.scope)
        account.requests.advance(now_s)
        account.tokens.advance(now_s)
        for second, amount in entry.request_slots:
            account.requests.add(amount, second)
        for second, amount in entry.token_slots:
            account.tokens.add(amount, second)
        self._spend(account, entry.spent - session.spent.get(entry.scope, 0))
        session.spent[entry.scope] = entry.spent
        held = account.hold(session.incarnation)
        held.said(entry)
        if held.empty:
            del account.held[session.incarnation]

    def _spend(self, account: Account, usd_micros: int) -> None:
        account.roll(self._clock.now_ms())
        account.spent += usd_micros

    def _lefts(self, session: Session, scopes: Iterable[str]) -> tuple[Left, ...]:
        now_s = int(self._clock.monotonic())
        return tuple(
            self._account(scope_id).left(session.incarnation, now_s)
            for scope_id in scopes
            if self._account(scope_id).scope is not None
        )

    # --- asks --------------------------------------------------------------------------------

    def _consider(self, pending: Pending) -> None:
        """Grants, refuses, or waits for what can be had from others."""
        wants = pending.ask.wants
        if any(self._unheard(want) for want in wants):
            self._refresh()
        accounts = [self._account(want.scope) for want in wants]
        if any(self._unknown(account) for account in accounts):
            self._wait(pending)
            return
        blocked = self._blocked(pending.session, wants)
        if not blocked:
            self._grant(pending.session, pending.ask)
            return
        if self._clock.monotonic() < pending.deadline:
            self._recall(pending, blocked)
            if pending.waits_for:
                self._pending.append(pending)
                return
        self._refuse(pending, blocked[0])

    def _unheard(self, want: Want) -> bool:
        """Whether a worker asks for what no limit is known of here: its snapshot may be newer."""
        account = self._account(want.scope)
        return any(want.amounts[what] and account.limit(what) is None for what in _ALL)

    def _wait(self, pending: Pending) -> None:
        if self._clock.monotonic() < pending.deadline:
            self._pending.append(pending)

    @staticmethod
    def _unknown(account: Account) -> bool:
        budget = account.budget
        return budget is not None and (account.restoring or account.window != budget.window)

    def _blocked(self, session: Session, wants: Iterable[Want]) -> list[Blocked]:
        """What cannot be lent now, and how much of it lacks."""
        now_s = int(self._clock.monotonic())
        blocked = []
        for want in wants:
            account = self._account(want.scope)
            account.roll(self._clock.now_ms())
            for what in _ALL:
                need = self._need(session, account, want, what)
                free = account.free(what, now_s) if need else None
                if free is not None and need > free:
                    blocked.append((account, what, need - free))
        return blocked

    @staticmethod
    def _need(session: Session, account: Account, want: Want, what: int) -> int:
        held = account.held.get(session.incarnation)
        has = held.unclaimed(what) if held is not None else 0
        return max(0, want.amounts[what] - has) if want.amounts[what] else 0

    def _grant(self, session: Session, ask: Ask) -> None:
        session.grants += 1
        now_s = int(self._clock.monotonic())
        lots = []
        for want in ask.wants:
            account = self._account(want.scope)
            amounts = self._lot(session, account, want, now_s)
            grant = Flying(session.grants, amounts, want.amounts)
            account.hold(session.incarnation).flying.append(grant)
            session.flying.add(want.scope)
            if any(amounts):
                lots.append(Lot(want.scope, amounts))
        lefts = self._lefts(session, [want.scope for want in ask.wants])
        self._send(session.incarnation, Grant(session.grants, ask.number, tuple(lots), lefts))

    def _lot(self, session: Session, account: Account, want: Want, now_s: int) -> Amounts:
        workers = max(1, sum(one.connected for one in self.sessions.values()))
        held = account.held.get(session.incarnation)
        lot = [0, 0, 0, 0]
        for what in _ALL:
            need = self._need(session, account, want, what)
            free = account.free(what, now_s) if need else None
            if free is None:
                lot[what] = need
                continue
            # what is on the way already has a share in it; and where others wait, each has its need:
            # a share lent to one that was recalled before would be out of their reach
            more = not self._pending and not (held is not None and held.on_the_way(what))
            lot[what] = need + (account.share(what, need, free, workers) if more else 0)
        return lot[0], lot[1], lot[2], lot[3]

    def _refuse(self, pending: Pending, blocked: Blocked) -> None:
        account, what, lacking = blocked
        session = pending.session
        now_s = int(self._clock.monotonic())
        minute = what in (REQUESTS, TOKENS)
        left = (account.limit(what) or 0) - account.used_up(what, now_s)
        for held in account.held.values():
            left -= held.lent(what)
        own = account.held.get(session.incarnation)
        refusal = Refusal(
            pending.ask.number,
            account.id,
            what,
            left + (own.idle[what] if own is not None else 0),
            account.wait_s(what, lacking, now_s) if minute else 0,
            self._lefts(session, [want.scope for want in pending.ask.wants]),
        )
        self._send(session.incarnation, refusal)

    # --- recalls -----------------------------------------------------------------------------

    def _recall(self, pending: Pending, blocked: Iterable[Blocked]) -> None:
        """Asks those who may hold idle what lacks; once for each ask, worker and scope."""
        for account, what, _ in blocked:
            for incarnation, held in account.held.items():
                session = self.sessions[incarnation]
                asked = (incarnation, account.id)
                if session is pending.session or not session.connected or asked in pending.asked:
                    continue
                if not self._may_be_idle(held.lent(what), held.used[what], what):
                    continue
                pending.asked.add(asked)
                pending.waits_for.add(self._recall_of(session, account.id))

    @staticmethod
    def _may_be_idle(lent: int, used: int, what: int) -> bool:
        """Requests in flight may have ended since the last report, minutes do not come back."""
        return lent > 0 if what in (STREAMS, MONEY) else lent > used

    def _recall_of(self, session: Session, scope_id: str) -> int:
        for number, scopes in session.recalls.items():
            if scope_id in scopes:
                return number
        self._recalls += 1
        session.recalls[self._recalls] = frozenset((scope_id,))
        self._send(session.incarnation, Recall(self._recalls, (scope_id,)))
        return self._recalls

    def _answered(self, numbers: Iterable[int]) -> None:
        """These recalls bring nothing more; asks that wait for no other are looked at again."""
        for pending in self._pending:
            pending.waits_for.difference_update(numbers)
        self._try_again()

    def _try_again(self) -> None:
        for pending in [one for one in self._pending if not one.waits_for]:
            # one by one, so that the first does not take what the others wait for
            self._pending.remove(pending)
            self._consider(pending)

    def _take_back_too_much(self) -> None:
        """Recalls what is idle where more is lent than a new limit allows."""
        now_s = int(self._clock.monotonic())
        for account in self.accounts.values():
            if all((account.free(what, now_s) or 0) >= 0 for what in _ALL):
                continue
            for incarnation in account.held:
                if self.sessions[incarnation].connected:
                    self._recall_of(self.sessions[incarnation], account.id)

    # --- ends --------------------------------------------------------------------------------

    def _burn(self, session: Session) -> None:
        """What it holds of a minute may have been used until now, and not later."""
        if session.burned:
            return
        session.burned = True
        now_s = int(self._clock.monotonic())
        for account in self.accounts.values():
            account.burn_minute(session.incarnation, now_s)

    def _forget(self, session: Session) -> None:
        self.disconnected(session.incarnation)
        del self.sessions[session.incarnation]
        for account in self.accounts.values():
            account.held.pop(session.incarnation, None)
        self._try_again()

    def _drop_pending(self, session: Session) -> None:
        self._pending = [one for one in self._pending if one.session is not session]

    def _account(self, scope_id: str) -> Account:
        account = self.accounts.get(scope_id)
        if account is None:
            account = self.accounts[scope_id] = Account(scope_id, None)
        return account
