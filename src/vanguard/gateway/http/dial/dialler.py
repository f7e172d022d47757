"""Opens one connection to an origin within the connect deadline, whatever lies on the way.

It does not know requests, nor how connections are kept: that is the pool's.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Callable
from typing import Literal, TypeVar

from vanguard.core.errors import UpstreamTimeout, UpstreamUnavailable
from vanguard.gateway.http.dial.addresses import connected_socket
from vanguard.gateway.http.dial.forward_proxy import Proxy, ProxyFailed, Route, open_tunnel
from vanguard.gateway.http.dial.names import Names
from vanguard.gateway.http.origin import Origin
from vanguard.gateway.http.tls.contexts import (
    Contexts,
    Trust,
    is_unsaid_end,
    reason_of,
    server_name,
)
from vanguard.gateway.http.tls.transport import TlsTransport, handshake
from vanguard.snapshot.boot import ForwardProxies
from vanguard.snapshot.model import UpstreamTls

P = TypeVar("P", bound=asyncio.Protocol)
Kind = Literal["loop", "socket"]
_READ_BYTES = 4096


def _no_reference(reference: str) -> bytes:
    raise ProxyFailed(f"nobody resolves {reference.partition(':')[0]}: references here")


class Dialler:
    """Connects protocols to origins.

    A session is resumed by the `socket` transport only: the loop's own takes none.
    """

    def __init__(
        self,
        connect_s: float,
        *,
        upstream_tls: Kind = "socket",
        proxies: ForwardProxies | None = None,
        resolve: Callable[[str], bytes] = _no_reference,
        tell: Callable[[str], None] = lambda _what: None,
    ) -> None:
        """`resolve` gives the text behind `env:NAME` or `file:/path`, for proxies.

        `tell` hears what was wrong with newer TLS files, in whose place the old ones stay in force.
        """
        proxies = proxies or ForwardProxies()
        self._connect_s = connect_s
        self._names = Names(connect_s)
        self._kind = upstream_tls
        self._route = Route(proxies, resolve)
        self._proxy_trust = UpstreamTls(ca_file=proxies.ca_file)
        self._tell = tell
        self._contexts: Contexts | None = None

    async def dial(self, origin: Origin, make: Callable[[], P]) -> P:
        """A connected protocol; its `connection_made` has been called.

        Raises:
            UpstreamUnavailable: refused, unknown host, a certificate that is not accepted, a proxy
                that does not let us through.
            UpstreamTimeout: not connected within the deadline, which covers all of it.
        """
        try:
            async with asyncio.timeout(self._connect_s):
                return await self._dial(origin, make)
        except TimeoutError:
            raise UpstreamTimeout("no connection to the upstream in time") from None
        except OSError as error:
            # first: a certificate that is not accepted is a ValueError besides
            raise UpstreamUnavailable(
                f"cannot connect to the upstream: {_explained(error)}"
            ) from None
        except ValueError:
            raise UpstreamUnavailable("the upstream's host is no host name") from None

    async def _dial(self, origin: Origin, make: Callable[[], P]) -> P:
        if origin.socket_path:
            loop = asyncio.get_running_loop()
            _, protocol = await loop.create_unix_connection(make, origin.socket_path)
            return protocol
        proxy = self._route.proxy(origin)
        # before connecting: a file that cannot be used must not cost the upstream a connection
        trust = await self._trust(origin.trust) if origin.tls else None
        if proxy is None:
            sock = await connected_socket(self._names, origin.host, origin.port)
        elif proxy.tls:
            return await self._dial_in_tls(proxy, origin, trust, make)
        else:
            sock = await _tunnelled_socket(self._names, proxy, origin)
        if trust is None:
            return await _plain(sock, make)
        name = server_name(origin.trust, origin.host)
        if self._kind == "loop":
            return (await _loop_tls(sock, trust.context, name, make))[1]
        return await _socket_tls(sock, trust, name, origin.port, make)

    async def _trust(self, options: UpstreamTls) -> Trust:
        if self._contexts is None:
            self._contexts = Contexts(asyncio.get_running_loop().time, self._tell)
        return await self._contexts.trust(options)

    async def _dial_in_tls(
        self, proxy: Proxy, origin: Origin, trust: Trust | None, make: Callable[[], P]
    ) -> P:
        """Through an `https://` proxy: TLS within TLS, which the loop's transport alone can do."""
        outer = (await self._trust(self._proxy_trust)).context
        transport = await _tunnel_in_tls(self._names, proxy, outer, origin)
        if trust is not None:
            name = server_name(origin.trust, origin.host)
            transport = await _start_tls(transport, trust.context, name)
        protocol = make()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        return protocol


