"""Looks up the addresses of names, each by one thread at most, and knows them for a while.

It does not know connections, nor deadlines other than the patience it is given.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import socket
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from itertools import zip_longest
from typing import Any

# a burst of connections asks once; a name that moves is followed as quickly
_FRESH_S = 5.0
# as RFC 8767 has resolvers do: an old answer is better than none, and better than a long wait; but
# that there is no such name is an answer too
_STALE_S = 300.0
_NEWER_S = 0.5
# at once: a name that hangs holds one of them until the resolver gives up
_MOST_LOOKUPS = 32
_MOST_NAMES = 1_000
_NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
# RFC 8305, section 8: no more addresses than a client can use
_MOST_ADDRESSES = 8

Address = tuple[socket.AddressFamily, tuple[Any, ...]]
Found = list[Address] | Exception


def look_up(name: str, port: int) -> list[Address]:
    """The addresses of a name in the order in which to try them; blocks for seconds.

    Raises:
        OSError: the name is unknown, or the resolver does not answer.
        UnicodeError: it is no name.
    """
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    unique = dict.fromkeys((info[0], info[4]) for info in found)
    first = next(iter(unique), None)
    if first is None:
        raise socket.gaierror(socket.EAI_NONAME, "the name has no address")
    same = [one for one in unique if one[0] == first[0]]
    other = [one for one in unique if one[0] != first[0]]
    turns = zip_longest(same, other)
    return [one for turn in turns for one in turn if one is not None][:_MOST_ADDRESSES]


class _Name:
    """What is known of a name and port.

    Attributes:
        addresses: the last good answer, which may be used until `stale_until`.
        fresh_until: until when nobody need ask again.
        lookup: the one under way since `began`; what went wrong with it, or None.
    """

    __slots__ = ("addresses", "began", "fresh_until", "lookup", "name", "port", "stale_until")

    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self.port = port
        self.addresses: list[Address] = []
        self.fresh_until = 0.0
        self.stale_until = 0.0
        self.lookup: asyncio.Future[Exception | None] | None = None
        self.began = 0.0


class Names:
    """The names that one dialler connects to.

    Lookups have threads of their own. In the loop's, of which libuv leaves two to lookups, two
    names that hang would stop all others, and uvloop's connecting to plain addresses with them.
    """

    def __init__(
        self,
        patience_s: float,
        *,
        ask: Callable[[str, int], list[Address]] = look_up,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`patience_s` is how long a lookup may take before who comes later is refused at once."""
        self._patience_s = patience_s
        self._ask = ask
        self._clock = clock
        self._known: OrderedDict[tuple[str, int], _Name] = OrderedDict()
        self._running = 0
        self._waiting: deque[_Name] = deque()

    async def addresses(self, host: str, port: int) -> list[Address]:
        """Where a host can be reached, in the order in which to try; at least one.

        An answer is used for 5 s. When a newer one fails or is late, the last good one stands in
        for 5 minutes, unless the resolver says that there is no such name.

        Raises:
            OSError: the name is unknown, or has been looked up in vain for longer than patience.
            UnicodeError: the host is no name.
        """
        literal = _literal(host, port)
        if literal is not None:
            return [literal]
        name = host if host.isascii() else host.encode("idna").decode()
        known = self._known.get((name, port)) or self._new(name, port)
        now = self._clock()
        if now < known.fresh_until:
            return known.addresses
        lookup = known.lookup or self._start(known, now)
        has_old = now < known.stale_until
        left_s = (_NEWER_S if has_old else self._patience_s) - (now - known.began)
        if left_s > 0:
            # neither this end of waiting nor our own cancellation ends what others wait for
            await asyncio.wait([lookup], timeout=left_s if has_old else None)
        if self._clock() < known.stale_until:
            return known.addresses
        error = lookup.result() if lookup.done() else None
        raise error or socket.gaierror(socket.EAI_AGAIN, "the lookup of its name does not answer")

    def _new(self, name: str, port: int) -> _Name:
        if len(self._known) >= _MOST_NAMES:
            self._known.popitem(last=False)
        made = self._known[name, port] = _Name(name, port)
        return made

    def _start(self, known: _Name, now: float) -> asyncio.Future[Exception | None]:
        known.began = now
        known.lookup = lookup = asyncio.get_running_loop().create_future()
        self._waiting.append(known)
        self._start_waiting()
        return lookup

    def _start_waiting(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting and self._running < _MOST_LOOKUPS:
            known = self._waiting.popleft()
            self._running += 1
            # a daemon, and no executor's: a process that ends waits for none that hangs
            thread = threading.Thread(
                target=self._run, args=(loop, known), name="lookup", daemon=True
            )
            try:
                thread.start()
            except RuntimeError:
                error = OSError(errno.EAGAIN, "no thread for a lookup")
                loop.call_soon(self._settle, known, error)

    def _run(self, loop: asyncio.AbstractEventLoop, known: _Name) -> None:
        try:
            found: Found = self._ask(known.name, known.port)
        except Exception as error:  # noqa: BLE001 - whoever waits raises it
            found = error
        with contextlib.suppress(RuntimeError):  # the loop has ended, and all who waited with it
            loop.call_soon_threadsafe(self._settle, known, found)

    def _settle(self, known: _Name, found: Found) -> None:
        now = self._clock()
        lookup, known.lookup = known.lookup, None
        if isinstance(found, list):
            known.addresses = found
            known.fresh_until, known.stale_until = now + _FRESH_S, now + _STALE_S
        elif isinstance(found, socket.gaierror) and found.errno in _NO_SUCH_NAME:
            known.fresh_until = known.stale_until = 0.0
        else:
            known.fresh_until = min(now + _FRESH_S, known.stale_until)
        if lookup is not None:
            lookup.set_result(None if isinstance(found, list) else found)
        self._running -= 1
        self._start_waiting()


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
