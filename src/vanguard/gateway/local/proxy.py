"""Hands what is not a model call to control over its Unix socket, and streams the answer back.

It does not know what control serves.
"""

from __future__ import annotations

from collections.abc import Callable

from vanguard.core.errors import ControlUnavailable, UpstreamError, UpstreamTimeout, VanguardError
from vanguard.gateway.http.contract import Client, Sink
from vanguard.gateway.http.messages import HOP_BY_HOP, Headers, Request, request_head
from vanguard.gateway.http.origin import Origin
from vanguard.gateway.http.pool import Call, Pool


def control_origin(socket_path: str) -> Origin:
    """Where control listens."""
    return Origin("", 0, tls=False, socket_path=socket_path, authority=b"control", prefix="")


class Proxied(Sink):
    """One request on its way to control; the sink of its answer."""

    def __init__(
        self, client: Client, refuse: Callable[[VanguardError], None], *, secure: bool = False
    ) -> None:
        """`secure` tells control that the client came by TLS."""
        self._secure = secure
        self._client = client
        self._refuse = refuse
        self._call: Call | None = None
        self._started = False
        self._head_only = False
        self._status = 0
        self._headers: Headers = []

    def start(self, pool: Pool, origin: Origin, request: Request) -> None:
        """Sends it."""
        self._client.on_disconnect = self._gone
        self._client.on_writable = self._writable
        self._client.on_deadline = self._too_long
        data = forwarded_head(request, upgrade=False, secure=self._secure) + request.body
        self._head_only = request.method == "HEAD"
        repeat = request.method in {"GET", "HEAD"}
        self._call = pool.request(origin, data, self, repeat=repeat)

    def head(self, status: int, headers: Headers) -> None:
        """Keeps the head until it is known whether a body follows."""
        self._status = status
        dropped = HOP_BY_HOP if self._head_only else HOP_BY_HOP | {b"content-length"}
        self._headers = [pair for pair in headers if pair[0] not in dropped]

    def data(self, data: bytes) -> None:
        """A part of the body."""
        if not self._started:
            self._started = True
            self._client.start(self._status, self._headers)
        self._client.write(data)

    def end(self) -> None:
        """Complete."""
        self._call = None
        if self._started:
            self._client.end()
        else:
            self._client.send(self._status, self._headers, b"")

    def fail(self, error: UpstreamError) -> None:
        """Control is down, or broke off: a half answer must not look whole."""
        self._call = None
        if self._started:
            self._client.abort()
        else:
            message = f"the control process does not answer ({error.message}); model calls go on"
            self._refuse(ControlUnavailable(message, retry_after_s=2))

    def _gone(self) -> None:
        if self._call is not None:
            self._call.cancel()

    def _too_long(self) -> None:
        self._gone()
        self.fail(UpstreamTimeout("not within the deadline of a whole request"))

    def _writable(self, writable: bool) -> None:
        if self._call is not None:
            self._call.reading(writable)


def forwarded_head(request: Request, *, upgrade: bool, secure: bool = False) -> bytes:
    """The request's head for control: hop-by-hop headers left out, the client's address added.

    Whatever the client says about forwarding is dropped, and so is every header that any of its
    `Connection` headers names; `Host` alone cannot be named away.
    """
    ours = {b"content-length", b"expect", b"forwarded", b"x-real-ip", *HOP_BY_HOP}
    ours |= {name.strip().lower() for name in (request.joined(b"connection") or b"").split(b",")}
    ours.discard(b"host")
    if upgrade:
        ours.discard(b"upgrade")
    headers = [
        pair
        for pair in request.headers
        if pair[0] not in ours and not pair[0].startswith(b"x-forwarded-")
    ]
    headers.append((b"x-forwarded-for", request.peer.encode()))
    if secure:
        headers.append((b"x-forwarded-proto", b"https"))
    if upgrade:
        headers.append((b"connection", b"upgrade"))
    elif request.body or request.method not in {"GET", "HEAD"}:
        headers.append((b"content-length", b"%d" % len(request.body)))
    return request_head(request.method.encode(), request.target, headers)
