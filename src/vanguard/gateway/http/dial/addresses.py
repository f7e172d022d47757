"""Connects a TCP socket to a host by whichever of its addresses answers first (RFC 8305).

It does not know TLS, proxies or deadlines; its caller bounds it.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from itertools import zip_longest
from typing import Any

# RFC 8305, section 8: the delay between two attempts, and no more of them than a client can use
_NEXT_S = 0.25
_MOST = 8
_KEEPALIVE = (("TCP_KEEPIDLE", 45), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4))

Address = tuple[socket.AddressFamily, tuple[Any, ...]]


async def connected_socket(host: str, port: int) -> socket.socket:
    """A connected, non-blocking socket with Nagle's algorithm off and keep-alive probes on.

    The name is looked up each time. Addresses of both families are tried in turn; while one does
    not answer, the next is tried beside it.

    Raises:
        OSError: the name is unknown, or no address can be reached; the first one's reason.
        UnicodeError: the host is no name.
    """
    addresses = await _addresses(host, port)
    if len(addresses) == 1:
        return await _connect(*addresses[0])
    return await _race(addresses)


async def _addresses(host: str, port: int) -> list[Address]:
    literal = _literal(host, port)
    if literal is not None:
        return [literal]
    loop = asyncio.get_running_loop()
    name = host.encode("idna").decode() if not host.isascii() else host
    found = await loop.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    unique = dict.fromkeys((info[0], info[4]) for info in found)
    first = next(iter(unique), None)
    if first is None:
        raise OSError("the name has no address")
    same = [one for one in unique if one[0] == first[0]]
    other = [one for one in unique if one[0] != first[0]]
    turns = zip_longest(same, other)
    return [one for turn in turns for one in turn if one is not None][:_MOST]


def _literal(host: str, port: int) -> Address | None:
    """The address itself, where a host is one: nothing to look up."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    if address.version == 4:
        return socket.AF_INET, (host, port)
    # a zone (`fe80::1%eth0`) takes the resolver to become a number
    return None if "%" in host else (socket.AF_INET6, (host, port, 0, 0))


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
