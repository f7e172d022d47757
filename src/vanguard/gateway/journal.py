"""Appends records to this worker's journal, and replays it after a restart.

It does not know what a record means for anybody's money. Each record is handed to the operating
system in one write before the call returns. A segment's name is the journal offset at which it
starts, so that an offset names one byte for ever.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from vanguard.core.errors import LedgerUnavailable
from vanguard.core.journal import Record, decode_line, encode_line

SEGMENT_BYTES = 64 * 1024 * 1024
_NAME_DIGITS = 20


def segment_name(offset: int) -> str:
    """File name of the segment that starts at an offset."""
    return f"{offset:0{_NAME_DIGITS}d}.journal"


def segments(folder: Path) -> list[tuple[int, Path]]:
    """Start offset and path of every segment, in order."""
    return sorted(
        (int(path.stem), path) for path in folder.glob("*.journal") if path.stem.isdigit()
    )


class Journal:
    """The open journal of one worker.

    Attributes:
        offset: the journal's length in bytes, over all segments.
        damaged: lines that replay could not read.
    """

    def __init__(self, folder: Path, segment_bytes: int = SEGMENT_BYTES) -> None:
        self._folder = folder
        self._segment_bytes = segment_bytes
        self.damaged = 0
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = segments(folder)
        self._start, path = found[-1] if found else (0, folder / segment_name(0))
        self._descriptor = self._open(path)
        self._length = _trim_torn_line(self._descriptor, path)

    @staticmethod
    def _open(path: Path) -> int:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    @property
    def offset(self) -> int:
        """Where the next record will start."""
        return self._start + self._length

    def append(self, record: Record) -> None:
        """Writes one record.

        Raises:
            LedgerUnavailable: the disk is full or broken; nothing of the record stays.
        """
        self.append_line(encode_line(record))

    def append_line(self, line: bytes) -> None:
        """Writes one record that is a line already.

        Raises:
            LedgerUnavailable: the disk is full or broken; nothing of the record stays.
        """
        try:
            if self._length + len(line) > self._segment_bytes and self._length:
                self._roll()
            written = os.write(self._descriptor, line)
        except OSError as error:
            raise LedgerUnavailable(
                f"the usage journal cannot be written ({error.strerror}); free some disk space",
                retry_after_s=5,
            ) from error
        if written != len(line):
            os.ftruncate(self._descriptor, self._length)
            raise LedgerUnavailable(
                "the usage journal's disk is full; free some space", retry_after_s=5
            )
        self._length += written

    def _roll(self) -> None:
        start = self.offset
        descriptor = self._open(self._folder / segment_name(start))
        os.close(self._descriptor)
        self._descriptor, self._start, self._length = descriptor, start, 0

    def replay(self, offset: int) -> Iterator[tuple[int, Record]]:
        """Records from an offset on, each with the offset at which it starts."""
        for start, path in segments(self._folder):
            try:
                if start + path.stat().st_size <= offset:
                    continue
                data = path.read_bytes()
            except FileNotFoundError:
                # control has read it and thrown it away meanwhile
                continue
            position = max(0, offset - start)
            while (end := data.find(b"\n", position)) >= 0:
                try:
                    yield start + position, decode_line(data[position:end])
                except ValueError:
                    self.damaged += 1
                position = end + 1

    def close(self) -> None:
        """Closes the file."""
        os.close(self._descriptor)


def _trim_torn_line(descriptor: int, path: Path) -> int:
    """Cuts off a last line without an end, the trace of a crash; returns the length."""
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole != len(data):
        os.ftruncate(descriptor, whole)
    return whole
