"""A client that reads slowly: whether it takes what waits for it, as far as that is seen from here.

It does not know what is written, nor what becomes of a client that takes nothing.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterable

PIECE_BYTES = 256 * 1024
# what a slow client must at least have taken between two looks
_TAKEN_BYTES = 16 * 1024
# `tcpi_bytes_acked` of Linux's `struct tcp_info` (linux/tcp.h, since 4.1)
_TCP_INFO = getattr(socket, "TCP_INFO", None)
_ACKED = struct.Struct("@Q")
_ACKED_AT = 120


class Stall:
    """From when more waits for a client than should to when it has taken most of that.

    What a transport holds says little: the kernel takes more only when a third of its own buffer is
    free, which may be a megabyte, and what is written meanwhile hides what is taken. What the client's
    system has acknowledged is looked at where this one tells it.

    Attributes:
        due: monotonic seconds of the next look.
    """

    __slots__ = ("_acked_bytes", "_held_bytes", "_transport", "_within_s", "due")

    def __init__(self, transport: asyncio.Transport, now: float, within_s: float) -> None:
        """Begins; the client has `within_s` seconds to take some."""
        self._transport = transport
        self._within_s = within_s
        self._acked_bytes = _acknowledged(transport)
        self._held_bytes = transport.get_write_buffer_size()
        self.due = now + within_s

    def goes_on(self, now: float) -> bool:
        """Whether the client has taken enough since the last look; if so, it has as long again."""
        acked, held = _acknowledged(self._transport), self._transport.get_write_buffer_size()
        taken = acked - self._acked_bytes
        if not acked:
            # where the buffer has grown, it cannot be told; only what was under way is still written
            taken = self._held_bytes - held if held <= self._held_bytes else _TAKEN_BYTES
        self._acked_bytes, self._held_bytes = acked, held
        self.due = now + self._within_s
        return taken >= _TAKEN_BYTES

    @property
    def held_bytes(self) -> int:
        """What waits for the client, here and not in the kernel."""
        return self._transport.get_write_buffer_size()

    def give_up(self) -> None:
        """Breaks the connection; what waits is gone with it."""
        self._transport.abort()


def write_in_pieces(transport: asyncio.Transport, body: bytes) -> None:
    """Writes much: TLS says that its peer does not read only to whoever writes again after that."""
    pieces = memoryview(body)
    for at in range(0, len(body), PIECE_BYTES):
        transport.write(pieces[at : at + PIECE_BYTES])


def relieve(stalls: Iterable[Stall], most_bytes: int) -> None:
    """Gives up those who hold the most, until all together hold at most `most_bytes`."""
    held = [(stall.held_bytes, stall) for stall in stalls]
    excess = sum(size for size, _ in held) - most_bytes
    if excess <= 0:
        return
    for size, stall in sorted(held, key=lambda pair: pair[0], reverse=True):
        if excess <= 0:
            return
        stall.give_up()
        excess -= size


def _acknowledged(transport: asyncio.Transport) -> int:
    """Bytes that the peer's system has acknowledged so far; 0 where that is not told."""
    sock = transport.get_extra_info("socket")
    if sock is None or _TCP_INFO is None:
        return 0
    try:
        info = sock.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, _ACKED_AT + _ACKED.size)
    except (OSError, ValueError):
        # no TCP, or closed
        return 0
    return _ACKED.unpack_from(info, _ACKED_AT)[0] if len(info) > _ACKED_AT else 0
