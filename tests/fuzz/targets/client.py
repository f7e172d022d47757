"""An upstream's bytes. What must hold:

- the sink hears a head, then data, then exactly one end: a success or a typed error;
- it does not matter where the bytes were cut;
- nor what the connection has read before: what was said twice is heard twice;
- an answer that counts as whole means the same to h11;
- a connection serves again only when nothing is left of its answer.
"""

from __future__ import annotations

import random
import re
from zlib import crc32

import h11

from fuzz.targets.lines import StillLoop, running
from fuzz.targets.splits import splits
from support.transports import FakeTransport
from vanguard.core.errors import UpstreamError
from vanguard.gateway.http.client import UpstreamConnection
from vanguard.gateway.http.contract import Sink

POST = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n"
# words after a status that nobody reads, another protocol's name before it, sizes and lengths of more
# than twenty digits, blank lines before the answer: none of them can move the border of an answer
_TOLERATED = (
    "bad Content-Length",
    "illegal status line",
    "illegal chunk header",
    "no response line",
)
_INTERIM = re.compile(rb"\A[\r\n]*(?:HTTP/1\.\d 1\d\d[^\n]*\n(?:[^\r\n][^\n]*\n)*\r?\n)+")


class Heard(Sink):
    """A sink that notices what comes out of turn."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = b""
        self.error: UpstreamError | None = None
        self.over = False
        self.reusable = False

    def head(self, status, headers) -> None:
        assert not self.status
        assert 200 <= status <= 599
        self.status, self.headers = status, headers

    def data(self, data) -> None:
        assert self.status
        assert data
        assert not self.over
        self.body += data

    def end(self) -> None:
        assert self.status
        assert not self.over
        self.over = True

    def fail(self, error) -> None:
        assert isinstance(error, UpstreamError)
        assert not self.over
        self.over, self.error = True, error

    @property
    def outcome(self):
        body = self.body if self.error is None else None
        return self.status, self.headers, body, type(self.error)


def check(data: bytes) -> None:
    """Raises AssertionError where something does not hold."""
    if not data:
        return
    whole = _hear([data])
    for pieces in splits(data):
        split = _hear(pieces)
        assert split.outcome == whole.outcome, "cut matters"
        # blank lines behind an answer are skipped where they come along with it; no other surplus is
        blank = data.endswith((b"\r", b"\n"))
        assert split.reusable == whole.reusable or (blank and whole.reusable), "cut matters"
    if whole.reusable:
        _repeats(data, whole)
    if whole.error is None:
        _same_to_h11(data, whole)


def _repeats(data: bytes, whole: Heard) -> None:
    """What was read may help to read its like, and must not change what that means."""
    again = _hear([data], after=data)
    assert again.reusable == whole.reusable, "first matters"
    assert _but_for_lengths(again) == _but_for_lengths(whole), "first matters"
    dice = random.Random(crc32(data))
    place, size = dice.randrange(len(data)), dice.randrange(3)
    like = data[:place] + dice.randbytes(size) + data[place + dice.randrange(3) :]
    if like:
        second, fresh = _hear([like], after=data), _hear([like])
        assert second.reusable == fresh.reusable, "first matters"
        assert _but_for_lengths(second) == _but_for_lengths(fresh), "first matters"


def _but_for_lengths(heard: Heard):
    """A known head does not tell the length of a body that comes with it."""
    status, headers, *rest = heard.outcome
    return status, [pair for pair in headers if pair[0] != b"content-length"], *rest


def _hear(pieces: list[bytes], after: bytes = b"") -> Heard:
    """What comes of an answer in these pieces, on a connection that has served another one `after`."""
    with running(StillLoop()):
        connection = UpstreamConnection(lambda _: None)
        transport = FakeTransport()
        connection.connection_made(transport)
        if after:
            connection.send(POST, Heard(), 1, 1)
            connection.data_received(after)
        heard = Heard()
        connection.send(POST, heard, 1, 1)
        for piece in pieces:
            if transport.closed:
                break
            connection.data_received(piece)
            assert connection._barren_bytes <= 512 * 1024
        heard.reusable = connection.usable()
        if not transport.closed:
            connection.eof_received()
        connection.connection_lost(None)
    assert heard.over
    return heard


def _same_to_h11(data: bytes, ours: Heard) -> None:
    status, body, surplus, refusal = _h11_answer(data)
    final = _INTERIM.sub(b"", data)
    if "Transfer-Encoding" in refusal and final != data:
        # in an answer before the last: that ends with its head, whatever it says (RFC 9112, 6.3)
        _same_to_h11(final, ours)
    elif "Transfer-Encoding" in refusal:
        # in a trailer, which nobody reads: the coding of the head itself is the one understood
        codings = [value for name, value in ours.headers if name == b"transfer-encoding"]
        assert [coding.strip(b" \t").lower() for coding in codings] == [b"chunked"]
    elif refusal:
        assert any(words in refusal for words in _TOLERATED), refusal
    else:
        assert status == ours.status
        assert b"content-encoding:" in data.lower() or body == ours.body
        assert not ours.reusable or not surplus.strip(b"\r\n"), "surplus on a kept connection"


def _h11_answer(data: bytes) -> tuple[int, bytes, bytes, str]:
    """Status, body, what is left behind the answer, and why h11 refuses it."""
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=1_000_000)
    headers = [("host", "x"), ("content-length", "0")]
    connection.send(h11.Request(method="POST", target="/", headers=headers))
    connection.send(h11.EndOfMessage())
    connection.receive_data(data)
    status, body = 0, b""
    try:
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                connection.receive_data(b"")
            elif isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
                return status, body, connection.trailing_data[0], ""
    except h11.RemoteProtocolError as error:
        return status, body, b"", str(error)
