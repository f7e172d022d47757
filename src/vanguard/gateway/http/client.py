"""A connection to an upstream: one request at a time, its answer handed to a sink as it comes.

It does not know what is asked, nor which connection to take: that is the pool's.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable
from typing import Protocol, cast

import httptools

from vanguard.core.errors import (
    UpstreamError,
    UpstreamTimeout,
    UpstreamTruncated,
    UpstreamUnavailable,
)
from vanguard.gateway.http.messages import Headers

_INFLATED_RATIO = 1000


class Sink(Protocol):
    """Whoever receives an answer. After `end` or `fail` nothing more comes."""

    def head(self, status: int, headers: Headers) -> None:
        """Status and headers, names in lower case."""

    def data(self, data: bytes) -> None:
        """A part of the body, de-chunked and decompressed."""

    def end(self) -> None:
        """The body is complete."""

    def fail(self, error: UpstreamError) -> None:
        """No answer, or one that broke off."""


class UpstreamConnection(asyncio.Protocol):
    """One connection. `release` is called with itself when it may serve again, or is gone."""

    def __init__(self, release: Callable[[UpstreamConnection], None]) -> None:
        self._release = release
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._sink: Sink | None = None
        self._parser: httptools.HttpResponseParser | None = None
        self._headers: Headers = []
        self._pieces: list[bytes] = []
        self._status = 0
        self._reusable = False
        self._complete = False
        self._head_only = False
        self._inflate: zlib._Decompress | None = None
        self._received = 0
        self._idle_s = 0.0
        self._paused = False
        self.used = 0
        self.answered = False
        self.deadline = float("inf")
        self.idle_since = 0.0

    @property
    def usable(self) -> bool:
        """Whether it is open and nobody uses it."""
        return (
            self._sink is None and self._transport is not None and not self._transport.is_closing()
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Open."""
        self._transport = cast("asyncio.Transport", transport)

    def send(self, data: bytes, sink: Sink, first_byte_s: float, idle_s: float) -> None:
        """Sends a whole request; `data` holds head and body."""
        if self._transport is None:
            raise RuntimeError("send on a closed connection")
        self._sink = sink
        self._parser = httptools.HttpResponseParser(self)
        self._headers = []
        self._status = 0
        self._complete = False
        self._reusable = False
        self._inflate = None
        self._head_only = data.startswith(b"HEAD ")
        self._idle_s = idle_s
        self._paused = False
        self.answered = False
        self.used += 1
        self.deadline = self._loop.time() + first_byte_s
        self._transport.write(data)

    def data_received(self, data: bytes) -> None:
        """Feeds the parser and hands over what came of it in one piece."""
        sink = self._sink
        if sink is None or self._parser is None:
            # nobody asked: surplus bytes after an answer, or before a request
            self.close()
            return
        self.answered = True
        if self._status and not self._paused:
            # interim answers do not count: they could go on for ever
            self.deadline = self._loop.time() + self._idle_s
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade, zlib.error) as error:
            if self._complete:
                # surplus bytes after a whole answer spoil the connection, not the answer
                self._reusable = False
                self._hand_over(sink)
                return
            self._fail(UpstreamError(f"the upstream's answer is not valid HTTP: {error}"))
            return
        self._hand_over(sink)

    def _hand_over(self, sink: Sink) -> None:
        if self._pieces:
            piece = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
            self._pieces = []
            if self._sink is sink:
                sink.data(piece)
        if self._complete and self._sink is sink:
            self._finish()

    def eof_received(self) -> bool:
        """The upstream said all it had to say."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends the answer: well when its end is the connection's, else as a failure."""
        self._transport = None
        sink = self._sink
        if sink is not None:
            if self._status and exc is None and self._until_close():
                self._complete = True
                self._finish()
            elif self.answered:
                self._fail(UpstreamTruncated("the upstream broke off its answer"))
            else:
                self._fail(
                    UpstreamUnavailable("the upstream closed the connection without an answer")
                )
        self._release(self)

    def _until_close(self) -> bool:
        names = {name for name, _ in self._headers}
        return (
            not self._complete
            and b"content-length" not in names
            and b"transfer-encoding" not in names
        )

    # --- parser ------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """An answer begins; a second one in the same exchange is surplus unless it follows a 1xx."""
        if self._complete:
            self._reusable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        if not self._complete:
            self._received += len(name) + len(value)
            if self._received > 256 * 1024:
                raise httptools.HttpParserError("the head is too long")
            self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """The head is whole."""
        parser = self._parser
        if parser is None or self._complete or self._sink is None:
            return
        status = parser.get_status_code()
        if status < 200:
            self._headers = []
            return
        self._status = status
        self._received = 0
        for name, value in self._headers:
            if name == b"content-encoding":
                self._choose_decoder(value.strip().lower())
        if self._inflate is not None:
            dropped = {b"content-encoding", b"content-length"}
            self._headers = [pair for pair in self._headers if pair[0] not in dropped]
        self._sink.head(status, self._headers)
        if self._head_only:
            self._complete = True

    def _choose_decoder(self, encoding: bytes) -> None:
        if encoding in {b"gzip", b"x-gzip"}:
            self._inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
        elif encoding == b"deflate":
            self._inflate = zlib.decompressobj()
        elif encoding not in {b"identity", b""}:
            raise httptools.HttpParserError(f"content-encoding {encoding!r} was not asked for")

    def on_body(self, data: bytes) -> None:
        """Part of the body."""
        if self._complete or self._status < 200:
            return
        if self._inflate is None:
            self._pieces.append(data)
            return
        limit = max(len(data) * _INFLATED_RATIO, 65_536)
        self._pieces.append(self._inflate.decompress(data, limit))
        if self._inflate.unconsumed_tail:
            raise httptools.HttpParserError("the compressed answer inflates too much")

    def on_message_complete(self) -> None:
        """The answer is whole."""
        if self._status >= 200 and not self._complete and self._parser is not None:
            self._complete = True
            self._reusable = self._parser.should_keep_alive()

    # --- ends --------------------------------------------------------------------------------

    def _finish(self) -> None:
        if self._inflate is not None and not self._inflate.eof:
            self._fail(UpstreamTruncated("the upstream's compressed answer is incomplete"))
            return
        sink, self._sink = self._sink, None
        self.deadline = float("inf")
        self.idle_since = self._loop.time()
        if not self._reusable or self._head_only:
            self.close()
        elif self._transport is not None:
            self._transport.resume_reading()
            self._release(self)
        if sink is not None:
            sink.end()

    def _fail(self, error: UpstreamError) -> None:
        sink, self._sink = self._sink, None
        self.deadline = float("inf")
        self.close()
        if sink is not None:
            sink.fail(error)

    def expire(self) -> None:
        """The deadline passed."""
        what = "went silent within its answer" if self.answered else "did not answer in time"
        self._fail(UpstreamTimeout(f"the upstream {what}"))

    def cancel(self) -> None:
        """Nobody wants the answer any more."""
        self._sink = None
        self.deadline = float("inf")
        self.close()

    def close(self) -> None:
        """Closes at once; an answer under way is lost."""
        if self._transport is not None:
            self._transport.abort()

    def reading(self, on: bool) -> None:
        """Backpressure: stops or goes on reading."""
        self._paused = not on
        self.deadline = self._loop.time() + self._idle_s if on and self._status else self.deadline
        if not on:
            # the client is slow, not the upstream
            self.deadline = float("inf")
        if self._transport is not None and not self._transport.is_closing():
            (self._transport.resume_reading if on else self._transport.pause_reading)()
