"""Where an upstream listens, read from a base URL.

It does not know how to connect.
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import unquote, urlsplit

import msgspec

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
        ValueError: no host, an unknown scheme, or a port out of range.
    """
    parts = urlsplit(base_url)
    prefix = parts.path.rstrip("/")
    if parts.scheme == "http+unix":
        path = unquote(parts.netloc)
        if not path.startswith("/"):
            raise ValueError(f"{base_url}: a Unix socket needs an absolute, percent-encoded path")
        return Origin("", 0, tls=False, socket_path=path, authority=b"localhost", prefix=prefix)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{base_url}: expected http://, https:// or http+unix:// and a host")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError(f"{base_url}: a base URL has no user, query or fragment")
    tls = parts.scheme == "https"
    port = parts.port or (443 if tls else 80)
    authority = parts.netloc.encode("idna" if not parts.netloc.isascii() else "ascii")
    return Origin(
        parts.hostname,
        port,
        tls=tls,
        socket_path="",
        authority=authority,
        prefix=prefix,
        trust=trust if trust and tls else UpstreamTls(),
    )
