"""The journal as the steps see it: intents must be written, settlements are never lost.

It does not know prices or budgets, except for rebuilding what budgets had spent after a restart.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from pathlib import Path

from vanguard.core.errors import LedgerUnavailable
from vanguard.core.journal import Intent, Settled
from vanguard.gateway.journal import Journal
from vanguard.gateway.limits import Limiter
from vanguard.gateway.limits.spending import (
    add_settled,
    beyond_mark,
    spent_as_published,
    starts_of,
)
from vanguard.snapshot.model import JournalMark, Snapshot

_WAITING = 100_000


class Ledger:
    """Writes through to the journal; settlements that the disk refuses wait in memory."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._waiting: deque[Settled] = deque()

    def intend(self, line: bytes) -> None:
        """Writes the line of an intent; must have returned before a byte goes upstream.

        Raises:
            LedgerUnavailable: it could not be written, so the call may not be made.
        """
        if self._waiting:
            self.retry()
        if self._waiting:
            raise LedgerUnavailable(
                "the usage journal is behind; free some disk space", retry_after_s=5
            )
        self.journal.append_line(line)

    def settled(self, record: Settled) -> None:
        """Writes a settlement, now or as soon as the disk takes it."""
        if self._waiting:
            self._wait(record)
            return
        try:
            self.journal.append(record)
        except LedgerUnavailable:
            self._wait(record)

    def _wait(self, record: Settled) -> None:
        # bounded by the requests in flight: nothing new is admitted while something waits
        if len(self._waiting) < _WAITING:
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
    # a mark beyond the end is of another journal: then all of this one counts
    begin = mark.replay_from if mark.replay_from <= journal.offset else 0
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
    limiter: Limiter, folders: Iterable[Path], snapshot: Snapshot, now_ms: int
) -> None:
    """Sets the spending of every budget that the limiter does not know yet.

    What control had ingested comes with the snapshot; what the journals of all workers hold beyond
    its marks is added here. Budgets that are known keep their own, newer count.
    """
    wanted = [
        scope
        for scope in snapshot.scopes.values()
        if scope.budget is not None and not limiter.budgeted(scope.id, scope.budget.window)
    ]
    if not wanted:
        return
    starts = starts_of(wanted, now_ms)
    spent = spent_as_published(snapshot, starts)
    for folder in folders:
        add_settled(spent, beyond_mark(folder, snapshot), starts)
    for scope in wanted:
        limiter.restore(scope, spent[scope.id], starts[scope.id])
