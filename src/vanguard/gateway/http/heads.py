"""What a request's head must be beyond what llhttp checks: version, target, host, framing, expectation.

It does not know connections. llhttp (strict) has refused folded lines, bare line ends, control bytes,
repeated or malformed lengths, and a length beside a transfer coding before this is asked.
"""

from __future__ import annotations

import re

from vanguard.core.errors import InvalidRequest, MethodNotAllowed, RequestTooLarge, VanguardError
from vanguard.gateway.http.messages import Request
from vanguard.snapshot.boot import Deadlines

_ABSOLUTE = re.compile(rb"https?://([^/?#@]+)(/[^#]*|\?[^#]*)?", re.IGNORECASE)
_HOST = re.compile(rb"[A-Za-z0-9._~!$&'()*+;=%:\[\]-]*")


class Refused(Exception):
    """A refusal whose HTTP status no error of the tree has; `error` says the rest."""

    def __init__(self, status: int, error: VanguardError) -> None:
        super().__init__(error.message)
        self.status = status
        self.error = error


def half_sent(deadlines: Deadlines, *, in_head: bool) -> Refused:
    """What a client hears whose request was not whole in time: 408, which it may repeat elsewhere."""
    if in_head:
        words = f"the request's head was not whole within {deadlines.request_head_s:g} s"
    else:
        seconds = deadlines.request_body_s
        words = f"the request was not whole within {seconds:g} s (setting gateway.request_body_s)"
    return Refused(408, InvalidRequest(words))


def check_version(version: str) -> None:
    """Only HTTP/1.0 and HTTP/1.1 are spoken; llhttp would also read 0.9 and 2.0.

    Raises:
        Refused: with 505.
    """
    if version not in {"1.1", "1.0"}:
        raise Refused(505, InvalidRequest(f"HTTP/{version} is not spoken here, HTTP/1.1 is"))


def check_host(request: Request) -> None:
    """One valid host in HTTP/1.1 (RFC 9112, 3.2); HTTP/1.0 may leave it out.

    Raises:
        InvalidRequest: none, several, or one that is no host.
    """
    host = request.header(b"host")
    if host is None:
        if request.chunked:
            raise InvalidRequest("malformed HTTP request: no Host header")
        return
    if not _HOST.fullmatch(host) or sum(1 for name, _ in request.headers if name == b"host") > 1:
        raise InvalidRequest(
            "malformed HTTP request: more than one Host header, or none that is a host"
        )


def check_target(request: Request) -> None:
    """Brings a target that is no plain path to one, or refuses it (RFC 9112, 3.2).

    An absolute target is read as its path, its authority takes the place of the Host header. `*` is
    for OPTIONS alone. There is no CONNECT here.

    Raises:
        MethodNotAllowed: CONNECT.
        InvalidRequest: anything else that is no target.
    """
    target = request.target
    if request.method == "CONNECT":
        raise MethodNotAllowed("CONNECT is not served here: this is no forward proxy")
    if b"#" in target:
        raise InvalidRequest("malformed HTTP request: a fragment in its target")
    if target[:1] == b"/" or (target == b"*" and request.method == "OPTIONS"):
        return
    absolute = _ABSOLUTE.fullmatch(target)
    if absolute is None or not _HOST.fullmatch(absolute[1]):
        raise InvalidRequest("malformed HTTP request: its target is neither a path nor a URL")
    rest = absolute[2] or b"/"
    request.retarget(rest if rest[:1] == b"/" else b"/" + rest)
    request.replace_header(b"host", absolute[1])


def check_framing(request: Request) -> None:
    """The one transfer coding that is understood is `chunked`, and in HTTP/1.1 only.

    A coding under it (`gzip, chunked`) would reach the upstream as if it were the body.

    Raises:
        Refused: with 501 (RFC 9112, 6.1).
        InvalidRequest: HTTP/1.0 knows no transfer coding.
    """
    coding = request.joined(b"transfer-encoding")
    if coding is None:
        return
    if not request.chunked:
        raise InvalidRequest("malformed HTTP request: Transfer-Encoding in HTTP/1.0")
    if coding.strip().lower() != b"chunked":
        raise Refused(501, InvalidRequest("the only transfer coding understood here is 'chunked'"))


def check_size(request: Request, head_bytes: int, headers: int) -> None:
    """The head within its bounds.

    Raises:
        RequestTooLarge: too many bytes, or too many headers.
    """
    if len(request.headers) > headers:
        raise RequestTooLarge(f"the request has more than {headers} headers")
    size = len(request.target) + sum(len(n) + len(v) + 4 for n, v in request.headers)
    if size > head_bytes:
        raise RequestTooLarge(f"the request's head exceeds {head_bytes} bytes")


def wants_continue(request: Request) -> bool:
    """Whether the client waits for `100 Continue`; HTTP/1.0 cannot (RFC 9110, 10.1.1).

    Raises:
        Refused: with 417, any other expectation.
    """
    expected = request.joined(b"expect")
    if expected is None or not request.chunked:
        return False
    if expected.lower() != b"100-continue":
        raise Refused(417, InvalidRequest("the only expectation met here is '100-continue'"))
    return True


def may_upgrade(request: Request) -> bool:
    """Whether a request may become a tunnel: a GET without a body, whose bytes would lead the tunnel."""
    if request.method != "GET" or not request.chunked:
        return False
    return request.header(b"transfer-encoding") is None and not any(
        int(value) for name, value in request.headers if name == b"content-length"
    )


def without_upgrade(request: Request) -> bytes:
    """The head of a request whose upgrade is ignored (RFC 9110, 7.8): the same in all else."""
    kept = [
        option.strip()
        for option in (request.joined(b"connection") or b"").split(b",")
        if option.strip().lower() not in {b"upgrade", b"http2-settings", b""}
    ]
    dropped = {b"connection", b"upgrade", b"http2-settings"}
    headers = [pair for pair in request.headers if pair[0] not in dropped]
    if kept:
        headers.append((b"connection", b", ".join(kept)))
    version = b" HTTP/1.1\r\n" if request.chunked else b" HTTP/1.0\r\n"
    lines = b"".join([b"%b: %b\r\n" % pair for pair in headers])
    return request.method.encode() + b" " + request.target + version + lines + b"\r\n"
