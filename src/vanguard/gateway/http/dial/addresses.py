"""Connects a TCP socket to a host by whichever of its addresses answers first (RFC 8305).

It does not know TLS, proxies or deadlines; its caller bounds it.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from vanguard.gateway.http.dial.names import Address, Names

# RFC 8305, section 8: the delay between two attempts
_NEXT_S = 0.25
_KEEPALIVE = (("TCP_KEEPIDLE", 45), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4))


async def connected_socket(names: Names, host: str, port: int) -> socket.socket:
    """A connected, non-blocking socket with Nagle's algorithm off and keep-alive probes on.

    Addresses of both families are tried in turn; while one does not answer, the next is tried
    beside it.

    Raises:
        OSError: the name cannot be looked up, or no address can be reached; the first one's reason.
        UnicodeError: the host is no name.
    """
    addresses = await names.addresses(host, port)
    if len(addresses) == 1:
        return await _connect(*addresses[0])
    return await _race(addresses)


async def _race(addresses: list[Address]) -> socket.socket:
    running: set[asyncio.Task[socket.socket]] = set()
    failures: list[OSError] = []
    waiting = list(addresses)
    try:
        while waiting or running:
            if waiting:
                running.add(asyncio.create_task(_connect(*waiting.pop(0))))
            done, running = await asyncio.wait(
                running,
                timeout=_NEXT_S if waiting else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            winner = _first_connected(done, failures)
            if winner is not None:
                return winner
    finally:
        for task in running:
            task.add_done_callback(_close_loser)
            task.cancel()
    raise failures[0]


def _first_connected(
    done: set[asyncio.Task[socket.socket]], failures: list[OSError]
) -> socket.socket | None:
    winner: socket.socket | None = None
    for task in done:
        error = task.exception()
        if error is None and winner is None:
            winner = task.result()
        elif error is None:
            task.result().close()
        elif isinstance(error, OSError):
            failures.append(error)
        else:
            raise error
    return winner


def _close_loser(task: asyncio.Task[socket.socket]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().close()


async def _connect(family: socket.AddressFamily, address: tuple[Any, ...]) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setblocking(False)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEPALIVE:
            if hasattr(socket, name):
                made.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        await asyncio.get_running_loop().sock_connect(made, address)
    except BaseException:
        made.close()
        raise
    return made
