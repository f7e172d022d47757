"""A client's connection: bytes to requests, answers to bytes.

It does not know what a request means; it hands each one to a handler with itself as the responder.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol, cast

import httptools

from vanguard.core.errors import InvalidRequest, RequestTooLarge, VanguardError
from vanguard.gateway.http.messages import Headers, Request, request_head, response_head
from vanguard.gateway.http.tunnel import Tunnel
from vanguard.snapshot.boot import Bounds, Deadlines

_READ_BYTES = 256 * 1024
_BODILESS = frozenset({204, 304})


class Handler(Protocol):
    """Whoever answers requests."""

    def handle(self, request: Request, connection: ServerConnection) -> None:
        """Starts to answer; may answer later."""

    def upgrade(self, request: Request) -> Tunnel | None:
        """A tunnel for an upgrade request, or None when upgrades are not meant there."""

    def malformed(self, error: VanguardError) -> tuple[int, bytes, bytes]:
        """The answer to what never became a request."""


class Server:
    """What all connections of one process share."""

    def __init__(self, handler: Handler, deadlines: Deadlines, bounds: Bounds) -> None:
        self.handler = handler
        self.deadlines = deadlines
        self.bounds = bounds
        self.connections: set[ServerConnection] = set()
        self.draining = False

    def factory(self, *, admin: bool) -> Callable[[], ServerConnection]:
        """Makes connections for one listener."""
        return lambda: ServerConnection(self, admin=admin)

    def sweep(self, now: float) -> None:
        """Ends connections whose deadline has passed; called about once a second."""
        for connection in [c for c in self.connections if c.deadline <= now]:
            connection.expire()

    def drain(self) -> None:
        """Closes idle connections and lets busy ones finish their answer."""
        self.draining = True
        for connection in list(self.connections):
            connection.close_when_idle()


class ServerConnection(asyncio.Protocol):
    """One client. Answers come in the order of the requests; one is handled at a time."""

    def __init__(self, server: Server, *, admin: bool) -> None:
        self._server = server
        self._admin = admin
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._peer = ""
        self._target = b""
        self._headers: Headers = []
        self._head_bytes = 0
        self._body: list[bytes] = []
        self._body_bytes = 0
        self._waiting: deque[Request] = deque()
        self._request: Request | None = None
        self._keep_alive = True
        self._chunked = False
        self._tunnel: Tunnel | None = None
        self._broken = False
        self._in_head = True
        self._fed_bytes = 0
        self.started = False
        self.deadline = 0.0
        self.on_disconnect: Callable[[], None] | None = None
        self.on_writable: Callable[[bool], None] | None = None

    # --- transport ---------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Accepts, unless too many are open."""
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self._peer = str(peer[0]) if isinstance(peer, tuple) else "unix"
        if len(self._server.connections) >= self._server.bounds.client_connections:
            self._transport.abort()
            return
        self._server.connections.add(self)
        self.deadline = self._loop.time() + self._server.deadlines.keep_alive_s

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio names it
        """Tells whoever is answering."""
        self._server.connections.discard(self)
        self._transport = None
        self._waiting.clear()
        if self._tunnel is not None:
            self._tunnel.client_lost()
        callback, self.on_disconnect, self.on_writable = self.on_disconnect, None, None
        if callback is not None:
            callback()

    def data_received(self, data: bytes) -> None:
        """Feeds the parser."""
        if self._tunnel is not None:
            self._tunnel.to_upstream(data)
            return
        if self._broken:
            return
        if self._in_head:
            # the parser keeps a header until it ends, so its own callbacks come too late
            self._fed_bytes += len(data)
            if self._fed_bytes > self._server.bounds.head_bytes + _READ_BYTES:
                self._refuse(self._long_head())
                return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._start_tunnel(data[upgrade.args[0] :])
        except httptools.HttpParserCallbackError as error:
            cause = error.__context__
            self._refuse(
                cause if isinstance(cause, VanguardError) else InvalidRequest("malformed HTTP")
            )
        except httptools.HttpParserError as error:
            self._refuse(InvalidRequest(f"malformed HTTP request: {error}"))

    def eof_received(self) -> bool:
        """A client that half-closes has left."""
        return False

    def pause_writing(self) -> None:
        """The client reads slowly: whoever feeds us should wait."""
        if self.on_writable is not None:
            self.on_writable(False)

    def resume_writing(self) -> None:
        """The client reads again."""
        if self.on_writable is not None:
            self.on_writable(True)

    # --- parser ------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """A request begins."""
        self._target = b""
        self._headers = []
        self._head_bytes = 0
        self._fed_bytes = 0
        self._in_head = True
        self._body = []
        self._body_bytes = 0
        if self._request is None:
            self.deadline = self._loop.time() + self._server.deadlines.request_head_s

    def on_url(self, url: bytes) -> None:
        """Part of the target."""
        self._target += url
        self._head_bytes += len(url)
        if self._head_bytes > self._server.bounds.head_bytes:
            raise self._long_head()

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; a trailer after the body is none."""
        if not self._in_head:
            return
        self._head_bytes += len(name) + len(value) + 4
        if self._head_bytes > self._server.bounds.head_bytes:
            raise self._long_head()
        self._headers.append((name.lower(), value))

    def _long_head(self) -> RequestTooLarge:
        return RequestTooLarge(f"the request's head exceeds {self._server.bounds.head_bytes} bytes")

    def on_headers_complete(self) -> None:
        """Checks what can be checked before the body."""
        self._in_head = False
        for name, value in self._headers:
            if name == b"content-length" and int(value) > self._server.bounds.request_body_bytes:
                raise self._too_large()
            if (
                name == b"expect"
                and value.lower() == b"100-continue"
                and self._transport is not None
                and self._request is None
            ):
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if self._request is None:
            self.deadline = self._loop.time() + self._server.deadlines.request_body_s

    def _too_large(self) -> RequestTooLarge:
        limit = self._server.bounds.request_body_bytes // (1024 * 1024)
        return RequestTooLarge(
            f"the request's body exceeds {limit} MiB (setting gateway.max_body_mb)"
        )

    def on_body(self, data: bytes) -> None:
        """Part of the body."""
        self._body_bytes += len(data)
        if self._body_bytes > self._server.bounds.request_body_bytes:
            raise self._too_large()
        self._body.append(data)

    def on_message_complete(self) -> None:
        """A request is whole."""
        if self._parser.should_upgrade():
            return
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        request = Request(
            self._parser.get_method().decode("latin-1"), self._target, self._headers, body
        )
        request.admin = self._admin
        request.peer = self._peer
        request.chunked = self._parser.get_http_version() != "1.0"
        request.keep_alive = self._parser.should_keep_alive() and request.chunked
        self._body = []
        self._target = b""
        self._headers = []
        if self._request is None:
            self._handle(request)
            return
        self._waiting.append(request)
        if self._transport is not None:
            # what has been read is kept, more is not read until its turn comes
            self._transport.pause_reading()

    def _ignore_upgrade(self, request: Request, surplus: bytes) -> None:
        """An upgrade that is not offered is ignored (RFC 9110, 7.8): the request is read as it is."""
        dropped = {b"connection", b"upgrade", b"http2-settings"}
        headers = [pair for pair in request.headers if pair[0] not in dropped]
        self._parser = httptools.HttpRequestParser(self)
        head = request_head(request.method.encode(), request.target, headers)
        self.data_received(bytes(head) + surplus)

    # --- answering ---------------------------------------------------------------------------

    def _handle(self, request: Request) -> None:
        self._request = request
        self._keep_alive = request.keep_alive and not self._server.draining
        self._chunked = request.chunked
        self.started = False
        self.deadline = float("inf")
        self._server.handler.handle(request, self)

    def _refuse(self, error: VanguardError) -> None:
        self._broken = True
        if self._transport is None:
            return
        if self._request is not None or self._waiting:
            # an answer is under way on this connection; another one may not overtake it
            self._transport.abort()
            return
        status, headers, body = self._server.handler.malformed(error)
        self._keep_alive = False
        self._request = Request("GET", b"/", [])
        self.send(status, headers, body)

    def send(self, status: int, headers: Headers | bytes, body: bytes) -> None:
        """A whole answer, head and body in one write."""
        if self._transport is None or self._request is None:
            return
        head = response_head(status, headers)
        if status not in _BODILESS and not (self._request.method == "HEAD" and not body):
            head += b"content-length: %d\r\n" % len(body)
        head += b"\r\n" if self._keep_alive else b"connection: close\r\n\r\n"
        if self._request.method != "HEAD":
            head += body
        self._transport.write(head)
        self._finish()

    def start(self, status: int, headers: Headers | bytes) -> None:
        """The head of a streamed answer."""
        if self._transport is None:
            return
        head = response_head(status, headers)
        if self._chunked:
            head += b"transfer-encoding: chunked\r\n"
        else:
            self._keep_alive = False
        head += b"\r\n" if self._keep_alive else b"connection: close\r\n\r\n"
        self.started = True
        self._transport.write(head)

    def write(self, data: bytes) -> None:
        """A part of a streamed answer."""
        if (
            self._transport is None
            or not data
            or (self._request and self._request.method == "HEAD")
        ):
            return
        if self._chunked:
            self._transport.write(b"%x\r\n%b\r\n" % (len(data), data))
        else:
            self._transport.write(data)

    def end(self) -> None:
        """The end of a streamed answer."""
        if self._transport is None:
            return
        if self._chunked and self._request is not None and self._request.method != "HEAD":
            self._transport.write(b"0\r\n\r\n")
        self._finish()

    def abort(self) -> None:
        """Breaks the connection, so that a half answer cannot look whole."""
        self.on_disconnect = None
        if self._transport is not None:
            self._transport.abort()

    def _finish(self) -> None:
        self._request = None
        self.on_disconnect = None
        self.on_writable = None
        self.started = False
        if self._transport is None:
            return
        if not self._keep_alive:
            self._transport.close()
            return
        self.deadline = self._loop.time() + self._server.deadlines.keep_alive_s
        if self._waiting:
            # not from inside the answer of the one before: deep pipelines must not nest
            self._loop.call_soon(self._next)

    def _next(self) -> None:
        if self._request is None and self._waiting and self._transport is not None:
            request = self._waiting.popleft()
            if not self._waiting:
                self._transport.resume_reading()
            self._handle(request)

    # --- ends --------------------------------------------------------------------------------

    def expire(self) -> None:
        """A deadline passed: silence for an idle connection, 408 for a half-sent request."""
        self.deadline = float("inf")
        if self._transport is None:
            return
        if self._headers or self._target:
            self._transport.write(
                b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            )
            self._transport.close()
        else:
            # idle, or it has not read its answer for as long: nothing waits for a flush
            self._transport.abort()

    def close_when_idle(self) -> None:
        """Used for draining."""
        self._keep_alive = False
        if self._request is None and self._transport is not None and self._tunnel is None:
            self._transport.close()
        if self._tunnel is not None and self._transport is not None:
            self._transport.close()

    @property
    def busy(self) -> bool:
        """Whether an answer is under way."""
        return self._request is not None

    def _start_tunnel(self, surplus: bytes) -> None:
        request = Request(self._parser.get_method().decode("latin-1"), self._target, self._headers)
        request.admin = self._admin
        request.peer = self._peer
        tunnel = self._server.handler.upgrade(request) if self._request is None else None
        if self._transport is None:
            return
        if tunnel is None:
            self._ignore_upgrade(request, surplus)
            return
        self._tunnel = tunnel
        self.deadline = float("inf")
        tunnel.open(self._transport, surplus)
        self.on_writable = tunnel.client_writable
