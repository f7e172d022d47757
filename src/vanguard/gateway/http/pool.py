"""Connections to upstreams, kept and reused, with deadlines and a bound on their number.

It does not know deployments or retries; it only repeats what a stale connection swallowed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import msgspec

from vanguard.core.errors import UpstreamError, UpstreamUnavailable
from vanguard.gateway.http.client import UpstreamConnection
from vanguard.gateway.http.contract import Sink
from vanguard.gateway.http.dial.dialler import Dialler
from vanguard.gateway.http.origin import Origin
from vanguard.snapshot.boot import Bounds, Deadlines

_IDLE_S = 50.0
# llama.cpp closes its idle connections after five seconds
_IDLE_SOCKET_S = 4.0
_RETIRE_S = 600.0
# one that was in use a moment ago is not looked at: servers close what has been idle for seconds
_LOOK_AFTER_S = 1.0
_NEVER = float("inf")


class StaleConnectionError(UpstreamUnavailable):
    """A kept connection died before the whole request had left: nobody can have acted on it."""


class Call(msgspec.Struct, eq=False):
    """A request under way; hears what fails before there is an answer. The rest is the sink's.

    A kept connection may have been closed by its peer at any moment. What is done about it follows
    from what is known:

    - Its end had come before the request was written: another connection is taken, for nothing was
      sent.
    - It was lost while a part of the request was still here: nobody has read the whole of it, so it
      may be sent again (`StaleConnectionError`; whoever pays makes that an attempt of its own).
    - The request had left, and no answer came: it may have been read, done and charged. Only what
      changes nothing (`repeat`) is sent again unasked. For the rest this is a failure like any other;
      whether another attempt is worth its price is for the rules of failing over.

    A pause is remembered until there is a connection, and holds for another one that takes its place.

    Attributes:
        sent: whether anything of it has left.
    """

    _pool: Pool
    _origin: Origin
    _data: bytes
    _sink: Sink | None
    _repeat: bool
    # a kept one, unless one has been opened
    _connection: UpstreamConnection | None
    _kept: bool
    sent: bool
    _task: asyncio.Task[None] | None = None
    _paused: bool = False

    def open(self) -> None:
        """Starts to open a connection."""
        self._kept = False
        self._task = asyncio.get_running_loop().create_task(self._open())

    async def _open(self) -> None:
        try:
            connection = await self._pool.connect(self._origin)
        except UpstreamError as error:
            sink, self._sink = self._sink, None
            if sink is not None:
                sink.fail(error)
            return
        self._task = None
        if self._sink is None:
            connection.close()
            return
        self._connection = connection
        self.sent = True
        deadlines = self._pool.deadlines
        # only what a kept connection swallowed is sent again
        data, self._data = self._data, b""
        connection.send(data, self._sink, deadlines.first_byte_s, deadlines.idle_s, self)
        if self._paused:
            connection.reading(False)

    def unanswered(self, error: UpstreamError) -> None:
        """Hands on; what may be repeated is, on a fresh connection, when a kept one was stale."""
        connection, self._connection = self._connection, None
        if self._sink is None:
            return
        silent = connection is not None and not connection.answered
        if self._kept and connection is not None and silent and type(error) is UpstreamUnavailable:
            self._pool.close_idle(self._origin)
            if self._repeat:
                self.open()
                return
            if connection.unsent:
                error = StaleConnectionError(error.message)
        sink, self._sink = self._sink, None
        sink.fail(error)

    def cancel(self) -> None:
        """Nobody wants the answer any more; the sink hears nothing further."""
        connection = self._in_use()
        self._sink = self._connection = None
        if self._task is not None:
            self._task.cancel()
        if connection is not None:
            connection.cancel()

    def reading(self, on: bool) -> None:
        """Backpressure."""
        self._paused = not on
        connection = self._in_use()
        if connection is None:
            return
        connection.reading(on)
        if on and connection.deadline == _NEVER:
            # it was stopped before its answer began, which is still awaited
            now = asyncio.get_running_loop().time()
            connection.deadline = now + self._pool.deadlines.first_byte_s

    def shortcut(self, take: Callable[[bytes], bool] | None) -> None:
        """As the connection's."""
        connection = self._in_use()
        if connection is not None:
            connection.shortcut(take)

    def _in_use(self) -> UpstreamConnection | None:
        """The connection, unless its answer has ended: it may be somebody else's by now."""
        connection, sink = self._connection, self._sink
        if connection is None or sink is None:
            return None
        return connection if connection.serves(sink) else None


