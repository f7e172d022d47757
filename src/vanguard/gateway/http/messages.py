"""Requests as values and response heads as bytes.

It does not know sockets, nor what a request is for.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import NamedTuple, Protocol

Headers = list[tuple[bytes, bytes]]

_STATUS_LINES = {
    status.value: b"HTTP/1.1 %d %b\r\n" % (status.value, status.phrase.encode())
    for status in HTTPStatus
}
HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)


class Request:
    """One complete request.

    Attributes:
        method: upper case.
        path: the target without its query, still percent-encoded.
        query: what follows `?`, without it.
        headers: names in lower case, in the client's order.
        body: de-chunked.
        admin: whether it came in on a listener that serves the admin plane.
        peer: the client's address.
        keep_alive: whether the client wants to go on after this one.
        chunked: whether it understands a chunked answer (HTTP/1.1).
    """

    __slots__ = (
        "_index",
        "admin",
        "body",
        "chunked",
        "headers",
        "keep_alive",
        "method",
        "path",
        "peer",
        "query",
        "target",
    )

    def __init__(self, method: str, target: bytes, headers: Headers, body: bytes = b"") -> None:
        self.method = method
        self.target = target
        if target[:1] != b"/" and b"://" in target:
            # absolute form: the authority is ours whatever it says
            target = b"/" + target.partition(b"://")[2].partition(b"/")[2]
        path, _, query = target.partition(b"?")
        self.path = path.decode("latin-1")
        self.query = query.decode("latin-1")
        self.headers = headers
        self.body = body
        self.admin = True
        self.peer = ""
        self.keep_alive = True
        self.chunked = True
        self._index: dict[bytes, bytes] | None = None

    def index(self) -> dict[bytes, bytes]:
        """The last value of every header by its name in lower case."""
        index = self._index
        if index is None:
            index = self._index = dict(self.headers)
        return index

    def header(self, name: bytes) -> bytes | None:
        """The last value of a header, named in lower case."""
        return self.index().get(name)

    def joined(self, name: bytes) -> bytes | None:
        """All values of a header that may be a list, joined by commas."""
        value = self.header(name)
        if value is None:
            return None
        values = [one for known, one in self.headers if known == name]
        return value if len(values) == 1 else b",".join(values)

    def text(self, name: bytes, limit: int = 200) -> str:
        """A header as text for records: printable, at most `limit` characters, empty when absent."""
        value = self.header(name)
        if not value:
            return ""
        decoded = value[: limit * 4].decode("utf-8", "replace")[:limit]
        return decoded if decoded.isprintable() else ""


class FixedHead(NamedTuple):
    """The part of a request's head that repeats.

    Attributes:
        target: path, without a query.
        always: headers, without the blank line.
        defaults: values of headers that a client may set itself.
    """

    target: bytes
    always: bytes
    defaults: dict[bytes, bytes]


class Responder(Protocol):
    """The client's side of one exchange."""

    def send(self, status: int, headers: Headers | bytes, body: bytes) -> None:
        """A whole answer, head and body in one write."""

    def start(self, status: int, headers: Headers | bytes) -> None:
        """The head of a streamed answer."""

    def write(self, data: bytes) -> None:
        """A part of a streamed answer; empty data is ignored."""

    def end(self) -> None:
        """The end of a streamed answer."""

    def abort(self) -> None:
        """Breaks the connection, so that a half answer cannot look whole."""


def response_head(status: int, headers: Headers | bytes) -> bytearray:
    """Status line and headers, without the blank line that ends the head.

    Headers may come as lines already, each with its CRLF.
    """
    head = bytearray(_STATUS_LINES.get(status) or b"HTTP/1.1 %d \r\n" % status)
    if isinstance(headers, bytes):
        head += headers
        return head
    for name, value in headers:
        head += name + b": " + value + b"\r\n"
    return head


def request_head(method: bytes, target: bytes, headers: Headers) -> bytearray:
    """Request line and headers, blank line included."""
    head = bytearray(method + b" " + target + b" HTTP/1.1\r\n")
    for name, value in headers:
        head += name + b": " + value + b"\r\n"
    head += b"\r\n"
    return head
