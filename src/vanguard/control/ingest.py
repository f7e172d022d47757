"""Reads the workers' journals into the ledger, each record exactly once.

It does not know threads, snapshots or the API. The mark that says how far it has read is moved in
the transaction that writes the rows, so a crash anywhere repeats nothing and loses nothing.
"""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from vanguard.control.journals import Segment, read_stretch, segments, workers
from vanguard.core.errors import Conflict
from vanguard.snapshot.model import JournalMark
from vanguard.store.database import Database
from vanguard.store.ledger import Batch, all_marks, apply_batch, rewind_mark

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
            for segment in segments(folder)[:-1]:
                if segment.end <= mark.replay_from:
                    segment.path.unlink(missing_ok=True)

    def _read_worker(self, worker: str, marks: dict[str, int]) -> bool:
        found = segments(self._root / worker)
        if not found:
            return False
        mark = marks.get(worker, 0)
        start = self._entrance(worker, found, mark)
        if start != mark:
            with self._database.write() as connection:
                rewind_mark(connection, worker, start)
            mark = marks[worker] = start
        moved = False
        for index, segment in enumerate(found):
            closed = index + 1 < len(found)
            while segment.start <= mark < segment.end:
                reached = self._read_batch(worker, segment, mark, closed=closed)
                if reached == mark:
                    break
                mark = marks[worker] = reached
                moved = True
        self.progress[worker] = WorkerProgress(mark, found[-1].end - mark)
        return moved

    def _entrance(self, worker: str, found: list[Segment], mark: int) -> int:
        """Where to read: at the mark, unless no segment holds it any more."""
        first, last = found[0], found[-1]
        if mark > last.end:
            self._complain(
                f"journal '{worker}' ends at {last.end} but was read to {mark}: it was replaced;"
                f" reading it from {first.start}"
            )
            return first.start
        for segment in found:
            if segment.start <= mark < segment.end:
                return mark
            if mark < segment.start:
                if mark or segment.start:
                    self._complain(f"journal '{worker}' has no bytes {mark} to {segment.start}")
                return segment.start
        return mark

    def _read_batch(self, worker: str, segment: Segment, mark: int, *, closed: bool) -> int:
        stretch = read_stretch(segment, mark, closed=closed)
        if stretch.end == stretch.start:
            return mark
        batch = Batch(worker, stretch.start, stretch.end, stretch.entries, len(stretch.faults))
        with self._database.write() as connection:
            apply_batch(connection, batch)
        for fault in stretch.faults:
            self._complain(f"journal '{worker}': skipped {fault}")
        self.skipped_lines += len(stretch.faults)
        return stretch.end

    def _complain(self, message: str) -> None:
        self.last_error = message
        _log.error(message)
