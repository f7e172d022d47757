"""Where an upstream listens, read from a base URL.

It does not know how to connect.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec

from vanguard.core.addresses import read_address
from vanguard.snapshot.model import UpstreamTls


class Origin(msgspec.Struct, frozen=True, cache_hash=True):
    """A connectable place; two that differ in anything share no connection.

    Attributes:
        host: name or address; empty for a Unix socket.
        port: 0 for a Unix socket.
        tls: whether the connection is encrypted.
        socket_path: path of a Unix socket, empty for TCP.
        authority: what goes into the `host` header.
        prefix: path before the API's own paths, without a slash at its end, such as `/v1`.
        trust: whom to believe to be that place; of no matter without `tls`.
    """

    host: str
    port: int
    tls: bool
    socket_path: str
    authority: bytes
    prefix: str
    trust: UpstreamTls = UpstreamTls()


# one object for one place: connections are kept by it, and a dict finds what is the same by a look
@lru_cache(maxsize=1024)
def parse_base_url(base_url: str, trust: UpstreamTls | None = None) -> Origin:
    """Reads `http(s)://host[:port]/prefix` or `http+unix://%2Fpath%2Fto.sock/prefix`.

    Raises:
        ValueError: it is none; `read_address` says what is wrong.
    """
    address = read_address(base_url)
    return Origin(
        address.host,
        address.port,
        tls=address.tls,
        socket_path=address.socket_path,
        authority=address.authority,
        prefix=address.prefix,
        trust=trust if trust and address.tls else UpstreamTls(),
    )
