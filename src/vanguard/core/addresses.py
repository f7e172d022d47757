"""Reads the address of a server that is asked over HTTP, by the rules that settings and gateway share.

It does not know how to connect, nor whose address it is. No error repeats an address: it may hold a
password.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, unquote, urlsplit

import msgspec

_HOST = re.compile(r"[a-z0-9._-]+")


class Address(msgspec.Struct, frozen=True):
    """Where a server listens.

    Attributes:
        host: name or address, lower case; empty for a Unix socket.
        port: 0 for a Unix socket.
        tls: whether it is asked over TLS.
        socket_path: path of a Unix socket, empty for TCP.
        authority: what goes into the `host` header.
        prefix: path before what is asked for, without a slash at its end, such as `/v1`.
    """

    host: str
    port: int
    tls: bool
    socket_path: str
    authority: bytes
    prefix: str


def read_address(url: str) -> Address:
    """Reads `http(s)://host[:port]/prefix` or `http+unix://%2Fpath%2Fto.sock/prefix`.

    Raises:
        ValueError: no host that a name server could know, an unknown scheme, a port out of range,
            a user, a query, a fragment, or a character that no address holds.
    """
    # urlsplit would leave some of these out and go on
    if any(character <= " " or character == "\x7f" for character in url):
        raise ValueError("an address holds no spaces, line breaks or control characters")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError("the host is no name, and no IPv6 address in brackets") from None
    if parts.query or parts.fragment or url.endswith(("?", "#")):
        raise ValueError("an address to which paths are added has no ?query and no #fragment")
    prefix = parts.path.rstrip("/")
    if parts.scheme == "http+unix":
        path = unquote(parts.netloc)
        if not path.startswith("/") or "\0" in path:
            raise ValueError(
                "a Unix socket needs an absolute path, percent-encoded: %2Frun%2Fx.sock"
            )
        return Address("", 0, tls=False, socket_path=path, authority=b"localhost", prefix=prefix)
    if parts.scheme not in {"http", "https"}:
        raise ValueError(f"expected http://, https:// or http+unix://, not {parts.scheme}://")
    if not parts.hostname:
        raise ValueError("it names no host")
    if parts.username is not None:
        raise ValueError(
            "an address has no user and no password; credentials have settings of their own"
        )
    tls = parts.scheme == "https"
    port = _port(parts) or (443 if tls else 80)
    authority = _authority(parts, parts.hostname)
    return Address(parts.hostname, port, tls, "", authority, prefix)


def _port(parts: SplitResult) -> int:
    """0 where none is given."""
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0 or (port is None and parts.netloc.endswith(":")):
        raise ValueError("what follows the host's colon is no port, a number from 1 to 65535")
    return port or 0


def _authority(parts: SplitResult, host: str) -> bytes:
    if parts.netloc.startswith("["):
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            raise ValueError("what stands in the brackets is no IPv6 address") from None
        return parts.netloc.encode("ascii")
    try:
        name = host.encode("idna").decode()
        authority = parts.netloc.encode("idna" if not parts.netloc.isascii() else "ascii")
    except UnicodeError:
        raise ValueError("the host is no name: a part of it is empty or longer than 63") from None
    if not _HOST.fullmatch(name.lower()):
        raise ValueError("the host is no name: it has letters, digits and . - _ alone")
    return authority
