"""Chooses the forward proxy of an origin, and has it open a tunnel (CONNECT, RFC 9110, 9.3.6).

It does not know sockets or TLS. Every upstream is reached by CONNECT, `http://` ones too, so that a
proxy sees neither paths nor credentials; one that tunnels to port 443 only must be told so.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from vanguard.core.errors import UpstreamUnavailable
from vanguard.gateway.http.origin import Origin
from vanguard.snapshot.boot import ForwardProxies

_ANSWER_BYTES = 16 * 1024
_INTERIM_ANSWERS = 16
_MOST_RULES = 1_000
_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3})(?: [^\r\n]*)?\r?\n")
_END = re.compile(rb"\r?\n\r?\n")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ProxyFailed(UpstreamUnavailable):
    """The forward proxy on the way to an upstream failed, or does not let us through."""


@dataclass(frozen=True)
class Proxy:
    """Where a forward proxy listens; `authorization` is a secret."""

    host: str
    port: int
    tls: bool
    authorization: bytes = field(default=b"", repr=False)


class Route:
    """Which proxy stands before which origin."""

    def __init__(self, proxies: ForwardProxies, resolve: Callable[[str], bytes]) -> None:
        """`resolve` gives the text behind `env:NAME` or `file:/path`."""
        self._proxies = proxies
        self._resolve = resolve
        self._direct = direct_rule(proxies.no_proxy)

    def proxy(self, origin: Origin) -> Proxy | None:
        """The proxy to take, or None for the direct way.

        Raises:
            ProxyFailed: its address is no URL of a proxy.
            UpstreamUnavailable: a reference leads nowhere.
        """
        reference = self._proxies.https if origin.tls else self._proxies.http
        if not reference or origin.socket_path or self._direct(origin.host, origin.port):
            return None
        if reference.startswith(("env:", "file:")):
            return parse_proxy(self._resolve(reference).decode("utf-8", "replace"))
        return parse_proxy(reference)


def parse_proxy(url: str) -> Proxy:
    """Reads `http(s)://[user:password@]host[:port]`; without a scheme it is `http://`.

    Raises:
        ProxyFailed: no such thing; the message does not repeat it, for it may hold a password.
    """
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        port = parts.port
    except ValueError:
        raise ProxyFailed("the forward proxy's address is no URL") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ProxyFailed("the forward proxy's address must begin with http:// or https://")
    authorization = b""
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = b"Basic " + base64.b64encode(pair.encode())
    tls = parts.scheme == "https"
    return Proxy(parts.hostname, port or (443 if tls else 80), tls, authorization)


def direct_rule(no_proxy: str) -> Callable[[str, int], bool]:
    """Whether a host and port are to be reached without a proxy, by the rules of `NO_PROXY`.

    Rules are parted by commas or spaces: `*`; a name, which stands for its sub-domains too, with or
    without a dot or `*.` before it; an address; a network such as `10.0.0.0/8`. A port may follow
    all but a network. Names are not looked up. Loopback never takes a proxy.
    """
    rules = [_rule(text) for text in re.split(r"[,\s]+", no_proxy.strip())[:_MOST_RULES] if text]

    def is_direct(host: str, port: int) -> bool:
        name = _plain_name(host)
        address = _address(name)
        if name == "localhost" or name.endswith(".localhost") or (address and address.is_loopback):
            return True
        return any(rule(name, address, port) for rule in rules)

    return is_direct


Rule = Callable[[str, Address | None, int], bool]


def _rule(text: str) -> Rule:
    if text == "*":
        return lambda _name, _address, _port: True
    network = _network(text)
    if network is not None:
        return lambda _name, address, _port: address is not None and address in network
    host, port = _host_and_port(text)
    wanted = _address(host)
    if wanted is not None:
        return lambda _name, address, at: address == wanted and port in {0, at}
    suffix = _plain_name(host.removeprefix("*").lstrip("."))
    return lambda name, _address, at: (
        bool(suffix) and port in {0, at} and (name == suffix or name.endswith(f".{suffix}"))
    )


def _host_and_port(text: str) -> tuple[str, int]:
    """Port 0 stands for any."""
    found = re.fullmatch(r"\[([^\]]*)\](?::([0-9]{1,5}))?", text)
    if found is None:
        if text.count(":") > 1:
            return text, 0  # an IPv6 address without brackets
        found = re.fullmatch(r"([^:]*)(?::([0-9]{1,5}))?", text)
    if found is None:
        return "", 0  # matches nothing
    return found[1], int(found[2] or 0)


def _network(text: str) -> Network | None:
    if "/" not in text:
        return None
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _plain_name(host: str) -> str:
    """As names are compared: lower case, punycode, without the dot at the end."""
    name = host.lower().rstrip(".")
    try:
        return name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        return name


async def open_tunnel(
    proxy: Proxy,
    origin: Origin,
    send: Callable[[bytes], Awaitable[None]],
    receive: Callable[[], Awaitable[bytes]],
) -> None:
    """Asks for a tunnel to the origin and reads the answer, no byte of what follows it.

    Args:
        proxy: whom to ask.
        origin: where to.
        send: sends all of it.
        receive: at least one byte, or none at the end.

    Raises:
        ProxyFailed: anything but a tunnel.
    """
    await send(_connect_request(proxy, origin))
    code, rest = 0, b""
    for _ in range(_INTERIM_ANSWERS + 1):
        code, rest = await _read_answer(rest, receive)
        # RFC 9110, 15.2: interim answers may come unasked; 101 is a last one, and nobody asked for it
        if code == 101 or not 100 <= code < 200:
            break
    else:
        raise ProxyFailed(f"the forward proxy sent more than {_INTERIM_ANSWERS} interim answers")
    if code == 407:
        raise ProxyFailed(
            "the forward proxy wants other credentials (HTTP 407); they stand in its URL, as"
            " user:password before the host"
        )
    if not 200 <= code < 300:
        raise ProxyFailed(f"the forward proxy refused a tunnel to the upstream (HTTP {code})")
    if rest:
        # the upstream speaks after us; what speaks before is somebody else
        raise ProxyFailed("the forward proxy sent more than its answer")


async def _read_answer(answer: bytes, receive: Callable[[], Awaitable[bytes]]) -> tuple[int, bytes]:
    """The status of an answer without a body that begins with `answer`, and what has come behind it."""
    seen = 0
    while (end := _END.search(answer, seen)) is None:
        if len(answer) > _ANSWER_BYTES:
            raise ProxyFailed(f"the forward proxy's answer exceeds {_ANSWER_BYTES} bytes")
        piece = await receive()
        if not piece:
            raise ProxyFailed("the forward proxy closed the connection without a tunnel")
        seen = max(0, len(answer) - 3)  # an end may have begun, no earlier than that
        answer += piece
    status = _STATUS.match(answer)
    if status is None:
        raise ProxyFailed("the forward proxy's answer is not valid HTTP")
    return int(status[1]), answer[end.end() :]


def _connect_request(proxy: Proxy, origin: Origin) -> bytes:
    host = origin.host if origin.host.isascii() else origin.host.encode("idna").decode()
    place = f"[{host}]:{origin.port}" if ":" in host else f"{host}:{origin.port}"
    head = b"CONNECT %b HTTP/1.1\r\nhost: %b\r\n" % (place.encode(), place.encode())
    if proxy.authorization:
        head += b"proxy-authorization: " + proxy.authorization + b"\r\n"
    return head + b"\r\n"