async def _plain(sock: socket.socket, make: Callable[[], P]) -> P:
    try:
        _, protocol = await asyncio.get_running_loop().create_connection(make, sock=sock)
    except BaseException:
        sock.close()
        raise
    return protocol


async def _loop_tls(
    sock: socket.socket, context: ssl.SSLContext, name: str, make: Callable[[], P]
) -> tuple[asyncio.Transport, P]:
    loop = asyncio.get_running_loop()
    try:
        return await loop.create_connection(make, sock=sock, ssl=context, server_hostname=name)
    except BaseException:
        sock.close()
        raise


async def _socket_tls(
    sock: socket.socket, trust: Trust, name: str, port: int, make: Callable[[], P]
) -> P:
    clock, sessions = asyncio.get_running_loop().time, trust.sessions
    session = sessions.get(name, port, clock())
    wrapped = await handshake(sock, trust.context, name, session)

    def keep(newer: ssl.SSLSession | None) -> None:
        sessions.keep(name, port, newer, clock())

    resumed = bool(wrapped.session_reused)
    due = sessions.is_due(name, port, clock(), resumed=resumed)
    protocol = make()
    TlsTransport(wrapped, protocol, keep if due else None)
    return protocol


async def _tunnelled_socket(names: Names, proxy: Proxy, origin: Origin) -> socket.socket:
    """A socket whose other end is the origin, behind an `http://` proxy."""
    loop = asyncio.get_running_loop()
    try:
        sock = await connected_socket(names, proxy.host, proxy.port)
    except OSError as error:
        raise _unreachable(error) from None
    try:
        await open_tunnel(
            proxy,
            origin,
            lambda data: loop.sock_sendall(sock, data),
            lambda: loop.sock_recv(sock, _READ_BYTES),
        )
    except OSError as error:
        sock.close()
        raise _unreachable(error) from None
    except BaseException:
        sock.close()
        raise
    return sock


async def _tunnel_in_tls(
    names: Names, proxy: Proxy, context: ssl.SSLContext, origin: Origin
) -> asyncio.Transport:
    """A transport whose other end is the origin, behind an `https://` proxy."""
    reader = asyncio.StreamReader(limit=_READ_BYTES)
    transport: asyncio.Transport | None = None
    try:
        sock = await connected_socket(names, proxy.host, proxy.port)
        transport, _ = await _loop_tls(
            sock, context, proxy.host, lambda: asyncio.StreamReaderProtocol(reader)
        )
        written = transport

        async def send(data: bytes) -> None:
            written.write(data)

        await open_tunnel(proxy, origin, send, lambda: reader.read(_READ_BYTES))
    except BaseException as error:
        if transport is not None:
            transport.abort()
        if isinstance(error, OSError):
            raise _unreachable(error) from None
        raise
    return transport


class _Silence(asyncio.Protocol):
    """Stands in until the handshake is over: nobody may speak or leave before."""

    broken = False

    def data_received(self, data: bytes) -> None:  # noqa: ARG002 - asyncio names it
        """Too early."""
        self.broken = True

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio names it
        """Too early."""
        self.broken = True


async def _start_tls(
    transport: asyncio.Transport, context: ssl.SSLContext, name: str
) -> asyncio.Transport:
    """TLS within whatever the transport is."""
    if transport.is_closing():
        raise ConnectionResetError
    silence = _Silence()
    try:
        inner = await asyncio.get_running_loop().start_tls(
            transport, silence, context, server_hostname=name
        )
    except BaseException:
        transport.abort()
        raise
    if inner is None or silence.broken or inner.is_closing():
        transport.abort()
        raise ConnectionResetError
    return inner


def _unreachable(error: OSError) -> ProxyFailed:
    return ProxyFailed(f"cannot connect to the forward proxy: {_explained(error)}")


def _explained(error: OSError) -> str:
    """What was wrong, without the addresses that a loop puts into its errors: clients read this."""
    if isinstance(error, ConnectionResetError | BrokenPipeError) or is_unsaid_end(error):
        return "it broke off the connection"
    if isinstance(error, ssl.SSLError):
        return reason_of(error)
    if isinstance(error, socket.gaierror):
        return error.strerror or "unknown host"
    return os.strerror(error.errno) if error.errno else type(error).__name__
