"""A tunnel of bytes between a client and a Unix socket, for WebSocket upgrades.

It does not know what is spoken inside. Bytes pass only once the upstream has said 101: until then
what the client sends behind its request waits here, so that nobody reaches the upstream past the
gateway's rules in the shade of an upgrade that was refused.
"""

from __future__ import annotations

import asyncio

from vanguard.core.errors import ControlUnavailable, UpstreamError
from vanguard.gateway.http.client import UpstreamConnection
from vanguard.gateway.http.contract import Sink, TunnelClient
from vanguard.gateway.http.messages import HOP_BY_HOP, Headers

_PENDING_BYTES = 64 * 1024
_CONNECT_S = 5.0
_ANSWER_S = 30.0


class Tunnel(asyncio.Protocol, Sink):
    """The upstream's side; the client's side calls `to_upstream`."""

    def __init__(self, socket_path: str, head: bytes) -> None:
        self._path = socket_path
        self._request = head
        self._pending = bytearray()
        self._client: TunnelClient | None = None
        self._transport: asyncio.Transport | None = None
        self._upstream: asyncio.Transport | None = None
        self._asking: UpstreamConnection | None = None
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._answer: tuple[int, Headers] | None = None
        self._started = False

    def open(self, client: TunnelClient, transport: asyncio.Transport, surplus: bytes) -> None:
        """Asks the upstream; what the client sends meanwhile waits."""
        self._client = client
        self._transport = transport
        self._task = asyncio.get_running_loop().create_task(self._ask())
        self.to_upstream(surplus)

    async def _ask(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_CONNECT_S):
                _, asking = await loop.create_unix_connection(_make, self._path)
        except (OSError, TimeoutError):
            self._unavailable("it cannot be reached")
            return
        self._task = None
        if self._client is None:
            asking.close()
            return
        self._asking = asking
        self._timer = loop.call_later(_ANSWER_S, asking.expire)
        asking.switch(self._request, self, _ANSWER_S, _ANSWER_S)

    # --- what the upstream answers -----------------------------------------------------------

    def switched(self, transport: asyncio.Transport, head: bytes, surplus: bytes) -> None:
        """101: from here on bytes pass both ways as they come."""
        self._answered()
        if self._transport is None:
            transport.abort()
            return
        self._upstream = transport
        transport.set_protocol(self)
        self._transport.write(head + surplus)
        if self._pending:
            transport.write(bytes(self._pending))
            self._pending.clear()
        self._transport.resume_reading()

    def head(self, status: int, headers: Headers) -> None:
        """A refusal: the client hears it as any other answer."""
        dropped = HOP_BY_HOP | {b"content-length"}
        self._answer = status, [pair for pair in headers if pair[0] not in dropped]

    def data(self, data: bytes) -> None:
        """A part of the refusal's body."""
        if self._client is None or self._answer is None:
            return
        if not self._started:
            self._started = True
            self._client.start(*self._answer)
        self._client.write(data)

    def end(self) -> None:
        """The refusal is complete."""
        self._answered()
        if self._client is None or self._answer is None:
            return
        if self._started:
            self._client.end()
        else:
            self._client.send(*self._answer, b"")

    def fail(self, error: UpstreamError) -> None:
        """No answer, or half of one."""
        self._answered()
        if self._started and self._client is not None:
            self._client.abort()
        else:
            self._unavailable(error.message)

    def _answered(self) -> None:
        self._asking = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _unavailable(self, reason: str) -> None:
        if self._client is not None:
            words = f"the control process does not answer ({reason}); model calls go on"
            self._client.refuse(ControlUnavailable(words, retry_after_s=2))

    # --- bytes -------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """From upstream to the client."""
        if self._transport is not None:
            self._transport.write(data)

    def to_upstream(self, data: bytes) -> None:
        """From the client to upstream."""
        if self._upstream is not None:
            self._upstream.write(data)
            return
        self._pending += data
        if len(self._pending) > _PENDING_BYTES and self._transport is not None:
            self._transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio names it
        """Upstream is gone: so is the client's connection."""
        self._upstream = None
        if self._transport is not None:
            self._transport.close()

    def client_lost(self) -> None:
        """The client is gone: so is the upstream's connection."""
        self._client = self._transport = None
        self._pending.clear()
        asking = self._asking
        self._answered()
        if asking is not None:
            asking.cancel()
        if self._upstream is not None:
            self._upstream.close()
        if self._task is not None:
            self._task.cancel()

    def client_writable(self, writable: bool) -> None:
        """The client's buffer is full or free again."""
        if self._upstream is not None:
            (self._upstream.resume_reading if writable else self._upstream.pause_reading)()
        elif self._asking is not None:
            self._asking.reading(writable)

    def pause_writing(self) -> None:
        """Upstream reads slowly."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Upstream reads again."""
        if self._transport is not None:
            self._transport.resume_reading()


def _make() -> UpstreamConnection:
    return UpstreamConnection(_nobody)


def _nobody(connection: UpstreamConnection) -> None:
    """A connection of its own goes back to no pool; what is left of it is closed."""
    if connection.usable():
        connection.close()
