"""Requests as values and response heads as bytes.

It does not know sockets, nor what a request is for.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import NamedTuple, Protocol

from vanguard.core.errors import InternalError

Headers = list[tuple[bytes, bytes]]

STATUS_LINES = {
    status.value: b"HTTP/1.1 %d %b\r\n" % (status.value, status.phrase.encode())
    for status in HTTPStatus
}
_FLAT = bytes.maketrans(b"\r\n\0", b"???")
# server-sent events, and the beginning of AWS's application/vnd.amazon.eventstream
_STREAMS = frozenset({b"text/event-stream", b"application/vnd.a"})
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
        target: path and query as they came, or `*`.
        path: the target without its query, still percent-encoded.
        query: what follows `?`, without it.
        index: the last value of each header by its name; where a body's length was told, that one is empty.
        body: de-chunked.
        admin: whether it came in on a listener that serves the admin plane.
        peer: the client's address.
        keep_alive: whether the client wants to go on after this one.
        chunked: whether it understands a chunked answer (HTTP/1.1).
    """

    __slots__ = (
        "_headers",
        "_place",
        "admin",
        "body",
        "chunked",
        "index",
        "keep_alive",
        "method",
        "path",
        "peer",
        "query",
        "target",
    )

    def __init__(
        self,
        method: str,
        target: bytes,
        headers: Headers,
        body: bytes = b"",
        index: dict[bytes, bytes] | None = None,
    ) -> None:
        self.method = method
        self.target = target
        if target.find(b"?") >= 0:
            path, _, query = target.partition(b"?")
            self.path = path.decode("latin-1")
            self.query = query.decode("latin-1")
        else:
            self.path = target.decode("latin-1")
            self.query = ""
        self._headers = headers
        # where the body's length stands among the headers, if it is still to be put there
        self._place = -1
        self.index = dict(headers) if index is None else index
        self.body = body
        self.admin = True
        self.peer = ""
        self.keep_alive = True
        self.chunked = True

    @property
    def headers(self) -> Headers:
        """Names in lower case, in the client's order."""
        if self._place >= 0:
            self._headers = self._headers.copy()
            self._headers[self._place] = (b"content-length", b"%d" % len(self.body))
            self._place = -1
        return self._headers

    def again(self, place: int, body: bytes) -> Request:
        """The same with another body, whose length stands at this place among the headers."""
        # without `__init__`, which would take as long as all else here
        other = Request.__new__(Request)
        other.method, other.target = self.method, self.target
        other.path, other.query = self.path, self.query
        other._headers, other._place = self._headers, place  # noqa: SLF001 - of this class
        other.index = self.index
        other.body = body
        other.admin, other.peer = self.admin, self.peer
        other.keep_alive, other.chunked = self.keep_alive, self.chunked
        return other

    def retarget(self, target: bytes) -> None:
        """Takes another target, in origin form."""
        path, _, query = target.partition(b"?")
        self.target = target
        self.path = path.decode("latin-1")
        self.query = query.decode("latin-1")

    def replace_header(self, name: bytes, value: bytes) -> None:
        """One header of this name, in lower case, whatever there were before."""
        kept = [pair for pair in self.headers if pair[0] != name]
        self._headers = [*kept, (name, value)]
        # it may be another request's as well
        self.index = {**self.index, name: value}

    def header(self, name: bytes) -> bytes | None:
        """The last value of a header, named in lower case."""
        return self.index.get(name)

    def joined(self, name: bytes) -> bytes | None:
        """All values of a header that may be a list, joined by commas."""
        value = self.index.get(name)
        if value is None or len(self.index) == len(self.headers):
            # absent, or every header stands there once
            return value
        return b",".join([one for known, one in self.headers if known == name])

    def text(self, name: bytes, limit: int = 200) -> str:
        """A header as text for records: printable, at most `limit` characters, empty when absent."""
        value = self.header(name)
        if not value:
            return ""
        decoded = value[: limit * 4].decode("utf-8", "replace")[:limit]
        return decoded if decoded.isprintable() else ""


class Hidden(NamedTuple):
    """What an upstream is sent, or knows of us, and no client may see.

    Attributes:
        secrets: as they stand in the request's head.
        accounts: whether the numbers of AWS's accounts belong to it.
    """

    secrets: tuple[bytes, ...] = ()
    accounts: bool = False


class FixedHead(NamedTuple):
    """The part of a request's head that repeats.

    Attributes:
        begin: method and path, up to where a query stands.
        always: the rest of the first line, and headers without the blank line.
        plain: both.
        defaults: values of headers that a client may set itself.
        hidden: what of it no client may see.
    """

    begin: bytes
    always: bytes
    plain: bytes
    defaults: dict[bytes, bytes]
    hidden: Hidden


class Responder(Protocol):
    """The client's side of one exchange."""

    def send(self, status: int, headers: Headers | bytes, body: bytes) -> None:
        """A whole answer, head and body in one write."""

    def start(self, status: int, headers: Headers | bytes) -> None:
        """The head of a streamed answer."""

    def write(self, data: bytes) -> None:
        """A part of a streamed answer; empty data is ignored."""

    def chunks(self) -> Callable[[bytes], None] | None:
        """Writes parts of the streamed answer under way that are framed as chunks already.

        None where this client gets no chunks.
        """

    def end(self) -> None:
        """The end of a streamed answer."""

    def abort(self) -> None:
        """Breaks the connection, so that a half answer cannot look whole."""


def response_head(status: int, headers: Headers | bytes) -> bytes:
    """Status line and headers, without the blank line that ends the head.

    Headers may come as lines already, each with its CRLF; then their maker has seen to it that no
    value ends its line. In others a line break would split the answer in two, so each becomes `?`,
    and so does a NUL.
    """
    first = STATUS_LINES.get(status) or b"HTTP/1.1 %d \r\n" % status
    if isinstance(headers, bytes):
        return first + headers
    parts = [first]
    for name, value in headers:
        parts += (name, b": ", value, b"\r\n")
    head = b"".join(parts)
    if head.count(b"\n") + head.count(b"\r") != 2 * len(headers) + 2 or b"\0" in head:
        flat = [b"%b: %b\r\n" % (n.translate(_FLAT), v.translate(_FLAT)) for n, v in headers]
        return first + b"".join(flat)
    return head


def is_stream(headers: Headers) -> bool:
    """Whether the body is of events, server-sent or AWS's."""
    for name, value in headers:
        if name == b"content-type":
            return value[:17].lower() in _STREAMS
    return False


def request_head(method: bytes, target: bytes, headers: Headers) -> bytes:
    """Request line and headers, blank line included.

    Raises:
        InternalError: a line break in any part would make two requests of one; nor is a NUL sent.
    """
    lines = b"".join([b"%b: %b\r\n" % pair for pair in headers])
    head = b"%b %b HTTP/1.1\r\n%b\r\n" % (method, target, lines)
    if head.count(b"\n") + head.count(b"\r") != 2 * len(headers) + 4 or b"\0" in head:
        raise InternalError("a header or path for an upstream holds a line break; nothing was sent")
    return head
