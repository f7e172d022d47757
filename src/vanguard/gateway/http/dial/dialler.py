"""Opens one connection to an origin within the connect deadline, whatever lies on the way.

It does not know requests, nor how connections are kept: that is the pool's.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from vanguard.core.errors import UpstreamTimeout, UpstreamUnavailable
from vanguard.gateway.http.dial.addresses import connected_socket
from vanguard.gateway.http.origin import Origin

P = TypeVar("P", bound=asyncio.Protocol)


@lru_cache(maxsize=1)
def _tls_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


class Dialler:
    """Connects protocols to origins."""

    def __init__(self, connect_s: float) -> None:
        self._connect_s = connect_s

    async def dial(self, origin: Origin, make: Callable[[], P]) -> P:
        """A connected protocol; its `connection_made` has been called.

        Raises:
            UpstreamUnavailable: refused, unknown host, TLS failure.
            UpstreamTimeout: not connected within the deadline, which covers all of it.
        """
        try:
            async with asyncio.timeout(self._connect_s):
                return await self._dial(origin, make)
        except TimeoutError:
            raise UpstreamTimeout("no connection to the upstream in time") from None
        except (UnicodeError, ValueError) as error:
            raise UpstreamUnavailable(f"{origin.host!r} is no host name: {error}") from None
        except OSError as error:
            # addresses of upstreams are nobody's business but the operator's
            reason = error.strerror or type(error).__name__
            raise UpstreamUnavailable(f"cannot connect to the upstream: {reason}") from None

    async def _dial(self, origin: Origin, make: Callable[[], P]) -> P:
        loop = asyncio.get_running_loop()
        if origin.socket_path:
            _, protocol = await loop.create_unix_connection(make, origin.socket_path)
            return protocol
        sock = await connected_socket(origin.host, origin.port)
        context = _tls_context() if origin.tls else None
        name = origin.host if origin.tls else None
        try:
            _, protocol = await loop.create_connection(
                make, sock=sock, ssl=context, server_hostname=name
            )
        except BaseException:
            sock.close()
            raise
        return protocol
