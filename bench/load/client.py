"""One keep-alive connection with at most one request under way, which judges each answer.

It does not know when requests are due, nor how many there are.
"""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Callable
from typing import cast

import httptools

from bench.load.plan import Seen
from bench.upstream.answers import MARK

_KEPT_BYTES = 4096
_TAIL_BYTES = 256  # usage and end marker of every dialect fit
_STREAM_ENDS = (b"[DONE]", b"message_stop")


class Client(asyncio.Protocol):
    """Sends the same request again and again."""

    def __init__(
        self, seen: Seen, request: bytes, events: int, done: Callable[[Client], None]
    ) -> None:
        self.statuses: tuple[int, ...] = (200,)  # those that are right
        self._seen = seen
        self._request = request
        self._expected = events
        self._done = done
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._due = 0.0
        self._busy = False
        self._first = True
        self._events = 0
        self._begin = bytearray()
        self._tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if self._busy:
            self._finish(f"connection lost: {error}")

    def send(self, due: float) -> None:
        """Sends the request; latency counts from `due` (seconds, monotonic)."""
        self._due, self._busy, self._first, self._events = due, True, True, 0
        self._begin.clear()
        self._tail = b""
        if self._transport is None:
            self._finish("connection closed between requests")
        else:
            self._transport.write(self._request)

    @property
    def open(self) -> bool:
        """Whether it may be asked again."""
        return self._transport is not None

    def close(self) -> None:
        """Hangs up."""
        if self._transport is not None:
            self._transport.close()

    def enough(self, events: int) -> bool:
        """Whether so many events of the answer under way have come."""
        return self._busy and self._events >= events

    def leave(self) -> None:
        """Hangs up in the middle of an answer; that it came so far is all that was wanted."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.abort()
        self._finish("")

    def data_received(self, data: bytes) -> None:
        self._seen.bytes += len(data)
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._events += body.count(MARK)
        if self._first and (self._events or not self._expected):
            self._first = False
            self._seen.first_us.append(int((time.monotonic() - self._due) * 1e6))
        if len(self._begin) < _KEPT_BYTES:
            self._begin += body
        if self._expected:
            self._tail = (self._tail + body)[-_TAIL_BYTES:]

    def on_message_complete(self) -> None:
        if self._busy:
            self._finish(self._complaint())

    def _complaint(self) -> str:
        """What is wrong with the answer, empty when nothing is."""
        status = self._parser.get_status_code()
        said = bytes(self._begin)
        if status not in self.statuses:
            return f"status {status}: {said[:300]!r}"
        if status != 200:
            return ""
        if not self._expected:
            plain = gzip.decompress(said) if said.startswith(b"\x1f\x8b") else said
            return "" if b'"usage"' in plain else f"no usage: {plain[:300]!r}"
        if self._events != self._expected:
            return f"{self._events} of {self._expected} events: {said[:300]!r}"
        return "" if any(end in self._tail for end in _STREAM_ENDS) else f"no end: {self._tail!r}"

    def _finish(self, complaint: str) -> None:
        self._busy = False
        if complaint:
            self._seen.failures += 1
            self._seen.complaint = self._seen.complaint or complaint
        else:
            self._seen.answers += 1
            self._seen.events += self._events
            self._seen.latencies_us.append(int((time.monotonic() - self._due) * 1e6))
        self._done(self)
