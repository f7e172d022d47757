"""Finds the segments of a worker's journal and reads whole lines out of them.

It does not know what a record means, nor where the reading has got to.

A segment is a file named by the byte offset of its start (20 digits); a line's offset is that plus
its place in the file.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from vanguard.core.journal import Record, decode_line

_NAME = re.compile(r"(\d{20})\.journal")
MAX_READ_BYTES = 1024 * 1024
_MAX_LINE_BYTES = 4 * 1024 * 1024


class Segment(NamedTuple):
    """One file of a journal; it holds the bytes from `start` up to `end`."""

    path: Path
    start: int
    end: int


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
    """A worker's segments by rising start. One ends where the next begins, if that is earlier."""
    found = []
    for path in folder.iterdir():
        named = _NAME.fullmatch(path.name)
        if named:
            found.append((int(named[1]), path))
    found.sort()
    starts = [start for start, _ in found]
    made = []
    for index, (start, path) in enumerate(found):
        end = start + path.stat().st_size
        if index + 1 < len(starts):
            end = min(end, starts[index + 1])
        made.append(Segment(path, start, end))
    return made


def read_stretch(segment: Segment, offset: int, *, closed: bool) -> Stretch:
    """Reads whole lines from `offset`, at most about a mebibyte.

    Args:
        segment: the file that holds `offset`.
        offset: where a line begins.
        closed: nobody writes to this segment any more, so that a last line without an end is torn
            for good; while it is open such a line is left for later.
    """
    with segment.path.open("rb") as file:
        file.seek(offset - segment.start)
        data = file.read(min(MAX_READ_BYTES, segment.end - offset))
        whole = data.rfind(b"\n") + 1
        if not whole and data and offset + len(data) < segment.end:
            data += file.read(min(_MAX_LINE_BYTES, segment.end - offset - len(data)))
            whole = data.rfind(b"\n") + 1
    entries: list[tuple[int, Record]] = []
    faults: list[str] = []
    at = offset
    for line in data[:whole].split(b"\n")[:-1]:
        try:
            entries.append((at, decode_line(line)))
        except ValueError as error:
            faults.append(f"{segment.path.name} at byte {at}: {error}")
        at += len(line) + 1
    rest = len(data) - whole
    torn = closed and rest and offset + len(data) == segment.end
    if torn or (whole == 0 and rest >= _MAX_LINE_BYTES):
        faults.append(f"{segment.path.name} at byte {at}: a line of {rest} bytes without an end")
        at += rest
    return Stretch(offset, at, tuple(entries), tuple(faults))
