"""The journal as the steps see it: intents must be written, settlements are never lost.

It does not know prices or budgets.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

import msgspec

from vanguard.core.errors import LedgerUnavailable
from vanguard.core.journal import MOST_USD_MICROS, Intent, Settled, encode_line
from vanguard.gateway.accounting.journal import Journal, holds
from vanguard.snapshot.model import JournalMark


class Waiter(Protocol):
    """Whoever waits for an intent to be on the disk."""

    def journalled(self) -> None:
        """It is: the call may be made."""

    def unjournalled(self, error: LedgerUnavailable, *, stands: bool) -> None:
        """It is not, or may not stay there (`stands`): the call may not be made."""


Done = Callable[[], None]


class Ledger:
    """Writes through to the journal, all records of one turn of the event loop together.

    Under load a turn answers dozens of requests, and a write costs as much as all else that is done
    for one of them. Settlements that the disk refuses wait in memory; what waits is bounded by what
    was admitted: each settlement answers an intent on the disk, and while one waits no intent is
    written.

    Attributes:
        on_defect: told of what one request's part in a turn has raised; raises it by default.
    """

    def __init__(
        self, journal: Journal, call_soon: Callable[[Callable[[], None]], object] | None = None
    ) -> None:
        self.journal = journal
        self.on_defect: Callable[[Exception], None] = _raise
        self._call_soon = call_soon or self._of_loop
        self._lines: list[bytes] = []
        # of each line: who waits for it, or what is to be done when it is written
        self._fates: list[tuple[Waiter | None, Done | None]] = []
        # who is still to be told: that the intent stands, or why not and whether it does even so
        self._standing: list[Waiter] = []
        self._refused: list[tuple[Waiter, LedgerUnavailable, bool]] = []
        self._after: list[Callable[[], None]] = []
        self._behind: deque[tuple[bytes, Done | None]] = deque()

    def intend(self, line: bytes, waiter: Waiter) -> None:
        """Hands in an intent; no byte may go upstream before the waiter hears `journalled`.

        Raises:
            LedgerUnavailable: the disk takes nothing at present, so the call may not be made.
        """
        journal = self.journal
        if self._behind:
            self.retry()
            if self._behind:
                raise LedgerUnavailable(
                    "the usage journal is behind; free some disk space", retry_after_s=5
                )
        if journal.sync_error and not journal.sync():
            raise _unsynced(journal)
        # as in `settled`, and twice for every request: no frame of their own
        if not self._lines:
            self._call_soon(self.flush)
        self._lines.append(line)
        self._fates.append((waiter, None))

    def settled(self, record: Settled, done: Done | None = None) -> None:
        """Hands in a settlement; it is written this turn, or as soon as the disk takes it.

        Args:
            record: what was used.
            done: called the moment it is written, so that whoever counts money never counts what a
                restart would find open and charge again.
        """
        if record.cost_usd_micros > MOST_USD_MICROS:
            record = msgspec.structs.replace(record, cost_usd_micros=MOST_USD_MICROS)
        if not self._lines:
            self._call_soon(self.flush)
        self._lines.append(encode_line(record))
        self._fates.append((None, done))

    def after(self, callback: Callable[[], None]) -> None:
        """Calls back when all that was handed in so far has been tried; soon, never at once."""
        self._after.append(callback)
        if not self._lines and len(self._after) == 1:
            self._call_soon(self.flush)

    def _of_loop(self, callback: Callable[[], None]) -> object:
        """The first call; there is no running loop before."""
        self._call_soon = asyncio.get_running_loop().call_soon
        return self._call_soon(callback)

    def flush(self) -> None:
        """Writes what was handed in, then tells whoever waits for it."""
        self.commit()
        standing, self._standing = self._standing, []
        after, self._after = self._after, []
        for waiter in standing:
            try:
                waiter.journalled()
            except Exception as error:  # noqa: BLE001 - the border of one request: the others go on
                self.on_defect(error)
        if self._refused:
            self._tell_refused()
        for callback in after:
            try:
                callback()
            except Exception as error:  # noqa: BLE001 - likewise
                self.on_defect(error)

    def _tell_refused(self) -> None:
        refused, self._refused = self._refused, []
        for waiter, refusal, stands in refused:
            try:
                waiter.unjournalled(refusal, stands=stands)
            except Exception as error:  # noqa: BLE001 - likewise
                self.on_defect(error)

    def commit(self) -> None:
        """Writes what was handed in; whoever waits for it hears of that at the next flush."""
        lines, fates = self._lines, self._fates
        if not lines:
            return
        self._lines, self._fates = [], []
        journal = self.journal
        if self._behind:
            self.retry()
        standing = journal.append_lines(lines) if not self._behind else 0
        error = _unsynced(journal) if journal.sync_error else None
        for waiter, done in fates if standing == len(fates) else fates[:standing]:
            if waiter is None:
                if done is not None:
                    done()
            elif error is None:
                self._standing.append(waiter)
            else:
                self._refused.append((waiter, error, True))
        if standing < len(fates):
            self._fall_behind(lines[standing:], fates[standing:])

    def _fall_behind(
        self, lines: list[bytes], fates: list[tuple[Waiter | None, Done | None]]
    ) -> None:
        """For what the disk did not take: intents are refused, settlements wait."""
        for line, (waiter, done) in zip(lines, fates, strict=True):
            if waiter is not None:
                self._refused.append((waiter, _refused(self.journal), False))
            else:
                self._behind.append((line, done))

    def retry(self) -> None:
        """Writes what waits, as far as the disk takes it."""
        while self._behind and self.journal.append_lines([self._behind[0][0]]):
            _, done = self._behind.popleft()
            if done is not None:
                done()

    @property
    def behind(self) -> int:
        """Settlements that wait for the disk."""
        return len(self._behind)


def _raise(error: Exception) -> None:
    raise error


def _refused(journal: Journal) -> LedgerUnavailable:
    return LedgerUnavailable(
        f"the usage journal cannot be written ({journal.write_error}); free some disk space",
        retry_after_s=5,
    )


def _unsynced(journal: Journal) -> LedgerUnavailable:
    return LedgerUnavailable(
        f"the usage journal cannot be forced onto the disk ({journal.sync_error})", retry_after_s=5
    )


def close_open_intents(ledger: Ledger, mark: JournalMark, now_ms: int) -> int:
    """Marks intents that a dead worker left open as unsettled, charged at their reservation.

    Returns:
        How many there were.
    """
    journal = ledger.journal
    # a mark that lies in no segment is of another journal: then all of this one counts
    begin = mark.replay_from if holds(journal.folder, mark.replay_from) else 0
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
    ledger.commit()
    return len(open_intents)
