"""Appends records to this worker's journal, and replays it after a restart.

It does not know what a record means for anybody's money. Each record is handed to the operating
system in one write before the call returns, so that it survives the death of any process; what
survives a power cut is the policy's matter (setting `gateway.journal_fsync`).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from vanguard.core.errors import LedgerUnavailable
from vanguard.core.journal import (
    MOST_OFFSET,
    STRIDE_BYTES,
    Record,
    encode_line,
    read_lines,
    segment_name,
    segment_start,
)
from vanguard.snapshot.boot import Fsync

SEGMENT_BYTES = 64 * 1024 * 1024
_READ_BYTES = 1024 * 1024
_SYNC_S = 1.0


class Segment(NamedTuple):
    """One file of a journal, which held the bytes from `start` up to `end` when it was looked at."""

    start: int
    end: int
    path: Path


def segments(folder: Path) -> list[Segment]:
    """Every segment, in order; whatever else lies there is left alone.

    Control may throw away at any moment what it has read: one look tells all of a segment.
    """
    if not folder.is_dir():
        return []
    found = []
    for path in folder.iterdir():
        start = segment_start(path.name)
        with contextlib.suppress(FileNotFoundError):
            if start is not None and S_ISREG((seen := path.stat()).st_mode):
                found.append(Segment(start, start + seen.st_size, path))
    return sorted(found)


def replay(
    folder: Path, offset: int, damage: Callable[[int], None] | None = None
) -> Iterator[tuple[int, Record]]:
    """Records from an offset on, each with the offset at which it starts.

    Args:
        folder: of one worker's segments; nothing in it is changed.
        offset: of a record; earlier ones are left out.
        damage: told of each place that could not be read.
    """
    for start, _, path in segments(folder):
        try:
            file = path.open("rb")
        except FileNotFoundError:
            # control has read it and thrown it away meanwhile
            continue
        with file:
            place = max(0, offset - start)
            if os.fstat(file.fileno()).st_size <= place:
                continue
            file.seek(place)
            data = b""
            while True:
                more = file.read(_READ_BYTES)
                data += more
                found = read_lines(data, closed=not more)
                for at, record in found.entries:
                    yield start + place + at, record
                for at, _ in found.faults:
                    if damage is not None:
                        damage(start + place + at)
                place += found.used
                data = data[found.used :]
                if not more:
                    break


def holds(folder: Path, offset: int) -> bool:
    """Whether an offset lies in a segment that is still there, or at its end."""
    return any(one.start <= offset <= one.end for one in segments(folder))


class Journal:
    """The open journal of one worker.

    Every instance writes to a segment of its own, beyond all that has ever been in the folder: what
    a crash left behind is read, never continued. The segment stays locked while it may grow; that
    tells readers whether a last line without an end will get one.

    Attributes:
        begins: where the part that this instance writes begins.
        offset: where the next record will start.
        written_bytes: what this instance has written.
        damaged: places that replay could not read.
        write_error: why the last write that failed did so.
        sync_error: why the last sync failed, empty when it did not (under `never` it does only where
            the file is gone and no other can be made).
    """

    def __init__(
        self,
        folder: Path,
        segment_bytes: int = SEGMENT_BYTES,
        fsync: Fsync = "never",
        *,
        floor: int = 0,
    ) -> None:
        """Begins a segment.

        Args:
            folder: of one worker; made where it is missing.
            segment_bytes: above which a segment has a successor.
            fsync: the policy for power cuts.
            floor: an offset that was in use already, as far as others know: a restored folder, or one
                that has lost its newest file, does not hold it any more.

        Raises:
            LedgerUnavailable: a file that somebody put there leaves no offset to begin at.
            OSError: the folder cannot be written.
        """
        self.folder = folder
        self._segment_bytes = segment_bytes
        self._fsync = fsync
        self.damaged = 0
        self.written_bytes = 0
        self.write_error = ""
        self.sync_error = self._gone = ""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._start = self.begins = _next_start(folder, floor)
        self._descriptor, self._length = _open(folder / segment_name(self._start))
        self._unsure = False
        self._before = b""
        self._syncer: _Syncer | None = None
        if fsync == "second":
            self._syncer = _Syncer(self._descriptor, folder, self._note_sync)
        if fsync != "never":
            _sync_folder(folder)

    @property
    def offset(self) -> int:
        """Where the next record will start."""
        return self._start + self._length

    def append(self, record: Record) -> None:
        """Hands one record to the operating system, as `append_lines` does.

        Raises:
            LedgerUnavailable: the disk is full or broken; nothing of the record stays.
        """
        if not self.append_lines([encode_line(record)]):
            raise LedgerUnavailable(
                f"the usage journal cannot be written ({self.write_error}); free some disk space",
                retry_after_s=5,
            )

    def append_lines(self, lines: list[bytes]) -> int:
        """Hands whole lines to the operating system in one write; how many of them now stand.

        A line that is whole in the file stays there, because control may have read it the moment it
        was; only a piece of a line is ever taken back. Lines that stand survive the death of this
        process, and under `always` the machine's too unless `sync_error` says otherwise. Where not
        all of them stand, the disk is full or broken and `write_error` says how.
        """
        data = lines[0] if len(lines) == 1 else b"".join(lines)
        try:
            if self._unsure:
                self._mend()
            if self._length + len(data) > self._segment_bytes and self._length:
                self._roll()
            if self._before:
                data = self._before + data
            written = os.write(self._descriptor, data)
        except OSError as error:
            self._unsure = True
            self.write_error = error.strerror or type(error).__name__
            return 0
        if written == len(data):
            if self._before:
                self._before = b""
            self._length += written
            self.written_bytes += written
            if self._fsync != "never":
                self._sync_soon()
            return len(lines)
        return self._keep_whole(lines, written)

    def _keep_whole(self, lines: list[bytes], written: int) -> int:
        """What stands of lines that were written in part."""
        before = len(self._before)
        standing, size = _whole_lines(lines, written - before)
        if standing:
            self._before = b""
            self._length += before + size
            self.written_bytes += before + size
            if self._fsync != "never":
                self._sync_soon()
        self.write_error = "the disk is full"
        self._unsure = True
        with contextlib.suppress(OSError):  # else before the next record
            self._mend()
        return standing

    def _mend(self) -> None:
        """Takes back the piece of a line that a failed write left behind.

        Where the file cannot be shortened the piece becomes a damaged line of its own.
        """
        size = os.fstat(self._descriptor).st_size
        if size != self._length:
            try:
                os.ftruncate(self._descriptor, self._length)
            except OSError:
                self.written_bytes += size - self._length
                self._length = size
                self._before = b"\n"
        self._unsure = False

    def _roll(self) -> None:
        start = self.offset
        descriptor, length = _open(self.folder / segment_name(start))
        if self._syncer is not None:
            self._syncer.retire(descriptor)
        else:
            os.close(self._descriptor)
        self._descriptor, self._start, self._length = descriptor, start, length
        self._before = b""
        if self._fsync == "always":
            _sync_folder(self.folder)

    def look(self) -> str:
        """Goes on in a new file where the one that is written was deleted, or replaced by another.

        Whoever reads would never see what is written to it from then on. What control has read of it
        is not lost. While no other can be made, `sync_error` says so.

        Returns:
            What has happened, empty when nothing has since the last look.
        """
        if self._descriptor < 0:
            return ""
        path = self.folder / segment_name(self._start)
        try:
            own = os.fstat(self._descriptor)
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(path.stat(), own):
                    if self._gone:  # it could not be looked at for a moment, and is there again
                        self._gone = self.sync_error = ""
                    return ""
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._roll()
            self._gone = self.sync_error = ""
        except OSError as error:
            told, why = self._gone, error.strerror or type(error).__name__
            # clients are told this: no path
            self._gone = self.sync_error = (
                f"its file was deleted or replaced, and has no successor: {why}"
            )
            return "" if told == self._gone else f"{path}: {self._gone}"
        return f"{path} was deleted or replaced; what control had not read of it is lost"

    def replay(self, offset: int) -> Iterator[tuple[int, Record]]:
        """Records from an offset on, each with the offset at which it starts."""
        return replay(self.folder, offset, self._damage)

    def _damage(self, _offset: int) -> None:
        self.damaged += 1

    # --- power cuts --------------------------------------------------------------------------

    def _sync_soon(self) -> None:
        if self._syncer is not None:
            self._syncer.dirty = True
        else:
            self.sync()

    def sync(self) -> bool:
        """Under `always`: puts what is written onto the disk now; returns whether it is there.

        Under `second` a thread does that; this only says whether it could the last time.
        """
        if self._fsync == "always":
            try:
                os.fdatasync(self._descriptor)
                self._note_sync("")
            except OSError as error:
                self._note_sync(error.strerror or type(error).__name__)
        return not self.sync_error

    def _note_sync(self, error: str) -> None:
        self.sync_error = error or self._gone

    def close(self) -> None:
        """Closes the file, what was promised to be on the disk being there."""
        if self._syncer is not None:
            self._syncer.stop()
        self.sync()
        os.close(self._descriptor)
        self._descriptor = -1  # the number may be another file's from here on


def _whole_lines(lines: list[bytes], written: int) -> tuple[int, int]:
    """How many lines a short write has finished, and their bytes."""
    size = 0
    for count, line in enumerate(lines):
        if size + len(line) > written:
            return count, size
        size += len(line)
    return len(lines), size


class _Syncer:
    """A thread that syncs about once a second what was written, so that the event loop need not.

    Attributes:
        dirty: whether anything was appended since the last sync began.
    """

    def __init__(self, descriptor: int, folder: Path, note: Callable[[str], None]) -> None:
        self.dirty = False
        self._descriptor = descriptor
        self.folder = folder
        self._note = note
        self._retired: list[int] = []
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="journal-sync", daemon=True)
        self._thread.start()

    def retire(self, successor: int) -> None:
        """Takes over the segment that is full: to be synced and closed here."""
        with self._lock:
            self._retired.append(self._descriptor)
            self._descriptor = successor

    def stop(self) -> None:
        """Syncs what is left and ends the thread; the open segment stays open."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(_SYNC_S):
            self._sync()
        self._sync()

    def _sync(self) -> None:
        with self._lock:
            if not self.dirty and not self._retired:
                return
            self.dirty = False
            # a copy: the loop may retire the segment while this thread syncs it
            waiting, self._retired = [*self._retired, os.dup(self._descriptor)], []
        try:
            for descriptor in waiting:
                os.fdatasync(descriptor)
            if len(waiting) > 1:
                _sync_folder(self.folder)
            self._note("")
        except OSError as error:
            self.dirty = True
            self._note(error.strerror or type(error).__name__)
        finally:
            for descriptor in waiting:
                os.close(descriptor)


def _next_start(folder: Path, floor: int) -> int:
    """An offset that no earlier gateway can have used: more than a stride beyond what is known."""
    known = [floor] if floor else []
    known += [one.end for one in segments(folder)]
    start = (max(known) // STRIDE_BYTES + 2) * STRIDE_BYTES if known else 0
    if start >= MOST_OFFSET:
        raise LedgerUnavailable(
            f"the journal {folder} has a file, or had one, named by an offset that no gateway can have"
            f" come to ({max(known)}); nothing written beyond it would be read: remove that file"
        )
    return start


def _open(path: Path) -> tuple[int, int]:
    """Opens a segment for this process alone; its descriptor and its length.

    The length is not 0 where a file of that name was put there by others: it is continued.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    # without locks on this file system readers take the newest segment alone for open
    with contextlib.suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor, os.fstat(descriptor).st_size


def _sync_folder(folder: Path) -> None:
    """Makes a new segment's name survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