class Pool:
    """All upstream connections of one process."""

    def __init__(
        self, deadlines: Deadlines, bounds: Bounds, dialler: Dialler | None = None
    ) -> None:
        self.deadlines = deadlines
        self._bounds = bounds
        self._dialler = dialler or Dialler(deadlines.connect_s)
        self._idle: dict[Origin, list[UpstreamConnection]] = {}
        self._origins: dict[UpstreamConnection, Origin] = {}
        self._opening = 0
        self._time: Callable[[], float] = time.monotonic

    def request(self, origin: Origin, data: bytes, sink: Sink, *, repeat: bool = False) -> Call:
        """Sends a request; the sink hears the rest, never before this call has returned.

        Args:
            origin: where to.
            data: the whole request.
            sink: whoever receives the answer.
            repeat: whether it may be sent again when a kept connection turns out to be dead; for
                what changes nothing (GET).
        """
        connection = self.idle(origin)
        if connection is None:
            call = Call(self, origin, data, sink, repeat, None, False, False)
            call.open()
        else:
            # an answer may take minutes, and of what is not sent again nothing is kept for it
            again = data if repeat else b""
            call = Call(self, origin, again, sink, repeat, connection, True, True)
            deadlines = self.deadlines
            connection.send(data, sink, deadlines.first_byte_s, deadlines.idle_s, call)
        return call

    def idle(self, origin: Origin) -> UpstreamConnection | None:
        """The most recently used idle connection."""
        connections = self._idle.get(origin)
        if not connections:
            return None
        looked_at_before = self._time() - _LOOK_AFTER_S
        while connections:
            connection = connections.pop()
            if not connection.usable():
                continue
            if connection.idle_since < looked_at_before and connection.closed_by_peer():
                connection.close()
                continue
            return connection
        return None

    async def connect(self, origin: Origin) -> UpstreamConnection:
        """Opens a connection.

        Raises:
            UpstreamUnavailable: refused, unknown host, TLS failure, or too many are open.
            UpstreamTimeout: no answer within the connect deadline.
        """
        full = len(self._origins) + self._opening >= self._bounds.upstream_connections
        if full and not self._close_longest_idle():
            raise UpstreamUnavailable("too many upstream connections are open", retry_after_s=1)
        self._opening += 1
        try:
            connection = await self._dialler.dial(origin, lambda: UpstreamConnection(self._release))
        finally:
            self._opening -= 1
        if not connection.usable():
            raise UpstreamUnavailable("the upstream closed the connection at once")
        self._origins[connection] = origin
        # kept: asking for the loop asks the kernel for the process each time
        self._time = asyncio.get_running_loop().time
        return connection

    def _release(self, connection: UpstreamConnection) -> None:
        origin = self._origins.get(connection)
        if origin is None:
            return
        if connection.gone:
            self._forget(connection, origin)
            return
        if connection.idle_since - connection.born > _RETIRE_S:
            # names are resolved anew by the next connection
            connection.close()
            return
        self._idle.setdefault(origin, []).append(connection)

    def _forget(self, connection: UpstreamConnection, origin: Origin) -> None:
        self._origins.pop(connection, None)
        idle = self._idle.get(origin)
        if idle and connection in idle:
            idle.remove(connection)
        if idle is not None and not idle:
            del self._idle[origin]

    def close_idle(self, origin: Origin) -> None:
        """Closes what is kept to an origin: when one has died, the others may have too."""
        for connection in self._idle.pop(origin, []):
            connection.close()

    def _close_longest_idle(self) -> bool:
        """Makes room by closing the connection that has been idle longest."""
        idle = [one for connections in self._idle.values() for one in connections if one.usable()]
        if not idle:
            return False
        oldest = min(idle, key=lambda one: one.idle_since)
        self._forget(oldest, self._origins[oldest])
        oldest.close()
        return True

    def sweep(self, now: float) -> None:
        """Ends calls whose deadline has passed and connections idle for too long."""
        for connection, origin in list(self._origins.items()):
            idle_s = _IDLE_SOCKET_S if origin.socket_path else _IDLE_S
            if connection.overdue(now):
                connection.expire()
            elif connection.usable() and 0 < connection.idle_since < now - idle_s:
                connection.close()

    def close(self) -> None:
        """Closes everything."""
        for connection in list(self._origins):
            connection.close()

    @property
    def open_connections(self) -> int:
        """Connections open now."""
        return len(self._origins)
