"""Cuts a byte stream into server-sent events and reads their fields.

It does not know what an event means. Events end at a blank line whose line ends may be LF, CRLF or
CR (HTML standard, section 9.2.6); the raw bytes of each event are kept, blank line included.
"""

from __future__ import annotations

import re

from vanguard.core.errors import UpstreamError

EVENT_BYTES = 16 * 1024 * 1024

# two line ends in a row; a CR before a LF is no line end of its own
_BLANK = re.compile(rb"(?:\r\n|\r(?!\n)|\n)(?:\r\n|\r(?!\n)|\n)")
# how much of a blank line can have come without its end: CR, LF, CR
_STRADDLE = 3
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Splitter:
    """Collects chunks of any size and gives back whole events.

    Args:
        limit_bytes: an unfinished event may not be longer.
        begins: a stream begins with what is fed first; a byte order mark there is dropped (HTML
            standard, section 9.2.6).

    Attributes:
        clean: nothing is left from before, and no byte order mark can come.
    """

    def __init__(self, limit_bytes: int = EVENT_BYTES, *, begins: bool = True) -> None:
        self._kept = bytearray()
        self.clean = self._begun = not begins
        self._limit_bytes = limit_bytes

    def is_one(self, data: bytes) -> bool:
        """Whether this chunk is one whole event and nothing is left from before: the usual case."""
        return self.clean and data.find(b"\n\n") == len(data) - 2 >= 0 and data.find(b"\r") < 0

    def feed(self, data: bytes) -> list[bytes]:
        """Whole events that this chunk completes, each with its blank line.

        Raises:
            UpstreamError: an unfinished event exceeds the limit.
        """
        if self.is_one(data):
            return [data]
        if not self._begun:
            return self._begin(data)
        kept = self._kept
        searched = max(len(kept) - _STRADDLE, 0)
        if kept:
            kept += data
            if not self._may_end(searched):
                self._check(len(kept))
                return []
            data = bytes(kept)
            kept.clear()
        if data.find(b"\r") < 0:
            events = data.split(b"\n\n")
            self._keep(events.pop())
            return [event + b"\n\n" for event in events]
        return self._feed_any(data, searched)

    def _begin(self, data: bytes) -> list[bytes]:
        data = bytes(self._kept) + data
        self._kept.clear()
        self.clean = self._begun = len(data) > 2 or not _BYTE_ORDER_MARK.startswith(data)
        if self._begun:
            return self.feed(data.removeprefix(_BYTE_ORDER_MARK))
        self._kept += data
        return []

    def _may_end(self, searched: int) -> bool:
        """Whether a blank line may stand in what is kept; none stands before `searched`."""
        kept = self._kept
        if kept.find(b"\r", searched) < 0:
            return kept.find(b"\n\n", searched) >= 0
        return _BLANK.search(kept, searched) is not None

    def _feed_any(self, data: bytes, searched: int) -> list[bytes]:
        events = []
        start = 0
        for match in _BLANK.finditer(data, searched):
            # a CR at the very end may be half of a CRLF: wait for the next byte
            if match.end() == len(data) and data.endswith(b"\r"):
                break
            events.append(data[start : match.end()])
            start = match.end()
        self._keep(data[start:])
        return events

    def _keep(self, rest: bytes) -> None:
        self._check(len(rest))
        self.clean = not rest
        self._kept += rest

    def _check(self, size: int) -> None:
        if size > self._limit_bytes:
            raise UpstreamError(f"a server-sent event exceeds {self._limit_bytes} bytes")

    @property
    def rest(self) -> bytes:
        """What has come after the last whole event."""
        return bytes(self._kept)


def event_data(raw: bytes) -> bytes:
    """The `data` of one raw event, its lines joined by LF; empty when it has none."""
    if raw.startswith(b"data: ") and raw.find(b"\n") == len(raw) - 2 and raw.find(b"\r") < 0:
        return raw[6:-2]
    lines = []
    for line in raw.splitlines():
        if line.startswith(b"data:"):
            value = line[5:]
            lines.append(value[1:] if value.startswith(b" ") else value)
        elif line == b"data":
            # a field without a colon has an empty value
            lines.append(b"")
    return b"\n".join(lines)


def event_name(raw: bytes) -> bytes:
    """The `event` of one raw event; empty when it has none."""
    for line in raw.splitlines():
        if line.startswith(b"event:"):
            return line[6:].strip()
    return b""
