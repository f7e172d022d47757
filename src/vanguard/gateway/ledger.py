"""The journal as the steps see it: intents must be written, settlements are never lost.

It does not know prices or budgets, except for rebuilding what budgets had spent after a restart.
"""

from __future__ import annotations

from collections import deque

import msgspec

from vanguard.core.errors import LedgerUnavailable
from vanguard.core.journal import MOST_USD_MICROS, Intent, Settled
from vanguard.gateway.journal import Journal
from vanguard.gateway.limits import Limiter
from vanguard.snapshot.model import JournalMark, Scope, Snapshot
from vanguard.snapshot.window import window_start_ms


class Ledger:
    """Writes through to the journal; settlements that the disk refuses wait in memory.

    What waits is bounded by what was admitted: each settlement answers an intent on the disk, and
    while one waits no intent is written.
    """

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._waiting: deque[Settled] = deque()

    def intend(self, intent: Intent) -> None:
        """Writes an intent; must have returned before a byte goes upstream.

        Raises:
            LedgerUnavailable: it could not be written, so the call may not be made.
        """
        journal = self.journal
        if self._waiting:
            self.retry()
        if self._waiting:
            raise LedgerUnavailable(
                "the usage journal is behind; free some disk space", retry_after_s=5
            )
        if journal.sync_error and not journal.sync():
            raise _unsynced(journal)
        if intent.reserved_usd_micros > MOST_USD_MICROS:
            intent = msgspec.structs.replace(intent, reserved_usd_micros=MOST_USD_MICROS)
        journal.append(intent)
        if journal.sync_error:
            # it stands in the journal, but the call is not made
            self.settled(
                Settled(
                    intent.request_id,
                    intent.attempt,
                    intent.at_ms,
                    "failed",
                    error=LedgerUnavailable.code,
                )
            )
            raise _unsynced(journal)

    def settled(self, record: Settled) -> None:
        """Writes a settlement, now or as soon as the disk takes it."""
        if record.cost_usd_micros > MOST_USD_MICROS:
            record = msgspec.structs.replace(record, cost_usd_micros=MOST_USD_MICROS)
        if self._waiting:
            self._waiting.append(record)
            return
        try:
            self.journal.append(record)
        except LedgerUnavailable:
            self._waiting.append(record)

    def retry(self) -> None:
        """Writes what waits, as far as the disk takes it."""
        while self._waiting:
            try:
                self.journal.append(self._waiting[0])
            except LedgerUnavailable:
                return
            self._waiting.popleft()

    @property
    def behind(self) -> int:
        """Settlements that wait for the disk."""
        return len(self._waiting)


def close_open_intents(ledger: Ledger, mark: JournalMark, now_ms: int) -> int:
    """Marks intents that a dead worker left open as unsettled, charged at their reservation.

    Returns:
        How many there were.
    """
    journal = ledger.journal
    # a mark that lies in no segment is of another journal: then all of this one counts
    begin = mark.replay_from if journal.holds(mark.replay_from) else 0
    open_intents: dict[tuple[str, int], Intent] = {}
    for _, record in journal.replay(begin):
        if isinstance(record, Intent):
            open_intents[record.request_id, record.attempt] = record
        else:
            open_intents.pop((record.request_id, record.attempt), None)
    for intent in open_intents.values():
        ledger.settled(
            Settled(
                request_id=intent.request_id,
                attempt=intent.attempt,
                at_ms=now_ms,
                status="unsettled",
                error="gateway_restarted",
                cost_usd_micros=intent.reserved_usd_micros,
                price_unknown=not intent.price_id,
            )
        )
    return len(open_intents)


def restore_budgets(
    limiter: Limiter, journal: Journal, snapshot: Snapshot, worker: str, now_ms: int
) -> None:
    """Sets the spending of every budget that the limiter does not know yet.

    What control had ingested comes with the snapshot; what the journal holds beyond its mark is
    added here. Budgets that are known keep their own, newer count.
    """
    wanted = {
        scope.id: scope
        for scope in snapshot.scopes.values()
        if scope.budget is not None and not limiter.budgeted(scope.id, scope.budget.window)
    }
    if not wanted:
        return
    spent = dict.fromkeys(wanted, 0)
    starts = {scope_id: _start(scope, now_ms) for scope_id, scope in wanted.items()}
    for spend in snapshot.spend:
        if spend.scope_id in wanted and spend.window_start_ms == starts[spend.scope_id]:
            spent[spend.scope_id] = spend.usd_micros
    mark = snapshot.journals.get(worker, JournalMark(0, 0))
    intents: dict[tuple[str, int], Intent] = {}
    for offset, record in journal.replay(mark.replay_from):
        if isinstance(record, Intent):
            intents[record.request_id, record.attempt] = record
            continue
        intent = intents.pop((record.request_id, record.attempt), None)
        if intent is None or offset < mark.offset:
            continue
        for scope_id in intent.scopes:
            known = wanted.get(scope_id)
            # the same window as control's, whichever way the clock has stepped meanwhile
            if known is not None and _start(known, record.at_ms) == starts[scope_id]:
                spent[scope_id] += record.cost_usd_micros
    for scope_id, scope in wanted.items():
        limiter.restore(scope, spent[scope_id], starts[scope_id])


def _start(scope: Scope, now_ms: int) -> int:
    return window_start_ms(scope.budget.window, now_ms) if scope.budget is not None else 0


def _unsynced(journal: Journal) -> LedgerUnavailable:
    return LedgerUnavailable(
        f"the usage journal cannot be forced onto the disk ({journal.sync_error})", retry_after_s=5
    )
