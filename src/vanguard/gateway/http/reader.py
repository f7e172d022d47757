"""A client's bytes to requests, within bounds: the sans-IO half of a client's connection.

It does not know transports, answers or deadlines. llhttp is strict here and never told otherwise.
"""

from __future__ import annotations

from typing import Protocol

import httptools

from vanguard.core.errors import InvalidRequest, RequestTooLarge
from vanguard.gateway.http import heads
from vanguard.gateway.http.known.request import KnownRequest
from vanguard.gateway.http.messages import Headers, Request
from vanguard.snapshot.boot import Bounds

# the most that a transport hands over at once
READ_BYTES = 256 * 1024
# a chunk of one byte has five bytes of frame; what has more than this is no body but a flood
_FRAMING = 8
_COUNTED_BYTES = 4_096

# a client whose heads differ each time is not compared for ever
_LESSONS = 8

IDLE, HEAD, BODY = range(3)


class Taker(Protocol):
    """Whoever takes the requests. What it raises ends the reading."""

    def received(self, request: Request) -> None:
        """A whole request."""

    def upgrade_asked(self, request: Request, surplus: memoryview) -> bool:
        """The head of a request that asks for another protocol, and what came behind it.

        Returns:
            Whether the upgrade is taken, and the connection with it; else the request is read as if
            it had not asked.
        """

    def continue_wanted(self) -> None:
        """The client waits for `100 Continue` before it sends its body."""

    def hold(self, size: int) -> None:
        """So many more bytes of a body are kept."""


