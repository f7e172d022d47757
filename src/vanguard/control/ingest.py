"""Reads the workers' journals into the ledger, each record exactly once.

It does not know threads, snapshots or the API. The mark that says how far it has read is moved in
the transaction that writes the rows, so a crash anywhere repeats nothing and loses nothing.
"""

from __future__ import annotations

import logging
from itertools import pairwise
from pathlib import Path

import msgspec

from vanguard.control.journals import (
    Segment,
    ends_a_line,
    holds_record,
    last_records,
    read_stretch,
    segments,
    workers,
)
from vanguard.core.errors import Conflict
from vanguard.core.journal import STRIDE_BYTES, Settled
from vanguard.snapshot.model import JournalMark
from vanguard.store.database import Database
from vanguard.store.ledger import (
    Batch,
    all_marks,
    any_known,
    apply_batch,
    open_rows,
)

_log = logging.getLogger(__name__)


class WorkerProgress(msgspec.Struct, frozen=True):
    """How far one journal is read, in bytes."""

    offset: int
    lag_bytes: int


class Ingest:
    """Reads all journals below one folder.

    Attributes:
        progress: by worker, as of the last poll.
        skipped_lines: lines that could not be read since the start of this process.
        last_error: what was last wrong with a journal, empty when nothing was.
    """

    def __init__(self, database: Database, root: Path) -> None:
        self._database = database
        self._root = root
        self._marks: dict[str, int] | None = None
        self._checked: set[str] = set()
        self.progress: dict[str, WorkerProgress] = {}
        self.skipped_lines = 0
        self.last_error = ""

    def poll(self) -> bool:
        """Reads whatever is new; returns whether anything was.

        Raises:
            StoreUnavailable: the database does not answer; nothing is lost, poll again.
        """
        if self._marks is None:
            with self._database.read() as connection:
                self._marks = {name: mark.offset for name, mark in all_marks(connection).items()}
        moved = False
        for worker in workers(self._root):
            try:
                moved |= self._read_worker(worker, self._marks)
            except Conflict as error:
                self._complain(f"{error.message}; reading again from there")
                self._marks = None
                return True
            except OSError as error:
                self._complain(f"journal '{worker}' cannot be read: {error}")
        return moved

    def prune(self, published: dict[str, JournalMark]) -> None:
        """Deletes segments that no gateway will read again.

        Args:
            published: marks of the snapshot that gateways start from.
        """
        for worker, mark in published.items():
            folder = self._root / worker
            if not folder.is_dir():
                continue
            for segment, following in pairwise(segments(folder)):
                # beyond it and not at its end, so that the mark tells a gap from a loss
                read = segment.end <= mark.replay_from and following.start <= mark.offset
                if read and segment.closed:
                    segment.path.unlink(missing_ok=True)

    def _read_worker(self, worker: str, marks: dict[str, int]) -> bool:
        found = segments(self._root / worker)
        if not found:
            return False
        mark = marks.get(worker, 0)
        if self._is_another(worker, found, mark):
            mark = marks[worker] = self._jump(worker, mark, found[0].start, keep=[])
        elif mark < found[0].start:
            self._complain(f"journal '{worker}' has no bytes {mark} to {found[0].start}")
            mark = marks[worker] = self._jump(worker, mark, found[0].start, keep=found)
        moved = False
        for segment, following in zip(found, [*found[1:], None], strict=True):
            reached = self._read_segment(worker, segment, marks, mark)
            if (
                following is not None
                and segment.closed
                and segment.end <= reached < following.start
            ):
                self._check_gap(worker, segment.end, reached, following.start)
                reached = self._jump(worker, reached, following.start, keep=found)
            moved |= reached != mark
            mark = marks[worker] = reached
            if following is None or mark < following.start:
                break
        lag = sum(max(0, segment.end - max(mark, segment.start)) for segment in found)
        self.progress[worker] = WorkerProgress(mark, lag)
        return moved

    def _read_segment(self, worker: str, segment: Segment, marks: dict[str, int], mark: int) -> int:
        """Reads a segment from the mark as far as it can be read; returns where that is."""
        while segment.start <= mark < segment.end:
            reached = self._read_batch(worker, segment, mark)
            if reached == mark:
                break
            mark = marks[worker] = reached
        return mark

    def _is_another(self, worker: str, found: list[Segment], mark: int) -> bool:
        """Whether what lies there is not the journal that was read up to the mark.

        Looked at when a journal is first met, while it is shorter than what was read of it (a power
        cut takes bytes from its end, and a gateway then goes on far beyond them), and once more when
        it no longer is.
        """
        beyond = mark > found[-1].end
        if worker in self._checked and not beyond:
            return False
        if beyond:
            # a gateway that writes from an offset used before may pass the mark between two looks
            self._checked.discard(worker)
        else:
            self._checked.add(worker)
        holder = next((one for one in reversed(found) if one.start <= mark), None)
        if holder is None:
            return False
        upto = min(mark, holder.end)
        records = last_records(holder, upto)
        if records:
            with self._database.read() as connection:
                another = not any_known(connection, records)
        else:
            another = upto < holder.end and not ends_a_line(holder, upto)
        if another:
            self._complain(
                f"journal '{worker}' was read to {mark}, but was replaced by another one; reading it"
                f" from {found[0].start}"
            )
        return another

    def _check_gap(self, worker: str, end: int, mark: int, start: int) -> None:
        """Says what is missing between two segments; a gateway's start leaves a gap of its own."""
        if mark > end:
            self._complain(
                f"journal '{worker}' ends at {end} but was read to {mark}: a power cut took its end"
            )
        elif start % STRIDE_BYTES:
            self._complain(f"journal '{worker}' has no bytes {mark} to {start}")

    def _jump(self, worker: str, mark: int, to: int, *, keep: list[Segment]) -> int:
        """Moves the mark over bytes that are not there.

        Attempts whose intent went with them are settled here, at their reservation, for no gateway
        can find them any more.
        """
        with self._database.write() as connection:
            entries = tuple(
                (
                    row.journal_offset,
                    Settled(
                        row.request_id,
                        row.attempt,
                        row.at_ms,
                        "unsettled",
                        error="journal_lost",
                        cost_usd_micros=row.reserved_usd_micros,
                        price_unknown=not row.price_id,
                    ),
                )
                for row in open_rows(connection, worker)
                if not holds_record(keep, row.journal_offset)
            )
            apply_batch(connection, Batch(worker, mark, to, entries))
        if entries:
            self._complain(f"journal '{worker}': {len(entries)} attempts lost with it, unsettled")
        return to

    def _read_batch(self, worker: str, segment: Segment, mark: int) -> int:
        stretch = read_stretch(segment, mark)
        if stretch.end == stretch.start:
            return mark
        self._store(Batch(worker, mark, stretch.end, stretch.entries, len(stretch.faults)))
        for fault in stretch.faults:
            self._complain(f"journal '{worker}': skipped {fault}")
        self.skipped_lines += len(stretch.faults)
        return stretch.end

    def _store(self, batch: Batch) -> None:
        """Stores a batch; a record that the database refuses is left out, the others are not."""
        try:
            with self._database.write() as connection:
                apply_batch(connection, batch)
        except ValueError as error:
            count = len(batch.entries)
            if count == 0:
                raise
            if count == 1:
                at, record = batch.entries[0]
                self._store(msgspec.structs.replace(batch, entries=(), skipped=batch.skipped + 1))
                self._complain(
                    f"journal '{batch.worker}': skipped the record at byte {at} of request"
                    f" {record.request_id!r}: {error}"
                )
                self.skipped_lines += 1
                return
            first, second = batch.entries[: count // 2], batch.entries[count // 2 :]
            cut = second[0][0]
            self._store(msgspec.structs.replace(batch, end=cut, entries=first))
            self._store(msgspec.structs.replace(batch, start=cut, entries=second, skipped=0))

    def _complain(self, message: str) -> None:
        self.last_error = message
        _log.error(message)
