"""A connection to an upstream: one request at a time, its answer handed to a sink as it comes.

It does not know what is asked, nor which connection to take: that is the pool's.
"""

from __future__ import annotations

import asyncio
import select
import zlib
from collections.abc import Callable
from typing import cast

import httptools

from vanguard.core.errors import (
    UpstreamError,
    UpstreamTimeout,
    UpstreamTruncated,
    UpstreamUnavailable,
)
from vanguard.gateway.http.body.chunks import (
    HEAD_OF_WHOLE,
    PIECE_OF_WHOLE,
    WHOLE_BYTES,
    stands_between,
)
from vanguard.gateway.http.body.inflater import Inflater
from vanguard.gateway.http.contract import Caller, Sink, Switch
from vanguard.gateway.http.known.answer import LESSONS, KnownAnswer
from vanguard.gateway.http.messages import Headers
from vanguard.gateway.http.tls.contexts import said_by_tls

_NEVER = float("inf")
_HEAD_BYTES = 256 * 1024
_HEADERS = 1_000
_INTERIM_ANSWERS = 16
_VERSIONS = frozenset({"1.1", "1.0"})
_CHUNKED = (b"chunked", "1.1")
# no other method begins like HEAD
_H = ord("H")


class UpstreamConnection(asyncio.Protocol):
    """One connection. `release` is called with itself when it may serve again, or is gone.

    Attributes:
        answered: something of an answer has come.
        born: monotonic seconds.
        gone: it was lost, or speaks another protocol now.
        unsent: the connection was lost before the whole request had left, so that nobody can have
            acted on it.
    """

    __slots__ = (
        "_barren_bytes",
        "_caller",
        "_complete",
        "_ended",
        "_head_only",
        "_headers",
        "_heard",
        "_idle_s",
        "_inflater",
        "_interim",
        "_known",
        "_lessons",
        "_parser",
        "_paused",
        "_pieces",
        "_release",
        "_reusable",
        "_shortcut",
        "_sink",
        "_status",
        "_switch",
        "_take_chunk",
        "_time",
        "_transport",
        "_writing",
        "answered",
        "born",
        "deadline",
        "gone",
        "idle_since",
        "unsent",
    )

    def __init__(self, release: Callable[[UpstreamConnection], None]) -> None:
        self._release = release
        self._time = asyncio.get_running_loop().time
        self._transport: asyncio.Transport | None = None
        self._sink: Sink | None = None
        self._caller: Caller | None = None
        # one for all answers: after a whole one it stands where the next begins
        self._parser = httptools.HttpResponseParser(self)
        self._known: KnownAnswer | None = None
        self._lessons = LESSONS
        self._headers: Headers = []
        self._pieces: list[bytes] = []
        self._status = 0
        self._reusable = self._complete = False
        self._head_only = False
        self._switch: Switch | None = None
        self._inflater: Inflater | None = None
        self._barren_bytes = self._interim = 0
        self._idle_s = 0.0
        self._paused = False
        # what takes a whole chunk while the parser awaits the head of one; else None
        self._take_chunk: Callable[[bytes], bool] | None = None
        self._shortcut: Callable[[bytes], bool] | None = None
        # something came that the deadline does not count yet
        self._heard = False
        self._writing = False
        self._ended = False
        self.answered = False
        self.unsent = False
        self.gone = False
        self.born = self._time()
        self.deadline = _NEVER
        self.idle_since = 0.0

    def usable(self) -> bool:
        """Whether it is open and nobody uses it."""
        return (
            self._sink is None and self._transport is not None and not self._transport.is_closing()
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Open."""
        self._transport = cast("asyncio.Transport", transport)

    def closed_by_peer(self) -> bool:
        """Whether its end, or bytes that nobody asked for, have come and were not yet read."""
        sock = self._transport.get_extra_info("socket") if self._transport is not None else None
        if sock is None:
            return self._transport is None
        poll = select.poll()
        poll.register(sock.fileno(), select.POLLIN)
        return bool(poll.poll(0))

    def send(
        self,
        data: bytes,
        sink: Sink,
        first_byte_s: float,
        idle_s: float,
        caller: Caller | None = None,
    ) -> None:
        """Sends a whole request; `data` holds head and body.

        A caller hears in the sink's place of what fails before the head of an answer has come.
        """
        if self._transport is None:
            raise RuntimeError("send on a closed connection")
        # all else is as `__init__` made it, or as `_finish` left it
        self._sink = sink
        self._caller = caller
        self._status = 0
        self._complete = self._reusable = self.answered = False
        self._head_only = data[0] == _H
        self._idle_s = idle_s
        self.deadline = self._time() + first_byte_s
        self._transport.write(data)

    def serves(self, sink: Sink) -> bool:
        """Whether the answer under way is this sink's."""
        return self._sink is sink

    def switch(self, data: bytes, sink: Switch, first_byte_s: float, idle_s: float) -> None:
        """Sends a request that asks for another protocol; the sink hears of it, or of a refusal."""
        self._switch = sink
        self.send(data, sink, first_byte_s, idle_s)

    def data_received(self, data: bytes) -> None:
        """Hands over what comes of it in one piece."""
        sink = self._sink
        if sink is None:
            # nobody asked: surplus bytes after an answer, or before a request
            self.close()
            return
        take_chunk = self._take_chunk
        if take_chunk is not None and take_chunk(data):
            # the usual case of a stream: one whole chunk, from which the parser would learn nothing
            self._heard = True
            return
        known, alone = self._known, not self.answered
        if known is not None and alone and not self._head_only:
            body = known.body(data)
            if body:
                self._take_whole(sink, known, body)
                return
        self._parse(data, alone=alone)

    def _parse(self, data: bytes, *, alone: bool) -> None:
        """Hands over what the parser makes of it; `alone` where an answer begins with it."""
        self._take_chunk = None
        self._heard = False
        self.answered = True
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._switch_protocols(data, upgrade.args[0])
        except (httptools.HttpParserError, zlib.error) as error:
            if self._complete:
                # surplus bytes after a whole answer spoil the connection, not the answer
                self._reusable = False
                self._hand_over(data)
                return
            # what was raised in a callback comes wrapped
            self._not_http(error.__context__ or error)
        else:
            if self._status and not self._paused and not self._complete:
                # interim answers do not count: they could go on for ever
                self.deadline = self._time() + self._idle_s
            if self._pieces or self._complete:
                self._barren_bytes = 0
                if alone and self._reusable and self._lessons:
                    self._learn(data)
                self._hand_over(data)
            else:
                self._check_flood(len(data))

    def _take_whole(self, sink: Sink, known: KnownAnswer, body: bytes) -> None:
        """An answer that need not be parsed."""
        known.met = self.answered = self._complete = self._reusable = True
        self._caller = None
        taken = True
        try:
            taken = sink.whole(known, body)
        finally:
            if taken:
                self._free()
        if taken:
            return
        try:
            sink.head(known.status, known.headers)
        except Exception as error:  # noqa: BLE001 - raised again
            self._not_http(error)
        self._pieces.append(body)
        self._hand_over(body)

    def _learn(self, data: bytes) -> None:
        """So that the next answer with this head need not be parsed."""
        known, self._known = self._known, None
        if known is not None and known.met:
            self._lessons = LESSONS
        self._lessons -= 1
        if self._lessons and len(self._pieces) == 1 and self._inflater is None:
            self._known = KnownAnswer.of(data, self._pieces[0], self._status, self._headers)

    def _whole_chunk(self, data: bytes) -> bool:
        """Hands over what is in it; returns whether it is one."""
        sink, size = self._sink, len(data)
        if sink is None or size >= WHOLE_BYTES:
            return False
        piece = data.removeprefix(HEAD_OF_WHOLE[size]).removesuffix(b"\r\n")
        if len(piece) != PIECE_OF_WHOLE[size]:
            return False
        sink.data(piece)
        return True

    def shortcut(self, take: Callable[[bytes], bool] | None) -> None:
        """Has whole chunks of this answer go another way than by its sink, which hears of all others.

        `take` is given bytes and says whether it took them, as one chunk that does not end the body.
        """
        self._shortcut = take
        if self._take_chunk is not None:
            self._take_chunk = take or self._whole_chunk

    def _not_http(self, cause: BaseException) -> None:
        known = isinstance(cause, httptools.HttpParserError | zlib.error)
        words = cause if known else type(cause).__name__
        self._fail(UpstreamError(f"the upstream's answer is not valid HTTP: {words}"))
        if not known:
            # a defect of whoever took the answer, and not the upstream's
            raise cause

    def _check_flood(self, size: int) -> None:
        """The parser keeps a header until it ends and drops a chunk's frame, both without a word."""
        self._barren_bytes += size
        if self._barren_bytes > _HEAD_BYTES:
            what = "chunks" if self._status else "head"
            self._fail(UpstreamError(f"the upstream's answer is not valid HTTP: endless {what}"))

    def _switch_protocols(self, data: bytes, offset: int) -> None:
        transport, switch = self._transport, self._switch
        if switch is None or transport is None:
            self._fail(UpstreamError("the upstream switched to a protocol that was not asked for"))
            return
        self._sink = self._switch = self._transport = None
        self.gone = True
        self.deadline = _NEVER
        lines = b"".join([b"%b: %b\r\n" % pair for pair in self._headers])
        head = b"HTTP/1.1 101 Switching Protocols\r\n" + lines + b"\r\n"
        switch.switched(transport, head, data[offset:])
        self._release(self)

    def _hand_over(self, data: bytes) -> None:
        """What the parser made of `data`, and what waits to be unpacked, as far as it is taken."""
        pieces = self._pieces
        if pieces:
            piece = pieces[0] if len(pieces) == 1 else b"".join(pieces)
            pieces.clear()
            sink = self._sink
            if sink is not None:
                sink.data(piece)
                if not self._complete and self._sink is sink and stands_between(data, piece):
                    self._take_chunk = self._shortcut or self._whole_chunk
        sink, inflater = self._sink, self._inflater
        if inflater is not None and sink is not None:
            while self._sink is sink and not self._paused and (piece := inflater.more()):
                sink.data(piece)
            if inflater.fault is not None:
                self._not_http(inflater.fault)
            if inflater.waits:
                return
        if self._complete and self._sink is not None:
            self._finish()

    def eof_received(self) -> bool:
        """The upstream said all it had to say; over TLS, a broken connection does not say so."""
        self._ended = True
        return False

    def pause_writing(self) -> None:
        """A large request waits for the upstream to read it; it is kept whole, and that is its bound."""
        self._writing = True

    def resume_writing(self) -> None:
        """All but the last of it has left."""
        self._writing = False

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends the answer: well when its end is the connection's, else as a failure."""
        self._transport = None
        self.gone = True
        # a write that failed, or never came to its turn: the request has not left as a whole
        self.unsent = self._writing or isinstance(exc, BrokenPipeError)
        sink = self._sink
        if sink is not None:
            well = self._status and exc is None and self._ended and self._until_close()
            if well or self._complete:
                # it ends here, or when what waits packed has been taken
                self._complete, self._reusable = True, False
                self._hand_over(b"")
            elif self.answered:
                self._fail(UpstreamTruncated("the upstream broke off its answer"))
            else:
                words = "the upstream closed the connection without an answer"
                self._fail(UpstreamUnavailable(words + said_by_tls(exc)))
        self._release(self)
        # it holds this connection too; without a ring both are freed at once
        del self._parser

    def _until_close(self) -> bool:
        names = {name for name, _ in self._headers}
        return (
            not self._complete
            and b"content-length" not in names
            and b"transfer-encoding" not in names
        )

    def on_message_begin(self) -> None:
        """An answer begins; a second one in the same exchange is surplus unless it follows a 1xx."""
        if self._complete:
            self._reusable = False
        else:
            self._headers = []

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, or a trailer: those are not looked at."""
        if not self._status:
            self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """The head is whole."""
        if self._complete or self._sink is None:
            return
        status = self._parser.get_status_code()
        if status < 200:
            self._skip_interim(status)
            return
        headers = self._headers
        version = self._parser.get_http_version()
        if status > 599 or version not in _VERSIONS or len(headers) > _HEADERS:
            raise httptools.HttpParserError(f"HTTP/{version} {status}, {len(headers)} headers")
        self._status = status
        self._interim = 0
        chunked = False
        for name, value in headers:
            if name == b"content-encoding":
                self._inflater = Inflater.of(value.strip().lower(), self._inflater)
            elif name == b"transfer-encoding":
                # a coding under `chunked` would reach the client as if it were the body
                if chunked or (value.strip().lower(), version) != _CHUNKED:
                    raise httptools.HttpParserError("a transfer coding other than one 'chunked'")
                chunked = True
        if self._inflater is not None:
            dropped = {b"content-encoding", b"content-length"}
            headers = [pair for pair in headers if pair[0] not in dropped]
        self._complete = self._head_only
        self._caller = None
        self._sink.head(status, headers)

    def _skip_interim(self, status: int) -> None:
        self._interim += 1
        if status == 101 and self._switch is None:
            raise httptools.HttpParserError("101 was not asked for")
        if status < 100 or (status != 101 and self._interim > _INTERIM_ANSWERS):
            raise httptools.HttpParserError(f"status {status} or one interim answer too many")

    def on_body(self, data: bytes) -> None:
        """Part of the body."""
        if self._complete or self._status < 200:
            return
        piece = data if self._inflater is None else self._inflater.feed(data)
        if piece:
            self._pieces.append(piece)

    def on_message_complete(self) -> None:
        """The answer is whole."""
        if self._status >= 200 and not self._complete:
            self._complete = True
            self._reusable = self._parser.should_keep_alive()

    def _finish(self) -> None:
        if self._inflater is not None and not self._inflater.complete:
            self._fail(UpstreamTruncated("the upstream's compressed answer is incomplete"))
            return
        sink = self._sink
        self._free()
        if sink is not None:
            sink.end()

    def _free(self) -> None:
        """The answer is over: serves again, or closes."""
        self._sink = self._switch = self._inflater = self._shortcut = self._take_chunk = None
        self.deadline = _NEVER
        self.idle_since = self._time()
        if not self._reusable or self._head_only:
            self.close()
        elif self._transport is not None:
            if self._transport.get_write_buffer_size():
                # it answered before it had read the request, and may never read the rest
                self.close()
            else:
                if self._paused:
                    self._paused = False
                    self._transport.resume_reading()
                self._release(self)

    def _fail(self, error: UpstreamError) -> None:
        self._shortcut = self._take_chunk = None
        sink, self._sink = self._sink, None
        caller, self._caller = self._caller, None
        self.deadline = _NEVER
        self.close()
        if caller is not None:
            caller.unanswered(error)
        elif sink is not None:
            sink.fail(error)

    def overdue(self, now: float) -> bool:
        """Whether the deadline has passed; it begins anew where something was heard since the last look."""
        if self._heard:
            self._heard = False
            if self._sink is not None and not self._paused:
                self.deadline = now + self._idle_s
        return self.deadline <= now

    def expire(self) -> None:
        """The deadline passed."""
        what = "went silent within its answer" if self.answered else "did not answer in time"
        self._fail(UpstreamTimeout(f"the upstream {what}"))

    def cancel(self) -> None:
        """Nobody wants the answer any more."""
        self._sink = self._caller = self._shortcut = self._take_chunk = None
        self.deadline = _NEVER
        self.close()

    def close(self) -> None:
        """Closes at once; an answer under way is lost."""
        if self._transport is not None:
            self._transport.abort()

    def reading(self, on: bool) -> None:
        """Backpressure: stops or goes on reading."""
        self._paused = not on
        self.deadline = self._time() + self._idle_s if on and self._status else self.deadline
        if not on:
            # the client is slow, not the upstream
            self.deadline = _NEVER
        if on and self._inflater is not None:
            # before more is read, but not at once: this may be called within what a sink is told
            asyncio.get_running_loop().call_soon(self._hand_over, b"")
        if self._transport is not None and not self._transport.is_closing():
            (self._transport.resume_reading if on else self._transport.pause_reading)()