class RequestReader:
    """Reads one connection.

    Attributes:
        phase: `IDLE` between requests, `HEAD` or `BODY` within one.
        body_bytes: what has come of the body under way.
        continue_due: whether the client still waits to be told to send its body.
    """

    __slots__ = (
        "_alone",
        "_arriving",
        "_body",
        "_bounds",
        "_fed_bytes",
        "_fed_most",
        "_head_most",
        "_headers",
        "_host",
        "_index",
        "_known",
        "_lessons",
        "_parser",
        "_size",
        "_small_bytes",
        "_taker",
        "_target",
        "body_bytes",
        "continue_due",
        "phase",
    )

    def __init__(self, taker: Taker, bounds: Bounds) -> None:
        self._taker = taker
        self._bounds = bounds
        self._parser = httptools.HttpRequestParser(self)
        self._target = b""
        self._headers: Headers = []
        self._index: dict[bytes, bytes] = {}
        self._arriving: Request | None = None
        self._body: bytes | bytearray = b""
        # the read that the request under way began, if it was the last one
        self._alone = b""
        self._known: KnownRequest | None = None
        self._lessons = _LESSONS
        self._host = b""
        self._size = self._fed_bytes = 0
        # what is neither counted nor near a bound
        self._small_bytes = min(_COUNTED_BYTES, bounds.request_body_bytes)
        self._head_most = self._fed_most = bounds.head_bytes + READ_BYTES
        self.body_bytes = 0
        self.phase = IDLE
        self.continue_due = False

    def feed(self, data: bytes) -> None:
        """Reads what has come.

        Raises:
            VanguardError, Refused: no request, or one beyond its bounds; nothing more can be read.
        """
        if self.phase == IDLE:
            known = self._known
            if known is not None and (body := known.body(data)) is not None:
                request = known.again(body)
                if len(body) <= self._small_bytes or self._may_keep(request):
                    self._taker.received(request)
                    return
            self._alone = data if self._lessons else b""
        elif self._alone:
            self._alone = b""
        upgrade_at = self._parse(data)
        if upgrade_at >= 0:
            self._ignore_upgrades(memoryview(data), upgrade_at)

    def _may_keep(self, request: Request) -> bool:
        """Whether a request that came in one piece is within bounds; else the parser refuses it."""
        size = len(request.body)
        if size > self._bounds.request_body_bytes:
            return False
        self._arriving = request
        self._taker.hold(size)
        self._arriving = None
        return True

    def _ignore_upgrades(self, rest: memoryview, upgrade_at: int) -> None:
        """One after the other and without a copy: a client may send a pile of them."""
        while upgrade_at >= 0:
            rest = rest[upgrade_at:]
            upgrade_at = self._parse(rest) if self._ignore_upgrade(rest) else -1

    def _parse(self, data: bytes | memoryview) -> int:
        """Where an upgrade's request has ended, or -1."""
        self._size = len(data)
        self._fed_bytes += self._size
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            return int(upgrade.args[0])
        except httptools.HttpParserCallbackError as error:
            # what was raised in a callback comes wrapped
            raise (error.__context__ or error) from None
        except httptools.HttpParserError:
            # the parser's own words speak of its states, and tell a client nothing
            raise InvalidRequest("malformed HTTP request: it does not follow HTTP/1.1") from None
        if self._fed_bytes > self._fed_most:
            # the parser keeps a header until it ends and drops a chunk's frame: its callbacks tell too little
            self._check_flood()
        return -1

    def _ignore_upgrade(self, surplus: memoryview) -> bool:
        """Reads the head once more without its upgrade; False where the upgrade was taken."""
        request, self._arriving = self._arriving, None
        if request is None or self._taker.upgrade_asked(request, surplus):
            return False
        self.phase = IDLE
        # the next one may ask for an upgrade that is taken
        self._alone = b""
        self._parser = httptools.HttpRequestParser(self)
        self._parse(heads.without_upgrade(request))
        return bool(surplus)

    def _check_flood(self) -> None:
        bounds = self._bounds
        if self.phase == HEAD:
            raise RequestTooLarge(f"the request's head exceeds {bounds.head_bytes} bytes")
        if self.phase == IDLE:
            # a request was read, or blank lines, which may stand before one
            self._fed_bytes = 0
            return
        self._fed_most = self._head_most + _FRAMING * self.body_bytes
        if self._fed_bytes > self._fed_most:
            raise RequestTooLarge("the request's chunks have more frame than content")

    # --- parser ------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """A request begins."""
        self.phase = HEAD
        self._target = b""
        if self._headers:
            # trailers of the one before
            self._headers, self._index = [], {}
        self._fed_bytes = self._size
        self._fed_most = self._head_most

    def on_url(self, url: bytes) -> None:
        """Part of the target."""
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; trailers go to a list that nobody reads."""
        name = name.lower()
        self._headers.append((name, value))
        self._index[name] = value

    def on_headers_complete(self) -> None:
        """Checks what can be checked before the body."""
        parser, bounds, target = self._parser, self._bounds, self._target
        headers, index = self._headers, self._index
        self._headers, self._index = [], {}
        request = Request(parser.get_method().decode(), target, headers, b"", index)
        version = parser.get_http_version()
        if version != "1.1":
            heads.check_version(version)
            request.chunked = False
        if self._fed_bytes > bounds.head_bytes or len(headers) > bounds.headers:
            heads.check_size(request, bounds.head_bytes, bounds.headers)
        host = index.get(b"host")
        if len(index) != len(headers) or host != self._host or not host:
            heads.check_host(request)
            self._host = host or b""
        if target[:1] != b"/" or target.find(b"#") >= 0 or request.method == "CONNECT":
            heads.check_target(request)
        self._arriving = request
        self.phase = BODY
        length = index.get(b"content-length")
        if length is not None:
            # so that the next request may share it
            index[b"content-length"] = b""
            self._expect_bytes(int(length))
        elif b"transfer-encoding" in index:
            heads.check_framing(request)
        if b"expect" in index and heads.wants_continue(request) and not parser.should_upgrade():
            self.continue_due = True
            self._taker.continue_wanted()

    def _expect_bytes(self, size: int) -> None:
        if size > self._bounds.request_body_bytes:
            raise self._too_large()
        self._fed_most += size

    def _too_large(self) -> RequestTooLarge:
        limit = self._bounds.request_body_bytes // (1024 * 1024)
        return RequestTooLarge(
            f"the request's body exceeds {limit} MiB (setting gateway.max_body_mb)"
        )

    def on_body(self, data: bytes) -> None:
        """Part of the body."""
        size = len(data)
        self.continue_due = False
        self.body_bytes += size
        if self.body_bytes > self._bounds.request_body_bytes:
            raise self._too_large()
        if size > _COUNTED_BYTES:
            self._taker.hold(size)
        body = self._body
        if not body:
            self._body = data
        elif isinstance(body, bytearray):
            body += data
        else:
            # many small chunks as objects of their own would take many times their size
            self._body = bytearray(body)
            self._body += data

    def on_message_complete(self) -> None:
        """A request is whole, unless its upgrade is still to be decided."""
        request, parser = self._arriving, self._parser
        if request is None or parser.should_upgrade():
            return
        self._arriving = None
        body = self._body
        request.body = bytes(body) if isinstance(body, bytearray) else body
        request.keep_alive = request.chunked and parser.should_keep_alive()
        if not request.keep_alive:
            # the parser takes nothing that follows
            self._known, self._alone = None, b""
        elif self._alone:
            self._learn(request)
        self._body = b""
        self.body_bytes = 0
        self.continue_due = False
        self.phase = IDLE
        self._taker.received(request)

    def _learn(self, request: Request) -> None:
        """So that the next one with this head need not be parsed."""
        data, self._alone = self._alone, b""
        known = KnownRequest.of(data, request, self._bounds.head_bytes)
        if known is not None:
            self._known = known
            self._lessons -= 1

    @property
    def path(self) -> str:
        """Where the request under way goes, as far as its head was read."""
        return self._arriving.path if self._arriving is not None else ""

    def give_up(self) -> None:
        """Forgets what has come of a request that will never be whole."""
        self._arriving = None
        self._body = b""
        self._headers = []
        self._index = {}

    def close(self) -> None:
        """Nothing will be read any more: lets go of the parser and of whoever took the requests.

        They hold this reader too; without a ring they are freed at once and not at a collection.
        """
        self.give_up()
        del self._parser, self._taker
