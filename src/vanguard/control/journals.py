"""Finds the segments of a worker's journal and reads whole lines out of them.

It does not know what a record means, nor where the reading has got to.

A segment is a file named by the byte offset of its start; a line's offset is that plus its place in
the file. What else lies in the folder is left alone.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from vanguard.core.journal import MAX_LINE_BYTES, Record, read_lines, segment_start

MAX_READ_BYTES = 1024 * 1024
_SOME = 50


class Segment(NamedTuple):
    """One file of a journal; it holds the bytes from `start` up to `end`.

    Attributes:
        closed: nobody writes to it any more: it has a successor, and no gateway holds its lock.
    """

    path: Path
    start: int
    end: int
    closed: bool = False


class Stretch(NamedTuple):
    """What was read between two offsets; `faults` says what could not be, one line each."""

    start: int
    end: int
    entries: tuple[tuple[int, Record], ...]
    faults: tuple[str, ...]


def workers(root: Path) -> list[str]:
    """Names of the workers that have a journal, sorted; none when the folder is missing."""
    try:
        return sorted(entry.name for entry in root.iterdir() if entry.is_dir())
    except FileNotFoundError:
        return []


def segments(folder: Path) -> list[Segment]:
    """A worker's segments by rising start.

    A closed one ends where the next begins, if that is earlier. What begins within the bytes of one that
    is still written is no gateway's and is left out, and so is an empty file within any.
    """
    before = _listed(folder)
    if len(before) < 2:
        return before
    # a segment may have grown until it was closed: sizes are taken after the locks
    locked = {one.path for one in before if _is_locked(one.path)}
    closed = {one.path for one in before[:-1]} - locked
    found: list[Segment] = []
    for one in _listed(folder):
        if found and one.start < found[-1].end:
            if not found[-1].closed or (one.start == one.end and one.path not in locked):
                continue
            found[-1] = found[-1]._replace(end=one.start)
        found.append(one._replace(closed=one.path in closed))
    return found


def _listed(folder: Path) -> list[Segment]:
    found = []
    for path in folder.iterdir():
        start = segment_start(path.name)
        if start is None:
            continue
        try:
            stat = path.stat()
        except FileNotFoundError:
            continue  # another control has thrown it away
        if S_ISREG(stat.st_mode):
            found.append(Segment(path, start, start + stat.st_size))
    return sorted(found, key=lambda one: one.start)


def _is_locked(path: Path) -> bool:
    """Whether a gateway holds it open: one that drains may write on while its successor serves."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # a file system without locks
    finally:
        os.close(descriptor)
    return False


def ends_a_line(segment: Segment, offset: int) -> bool:
    """Whether a line may begin at an offset within a segment."""
    if offset == segment.start:
        return True
    with segment.path.open("rb") as file:
        file.seek(offset - 1 - segment.start)
        return file.read(1) == b"\n"


def holds_record(found: list[Segment], offset: int) -> bool:
    """Whether the record at an offset can still be read: its segment may be gone, or its end."""
    for segment in found:
        if segment.start <= offset < segment.end:
            with segment.path.open("rb") as file:
                file.seek(offset - segment.start)
                entries = read_lines(file.readline(MAX_LINE_BYTES), closed=True).entries
            return bool(entries) and entries[0][0] == 0
    return False


def last_records(segment: Segment, before: int) -> list[Record]:
    """Some records just below an offset, as far as any can be read in the last stretch there."""
    begin = max(segment.start, before - MAX_READ_BYTES)
    with segment.path.open("rb") as file:
        file.seek(begin - segment.start)
        entries = read_lines(file.read(before - begin), closed=True).entries
    return [record for _, record in entries[-_SOME:]]


def read_stretch(segment: Segment, offset: int) -> Stretch:
    """Reads whole lines from `offset`, at most about a mebibyte.

    Args:
        segment: the file that holds `offset`.
        offset: where a line begins.

    While the segment is open a last line without an end is left for later; in a closed one it is
    torn for good.
    """
    with segment.path.open("rb") as file:
        file.seek(offset - segment.start)
        data = file.read(min(MAX_READ_BYTES, segment.end - offset))
        if b"\n" not in data:
            data += file.read(min(MAX_LINE_BYTES, segment.end - offset - len(data)))
    found = read_lines(data, closed=segment.closed and offset + len(data) >= segment.end)
    return Stretch(
        offset,
        offset + found.used,
        tuple((offset + at, record) for at, record in found.entries),
        tuple(f"{segment.path.name} at byte {offset + at}: {what}" for at, what in found.faults),
    )
