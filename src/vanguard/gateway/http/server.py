"""A client's connection: bytes to requests, answers to bytes.

It does not know what a request means; it hands each one to a handler with itself as the responder.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import cast

from vanguard.core.errors import InvalidRequest, TooManyStreams, VanguardError
from vanguard.gateway.http import heads
from vanguard.gateway.http.body.chunks import CHUNK_HEADS, SMALL_BYTES
from vanguard.gateway.http.contract import Handler, Tunnelling
from vanguard.gateway.http.messages import STATUS_LINES, Headers, Request, response_head
from vanguard.gateway.http.reader import HEAD, IDLE, RequestReader
from vanguard.gateway.http.stall import PIECE_BYTES, Stall, relieve, write_in_pieces
from vanguard.snapshot.boot import Bounds, Deadlines

_BODILESS = frozenset({204, 304})
_METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
# so many whole requests wait before reading stops; while it is stopped a client's leaving goes unseen
_WAITING = 8
_WAITING_BODY_BYTES = 64 * 1024
_WAITING_MOST = 128
_LINGER_S = 2.0
_LINGER_BYTES = 4 * 1024 * 1024


class Server:
    """What all connections of one process share.

    Attributes:
        held_bytes: request bodies in memory, those of a few kilobytes not counted.
    """

    def __init__(self, handler: Handler, deadlines: Deadlines, bounds: Bounds) -> None:
        self.handler = handler
        self.deadlines = deadlines
        self.bounds = bounds
        self.connections: set[ServerConnection] = set()
        self.draining = False
        self.held_bytes = 0

    def factory(self, *, admin: bool) -> Callable[[], ServerConnection]:
        """Makes connections for one listener."""
        return lambda: ServerConnection(self, admin=admin)

    def sweep(self, now: float) -> None:
        """Ends connections whose deadline has passed, and keeps what waits for clients within its bound.

        Called about once a second.
        """
        for connection in [c for c in self.connections if c.deadline <= now]:
            connection.expire(now)
        stalls = [c.stall for c in self.connections if c.stall is not None]
        relieve(stalls, self.bounds.buffered_bytes)

    def drain(self) -> None:
        """Closes idle connections and lets busy ones finish their answer."""
        self.draining = True
        for connection in list(self.connections):
            connection.close_when_idle()


class ServerConnection(asyncio.Protocol):
    """One client. Answers come in the order of the requests; one is handled at a time.

    A client that closes its sending half has left: a FIN is all that a program which was killed, or
    gave up, leaves behind, and an answer that nobody reads costs money.

    Attributes:
        started: the head of a streamed answer is out.
        stall: more waits for the client than should; None while it takes what it gets.
        deadline: monotonic seconds at which `expire` is due.
        on_disconnect, on_writable, on_deadline: set by whoever answers, forgotten at the answer's end.
    """

    __slots__ = (
        "_admin",
        "_body_to",
        "_chunked",
        "_deaf",
        "_dropped_bytes",
        "_held_bytes",
        "_keep_alive",
        "_loop",
        "_peer",
        "_reader",
        "_refusal",
        "_refused_path",
        "_request",
        "_request_deadline",
        "_server",
        "_time",
        "_timed",
        "_transport",
        "_tunnel",
        "_waiting",
        "deadline",
        "on_deadline",
        "on_disconnect",
        "on_writable",
        "stall",
        "started",
    )

    def __init__(self, server: Server, *, admin: bool) -> None:
        self._server = server
        self._admin = admin
        self._loop = asyncio.get_running_loop()
        self._time = self._loop.time
        self._transport: asyncio.Transport | None = None
        self._reader = RequestReader(self, server.bounds)
        self._timed = IDLE
        self._peer = ""
        self._held_bytes = self._dropped_bytes = 0
        self.stall: Stall | None = None
        self._waiting: deque[Request] = deque()
        self._request: Request | None = None
        self._request_deadline = float("inf")
        self._keep_alive = True
        # where a streamed answer's body goes: nowhere before it begins, nor where HEAD was asked
        self._body_to: asyncio.Transport | None = None
        self._chunked = self._deaf = False
        self._refusal: VanguardError | heads.Refused | None = None
        self._refused_path = ""
        self._tunnel: Tunnelling | None = None
        self.started = False
        self.deadline = 0.0
        self.on_disconnect: Callable[[], None] | None = None
        self.on_writable: Callable[[bool], None] | None = None
        self.on_deadline: Callable[[], None] | None = None

    # --- transport ---------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Accepts, unless too many are open."""
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self._peer = str(peer[0]) if isinstance(peer, tuple) else "unix"
        server = self._server
        server.connections.add(self)
        self.deadline = self._time() + server.deadlines.keep_alive_s
        if len(server.connections) > server.bounds.client_connections:
            words = "too many connections are open (setting gateway.max_connections)"
            self._refuse(TooManyStreams(words, retry_after_s=1))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio names it
        """Tells whoever is answering."""
        self._server.connections.discard(self)
        self._server.held_bytes -= self._held_bytes
        self._held_bytes = 0
        self._transport = self._body_to = self.stall = None
        self._deaf = True
        self._reader.close()
        self._waiting.clear()
        if self._tunnel is not None:
            self._tunnel.client_lost()
        callback, self.on_disconnect = self.on_disconnect, None
        self.on_writable = self.on_deadline = None
        if callback is not None:
            callback()

    def data_received(self, data: bytes) -> None:
        """Feeds the parser."""
        if self._tunnel is not None:
            self._tunnel.to_upstream(data)
            return
        if self._deaf:
            self._drop(data)
            return
        try:
            self._reader.feed(data)
        except (VanguardError, heads.Refused) as error:
            self._refuse(error)
        if self._timed != self._reader.phase and self._request is None:
            self._rearm()

    def eof_received(self) -> bool:
        """A client that half-closes has left; what it was to get is not even flushed."""
        if self._request is not None and self._transport is not None:
            self._transport.abort()
        return False

    def pause_writing(self) -> None:
        """The client reads slowly: whoever feeds us should wait, and not for ever."""
        if self._transport is None:
            return
        within_s = self._server.deadlines.client_read_s
        self.stall = Stall(self._transport, self._time(), within_s)
        self._rearm()
        if self.on_writable is not None:
            self.on_writable(False)

    def resume_writing(self) -> None:
        """The client reads again, and what it asked for meanwhile has its turn."""
        self.stall = None
        self._rearm()
        if self.on_writable is not None:
            self.on_writable(True)
        if self._request is None and self._keep_alive:
            self._loop.call_soon(self._next)

    # --- what the reader says ----------------------------------------------------------------

    def received(self, request: Request) -> None:
        """A whole request: answered at once, or when the client has taken the answers before it."""
        if self._deaf:
            return
        request.admin = self._admin
        request.peer = self._peer
        if self._request is None and not self._waiting and self.stall is None:
            self._handle(request)
            return
        self._waiting.append(request)
        if len(self._waiting) > _WAITING_MOST:
            raise InvalidRequest(f"more than {_WAITING_MOST} requests wait on this connection")
        large = len(request.body) > _WAITING_BODY_BYTES
        if self._transport is not None and (large or len(self._waiting) >= _WAITING):
            # what has been read is kept, more is not read until its turn comes
            self._transport.pause_reading()

    def continue_wanted(self) -> None:
        """Says so, unless that would land within another answer."""
        if self._request is None and not self._waiting and self._transport is not None:
            self._reader.continue_due = False
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def hold(self, size: int) -> None:
        """Counts a body's bytes against what all connections may keep."""
        server = self._server
        self._held_bytes += size
        server.held_bytes += size
        if server.held_bytes > server.bounds.buffered_bytes:
            words = "all request bodies together are too large (setting gateway.max_buffered_mb)"
            raise TooManyStreams(words, retry_after_s=1)

    def upgrade_asked(self, request: Request, surplus: memoryview) -> bool:
        """Opens a tunnel where one is meant; elsewhere upgrades are ignored."""
        if self._occupied() or not heads.may_upgrade(request):
            return False
        request.admin = self._admin
        request.peer = self._peer
        tunnel = self._server.handler.upgrade(request)
        transport = self._transport
        if tunnel is None or transport is None:
            return False
        request.keep_alive = False
        self._begin(request)
        self._tunnel = tunnel
        self._request_deadline = self.deadline = float("inf")
        self.on_writable = tunnel.client_writable
        tunnel.open(self, transport, bytes(surplus))
        return True

    # --- answering ---------------------------------------------------------------------------

    def _handle(self, request: Request) -> None:
        self._begin(request)
        if request.target == b"*":
            self.send(204, [(b"allow", _METHODS)], b"")
        else:
            self._server.handler.handle(request, self)

    def _begin(self, request: Request) -> None:
        server = self._server
        self._request = request
        keep_alive = request.keep_alive
        if not keep_alive:
            # nothing that follows is a request (RFC 9112, 9.6)
            self._deaf = True
        self._keep_alive = keep_alive and not server.draining
        self._chunked = request.chunked
        self.deadline = self._request_deadline = self._time() + server.deadlines.request_s

    def _refuse(self, cause: VanguardError | heads.Refused) -> None:
        """Answers what never became a request, after the answers that are due before it."""
        if self._deaf:
            # what comes after the last request of a connection is not looked at
            return
        self._deaf = True
        self._refusal = cause
        self._refused_path = self._reader.path
        self._reader.give_up()
        if not self._occupied():
            self._say_refusal()

    def _say_refusal(self) -> None:
        cause, self._refusal = self._refusal, None
        if cause is None:
            return
        error = cause.error if isinstance(cause, heads.Refused) else cause
        request = Request("GET", b"/", [])
        request.keep_alive = False
        self._begin(request)
        self.refuse(error, cause.status)

    def refuse(self, error: VanguardError, status: int = 0) -> None:
        """Answers with an error that the handler words; `status` where not the error's own."""
        own, headers, body = self._server.handler.malformed(error, self._refused_path)
        self.send(status or own, headers, body)

    def send(self, status: int, headers: Headers | bytes, body: bytes) -> None:
        """A whole answer, head and body in one write unless it is large."""
        request, transport = self._request, self._transport
        if transport is None or request is None:
            return
        if self.started:
            # half of another answer is out: this one would be read as a part of it
            self.abort()
            return
        first = STATUS_LINES.get(status)
        if first is None or not isinstance(headers, bytes):
            first, headers = response_head(status, headers), b""
        end = b"\r\n" if self._keep_alive else b"connection: close\r\n\r\n"
        head_only = request.method == "HEAD"
        if status not in _BODILESS and (body or not head_only):
            end = b"content-length: %d\r\n%b" % (len(body), end)
        if len(body) <= PIECE_BYTES or head_only:
            transport.write(b"".join((first, headers, end, b"" if head_only else body)))
        else:
            transport.write(b"".join((first, headers, end)))
            write_in_pieces(transport, body)
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
        self.started = True
        if self._request is not None and self._request.method != "HEAD":
            self._body_to = self._transport
        end = b"\r\n" if self._keep_alive else b"connection: close\r\n\r\n"
        self._transport.write(head + end)

    def write(self, data: bytes) -> None:
        """A part of a streamed answer."""
        transport = self._body_to
        if transport is None or not data:
            return
        if self._chunked:
            size = len(data)
            head = CHUNK_HEADS[size] if size < SMALL_BYTES else b"%x\r\n" % size
            data = b"".join((head, data, b"\r\n"))
        transport.write(data)

    def chunks(self) -> Callable[[bytes], None] | None:
        """As the contract has it."""
        return self._body_to.write if self._body_to is not None and self._chunked else None

    def end(self) -> None:
        """The end of a streamed answer."""
        transport, request = self._transport, self._request
        if transport is None or request is None:
            return
        if self._chunked and self._body_to is not None:
            transport.write(b"0\r\n\r\n")
        self._finish()

    def abort(self) -> None:
        """Breaks the connection, so that a half answer cannot look whole."""
        self.on_disconnect = None
        if self._transport is not None:
            self._transport.abort()

    def _finish(self) -> None:
        self._request = self._body_to = None
        self.on_disconnect = self.on_writable = self.on_deadline = None
        self.started = False
        if self._held_bytes:
            self._release_bodies()
        transport = self._transport
        if transport is None:
            return
        if self.stall is not None or self._reader.phase != IDLE:
            self._rearm()
        else:
            self._timed = IDLE
            self.deadline = self._time() + self._server.deadlines.keep_alive_s
        if not self._keep_alive:
            self._hang_up(transport, self._time())
        elif self._waiting or self._refusal is not None:
            # not from inside the answer of the one before: deep pipelines must not nest
            self._loop.call_soon(self._next)
        elif self._reader.continue_due:
            self.continue_wanted()

    def _hang_up(self, transport: asyncio.Transport, now: float) -> None:
        """Closes; a client that is still sending first gets to read its answer.

        A socket closed with unread bytes sends a reset, and that may overtake the answer: so the
        sending half is closed alone, and what still comes is dropped: for two seconds, and not more
        than a few megabytes.
        """
        if self._reader.phase == IDLE or transport.is_closing() or not transport.can_write_eof():
            transport.close()
            return
        self.deadline = now + _LINGER_S
        transport.write_eof()

    def _drop(self, data: bytes) -> None:
        """What comes after the last request: read, so that no reset overtakes an answer, and bounded."""
        self._dropped_bytes += len(data)
        if self._dropped_bytes > _LINGER_BYTES and self._request is None and self._transport:
            self._transport.abort()

    def _release_bodies(self) -> None:
        """All but what has come of the next request."""
        kept = min(self._reader.body_bytes, self._held_bytes)
        self._server.held_bytes -= self._held_bytes - kept
        self._held_bytes = kept

    def _next(self) -> None:
        transport = self._transport
        if self._request is not None or transport is None or transport.is_closing():
            return
        if self.stall is not None:
            # whoever answers would not hear of it, and fill the memory
            return
        if not self._waiting:
            self._say_refusal()
            return
        request = self._waiting.popleft()
        if not self._waiting:
            transport.resume_reading()
        self._handle(request)

    # --- ends --------------------------------------------------------------------------------

    def _rearm(self) -> None:
        """Sets the deadline of what is awaited now."""
        now, deadlines, stall = self._time(), self._server.deadlines, self.stall
        self._timed = phase = self._reader.phase
        if stall is not None:
            # not to be put off by what its client goes on sending
            self.deadline = stall.due
            if self._request is not None:
                self.deadline = min(stall.due, self._request_deadline)
        elif self._request is not None:
            self.deadline = self._request_deadline
        elif phase == IDLE:
            self.deadline = now + deadlines.keep_alive_s
        else:
            wait_s = deadlines.request_head_s if phase == HEAD else deadlines.request_body_s
            self.deadline = now + wait_s

    def expire(self, now: float) -> None:
        """A deadline passed.

        Silence for an idle connection and for a client that does not take its answer, 408 for a
        half-sent request; an answer that takes too long is for whoever gives it.
        """
        transport = self._transport
        self.deadline = float("inf")
        if transport is None:
            return
        if self.stall is not None:
            late = self._request is not None and now >= self._request_deadline
            if not late and self.stall.goes_on(self._time()):
                self._rearm()
            else:
                transport.abort()
        elif self._request is not None:
            if self.on_deadline is not None:
                self.on_deadline()
            else:
                transport.abort()
        elif self._deaf or self._reader.phase == IDLE or transport.is_closing():
            # it lingers, is idle, or has not read its answer for as long: nothing waits for a flush
            transport.abort()
        else:
            in_head = self._reader.phase == HEAD
            self._refuse(heads.half_sent(self._server.deadlines, in_head=in_head))

    def close_when_idle(self) -> None:
        """Used for draining."""
        self._keep_alive = False
        if self._transport is not None and (self._request is None or self._tunnel is not None):
            self._transport.close()

    def _occupied(self) -> bool:
        """Whether an answer is under way, due or not taken, so that what comes now waits."""
        return self._request is not None or bool(self._waiting) or self.stall is not None

    @property
    def busy(self) -> bool:
        """Whether an answer is under way."""
        return self._request is not None
