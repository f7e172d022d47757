"""One small request to a service that gives out credentials, as something to be awaited.

It does not know what is asked. Answers and waits are bounded; where a service belongs to the machine
itself, no forward proxy lies on the way.
"""

from __future__ import annotations

import asyncio
from ipaddress import ip_address, ip_network
from typing import NamedTuple, Protocol

from vanguard.core.errors import UpstreamError, UpstreamTimeout, UpstreamUnavailable
from vanguard.gateway.http.contract import Sink
from vanguard.gateway.http.messages import Headers, request_head
from vanguard.gateway.http.origin import Origin, parse_base_url

_ANSWER_BYTES = 256 * 1024
_WITHIN_S = 10.0
# where AWS's services of one machine listen besides the link-local addresses
_AWS_LOCAL = ip_network("fd00:ec2::/32")
_LOCAL_NAMES = frozenset({"localhost", "metadata.google.internal"})


class Reply(NamedTuple):
    """An answer, whole."""

    status: int
    body: bytes


class UnderWay(Protocol):
    """A request that has been sent."""

    def cancel(self) -> None:
        """Nobody wants its answer any more."""


class Request(Protocol):
    """Sends one request; `vanguard.gateway.http.pool.Pool.request`."""

    def __call__(self, origin: Origin, data: bytes, sink: _Whole) -> UnderWay:
        """Its answer goes to the sink."""


class _Whole(Sink):
    """The sink of one request: keeps the answer until it is whole."""

    def __init__(self) -> None:
        self.reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._status = 0
        self._body = bytearray()

    def head(self, status: int, headers: Headers) -> None:  # noqa: ARG002 - a sink's shape
        """An answer begins."""
        self._status = status

    def data(self, data: bytes) -> None:
        """A part of it."""
        self._body += data
        if len(self._body) > _ANSWER_BYTES:
            self.fail(UpstreamUnavailable("its answer is too long"))

    def end(self) -> None:
        """The whole of it."""
        if not self.reply.done():
            self.reply.set_result(Reply(self._status, bytes(self._body)))

    def fail(self, error: UpstreamError) -> None:
        """There is none."""
        if not self.reply.done():
            self.reply.set_exception(error)


class Asker:
    """Asks services for credentials.

    Args:
        request: by the way that upstreams are reached.
        direct: to services of this machine, past every proxy.
    """

    def __init__(self, request: Request, direct: Request) -> None:
        self._request = request
        self._direct = direct

    async def ask(self, origin: Origin, data: bytes, *, within_s: float = _WITHIN_S) -> Reply:
        """The answer to one request.

        Args:
            origin: where to.
            data: head and body in one piece.
            within_s: seconds after which nobody waits any longer.

        Raises:
            UpstreamError: there is none, or it is longer than any such answer.
        """
        sink = _Whole()
        send = self._direct if is_local(origin.host) else self._request
        under_way = send(origin, data, sink)
        try:
            async with asyncio.timeout(within_s):
                return await sink.reply
        except TimeoutError:
            raise UpstreamTimeout(f"no answer within {within_s:g} s") from None
        finally:
            # of one that has ended this changes nothing
            under_way.cancel()

    async def ask_again(self, origin: Origin, data: bytes, *, tries: int, within_s: float) -> Reply:
        """The same for what changes nothing: asked once more where no answer comes, or a failure.

        Raises:
            UpstreamError: there is no answer, `tries` times.
        """
        reply: Reply | None = None
        for left in reversed(range(tries)):
            try:
                reply = await self.ask(origin, data, within_s=within_s)
            except UpstreamError:
                if not left:
                    raise
                continue
            if reply.status < 500:
                break
        if reply is None:
            raise UpstreamUnavailable("nobody was asked")
        return reply


def is_local(host: str) -> bool:
    """Whether a host is the machine itself, or a service that only it can reach."""
    if host in _LOCAL_NAMES:
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_link_local or address in _AWS_LOCAL


def get_request(url: str, headers: Headers, method: bytes = b"GET") -> tuple[Origin, bytes]:
    """A request without a body, for an address that may have a query.

    Raises:
        ValueError: the address is none.
    """
    base, asks, query = _printable(url).partition("?")
    origin = parse_base_url(base)
    # what `parse_base_url` cuts off of a path matters here
    path = base.partition("://")[2].partition("/")[1:]
    target = ("".join(path) or "/") + asks + query
    head: Headers = [(b"host", origin.authority), (b"user-agent", b"vanguard"), *headers]
    if method == b"PUT":
        head.append((b"content-length", b"0"))
    return origin, request_head(method, target.encode(), head)


def posted(url: str, headers: Headers, body: bytes) -> tuple[Origin, bytes]:
    """A POST.

    Args:
        url: without a query.
        headers: beside the usual ones; its type among them.
        body: whole.

    Raises:
        ValueError: the address is none.
    """
    origin = parse_base_url(_printable(url))
    head: Headers = [
        (b"host", origin.authority),
        (b"user-agent", b"vanguard"),
        *headers,
        (b"content-length", b"%d" % len(body)),
    ]
    path = url.partition("://")[2].partition("/")[2]
    return origin, request_head(b"POST", b"/" + path.encode(), head) + body


def _printable(url: str) -> str:
    if not url.isascii() or any(character <= " " for character in url):
        raise ValueError("an address holds a character that belongs percent-encoded")
    return url
