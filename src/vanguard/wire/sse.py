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


class Splitter:
    """Collects chunks of any size and gives back whole events."""

    def __init__(self, limit_bytes: int = EVENT_BYTES) -> None:
        self._pieces: list[bytes] = []
        self._kept_bytes = 0
        self._limit_bytes = limit_bytes

    def is_one(self, data: bytes) -> bool:
        """Whether this chunk is one whole event and nothing is left from before: the usual case."""
        return (
            not self._pieces and data.find(b"\n\n") == len(data) - 2 >= 0 and data.find(b"\r") < 0
        )

    def feed(self, data: bytes) -> list[bytes]:
        """Whole events that this chunk completes, each with its blank line.

        Raises:
            UpstreamError: an unfinished event exceeds the limit.
        """
        if self.is_one(data):
            return [data]
        undecided = bool(self._pieces) and self._pieces[-1].endswith(b"\r")
        if data.find(b"\n") < 0 and data.find(b"\r") < 0 and not undecided:
            # nothing can end here: keep the piece, join when something may
            self._pieces.append(data)
            self._kept_bytes += len(data)
            self._check(self._kept_bytes)
            return []
        if self._pieces:
            data = b"".join((*self._pieces, data))
            self._pieces = []
            self._kept_bytes = 0
        if data.find(b"\r") < 0:
            events = data.split(b"\n\n")
            self._keep(events.pop())
            return [event + b"\n\n" for event in events]
        return self._feed_any(data)

    def _feed_any(self, data: bytes) -> list[bytes]:
        events = []
        start = 0
        for match in _BLANK.finditer(data):
            # a CR at the very end may be half of a CRLF: wait for the next byte
            if match.end() == len(data) and data.endswith(b"\r"):
                break
            events.append(data[start : match.end()])
            start = match.end()
        self._keep(data[start:])
        return events

    def _keep(self, rest: bytes) -> None:
        self._check(len(rest))
        self._pieces = [rest] if rest else []
        self._kept_bytes = len(rest)

    def _check(self, size: int) -> None:
        if size > self._limit_bytes:
            raise UpstreamError(f"a server-sent event exceeds {self._limit_bytes} bytes")

    @property
    def rest(self) -> bytes:
        """What has come after the last whole event."""
        return b"".join(self._pieces)


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
