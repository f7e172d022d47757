"""A tunnel of bytes between a client and a Unix socket, for WebSocket upgrades.

It does not know what is spoken inside: after the request's head, bytes pass both ways as they come.
"""

from __future__ import annotations

import asyncio
from typing import cast

_PENDING_BYTES = 1024 * 1024
_UNAVAILABLE = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Tunnel(asyncio.Protocol):
    """The upstream's side; the client's side calls `to_upstream`."""

    def __init__(self, socket_path: str, head: bytes) -> None:
        self._path = socket_path
        self._pending = bytearray(head)
        self._client: asyncio.Transport | None = None
        self._upstream: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None

    def open(self, client: asyncio.Transport, surplus: bytes) -> None:
        """Starts connecting; what the client sends meanwhile is kept, up to 1 MiB."""
        self._client = client
        self._pending += surplus
        self._task = asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        try:
            async with asyncio.timeout(5):
                await asyncio.get_running_loop().create_unix_connection(lambda: self, self._path)
        except (OSError, TimeoutError):
            if self._client is not None:
                self._client.write(_UNAVAILABLE)
                self._client.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Sends what has waited."""
        self._upstream = cast("asyncio.Transport", transport)
        if self._client is None:
            self._upstream.close()
            return
        self._upstream.write(bytes(self._pending))
        self._pending.clear()

    def data_received(self, data: bytes) -> None:
        """From upstream to the client."""
        if self._client is not None:
            self._client.write(data)

    def to_upstream(self, data: bytes) -> None:
        """From the client to upstream."""
        if self._upstream is not None:
            self._upstream.write(data)
            return
        self._pending += data
        if len(self._pending) > _PENDING_BYTES and self._client is not None:
            self._client.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio names it
        """Upstream is gone: so is the client's connection."""
        self._upstream = None
        if self._client is not None:
            self._client.close()

    def client_lost(self) -> None:
        """The client is gone: so is the upstream's connection."""
        self._client = None
        if self._upstream is not None:
            self._upstream.close()
        if self._task is not None:
            self._task.cancel()

    def client_writable(self, writable: bool) -> None:
        """The client's buffer is full or free again."""
        if self._upstream is not None:
            (self._upstream.resume_reading if writable else self._upstream.pause_reading)()

    def pause_writing(self) -> None:
        """Upstream reads slowly."""
        if self._client is not None:
            self._client.pause_reading()

    def resume_writing(self) -> None:
        """Upstream reads again."""
        if self._client is not None:
            self._client.resume_reading()
