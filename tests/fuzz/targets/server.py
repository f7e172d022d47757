"""A client's bytes. What must hold:

- nothing but the typed errors ends the reading, and memory stays within the bounds;
- it does not matter where the bytes were cut;
- a request that is accepted means the same to h11, so that nothing can be smuggled past either;
- each request has one answer, in order, and the answers are HTTP to h11.
"""

from __future__ import annotations

import random
from zlib import crc32

import h11

from fuzz.targets.lines import StillLoop, running
from fuzz.targets.splits import splits
from support.transports import FakeTransport
from vanguard.core.errors import VanguardError
from vanguard.gateway.http.heads import Refused
from vanguard.gateway.http.reader import RequestReader
from vanguard.gateway.http.server import Server
from vanguard.snapshot.boot import Bounds, Deadlines

BOUNDS = Bounds(request_body_bytes=1_000, head_bytes=2_000, headers=20)
# h11 is stricter here, and what it refuses cannot move a border between requests: blank lines before a
# request, more than one space in its first line or another protocol's name there, sizes of chunks and
# lengths with more than twenty digits
_TOLERATED = (
    "bad Content-Length",
    "no request line",
    "illegal request line",
    "illegal chunk header",
)
_REWRITTEN = {b"connection", b"upgrade", b"http2-settings"}

Seen = tuple[str, bytes, list[tuple[bytes, bytes]], bytes]


class Taken:
    """A reader and what it has said."""

    def __init__(self) -> None:
        self.requests: list[Seen] = []
        self.status = 0
        self.closed = False
        self._reader = RequestReader(self, BOUNDS)

    def received(self, request) -> None:
        if not self.closed:
            seen = (request.method, request.target, request.headers, request.body)
            self.requests.append(seen)
        self.closed = self.closed or not request.keep_alive

    def upgrade_asked(self, request, surplus) -> bool:
        return False

    def continue_wanted(self) -> None:
        pass

    def hold(self, size) -> None:
        assert size > 0

    def read(self, pieces: list[bytes]) -> Taken:
        for piece in pieces:
            try:
                self._reader.feed(piece)
            except (VanguardError, Refused) as error:
                self.status = 0 if self.closed else error.status
                return self
            self._check_memory(len(piece))
            if self.closed:
                return self
        return self

    def _check_memory(self, read_bytes: int) -> None:
        reader = self._reader
        kept = sum(len(name) + len(value) for name, value in reader._headers)
        assert kept <= BOUNDS.head_bytes + 512 * 1024 + read_bytes
        assert len(reader._body) == reader.body_bytes <= BOUNDS.request_body_bytes


def check(data: bytes) -> None:
    """Raises AssertionError where something does not hold."""
    if not data:
        return
    whole = Taken().read([data])
    for pieces in splits(data):
        split = Taken().read(pieces)
        assert (split.requests, split.status) == (whole.requests, whole.status), "cut matters"
    _repeats(data)
    _same_to_h11(data, whole.requests)
    _answers(data, whole)


def _repeats(data: bytes) -> None:
    """What was read may help to read its like, and must not change what that means."""
    if len(data) > 1_000:
        return
    dice = random.Random(crc32(data))
    place, size = dice.randrange(len(data)), dice.randrange(3)
    like = data[:place] + dice.randbytes(size) + data[place + dice.randrange(3) :]
    for second in (data, like):
        both = data + second
        parted = Taken().read([one for one in (data, second) if one])
        single = Taken().read([both[at : at + 1] for at in range(len(both))])
        assert (parted.requests, parted.status) == (single.requests, single.status), "first matters"


def _same_to_h11(data: bytes, ours: list[Seen]) -> None:
    theirs, refusal = _h11_requests(data)
    for number, (method, target, headers, body) in enumerate(ours):
        if number >= len(theirs):
            assert refusal, f"h11 sees no request {number}"
            if "Transfer-Encoding" in refusal:
                # in a trailer, which nobody reads: the coding of the head itself is the one understood
                codings = [value for name, value in headers if name == b"transfer-encoding"]
                assert [coding.strip(b" \t").lower() for coding in codings] == [b"chunked"]
                return
            assert any(words in refusal for words in _TOLERATED), refusal
            return
        their_method, their_target, their_headers, their_body = theirs[number]
        assert (method, body) == (their_method, their_body)
        dropped = _REWRITTEN
        if their_target[:1] == b"/":
            assert target == their_target
        else:
            dropped = dropped | {b"host"}
            assert target[:1] in b"/*"
        assert _plain(headers, dropped) == _plain(their_headers, dropped)


def _plain(headers, dropped) -> list[tuple[bytes, bytes]]:
    kept = [(name, value.strip(b" \t")) for name, value in headers if name not in dropped]
    return [(n, v.lower() if n == b"transfer-encoding" else v) for n, v in kept]


def _h11_requests(data: bytes) -> tuple[list[Seen], str]:
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1_000_000)
    connection.receive_data(data)
    seen: list[Seen] = []
    body = b""
    request = None
    try:
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Request):
                request, body = event, b""
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                headers = [(bytes(name), bytes(value)) for name, value in request.headers]
                seen.append((request.method.decode(), bytes(request.target), headers, body))
                status = 400 if request.method == b"CONNECT" else 200
                connection.send(h11.Response(status_code=status, headers=[("content-length", "0")]))
                connection.send(h11.EndOfMessage())
                if connection.our_state is not h11.DONE:
                    return seen, ""
                if connection.their_state is h11.DONE:
                    connection.start_next_cycle()
            else:
                return seen, ""
    except h11.RemoteProtocolError as error:
        return seen, str(error)


# of control bytes only those that end a line or a text are for `response_head` to mend
_ECHOED = bytes(n if n >= 32 and n != 127 else (n if n in b"\r\n\0" else 63) for n in range(256))


class Echo:
    """Answers at once, in turn as a whole and in parts; what was sent comes back in a header, too."""

    def __init__(self) -> None:
        self.methods: list[str] = []

    def handle(self, request, connection) -> None:
        self.methods.append(request.method)
        headers = [
            (b"x-path", request.path.encode("latin-1")),
            (b"x-body", request.body[:99].translate(_ECHOED)),
        ]
        if len(self.methods) % 2:
            connection.send(200, headers, request.body)
        else:
            connection.start(200, headers)
            connection.write(request.body)
            connection.end()

    def upgrade(self, request):
        return None

    def malformed(self, error, path):
        return error.status, [], error.message.encode()


def _answers(data: bytes, whole: Taken) -> None:
    with running(StillLoop()) as loop:
        echo = Echo()
        server = Server(echo, Deadlines(), BOUNDS)
        connection = server.factory(admin=True)()
        transport = FakeTransport()
        connection.connection_made(transport)
        connection.data_received(data)
        loop.turn()
        connection.connection_lost(None)
    own = [method for method, target, *_ in whole.requests if target != b"*"]
    assert echo.methods == own[: len(echo.methods)]
    late = len(whole.requests) > 129
    assert late or echo.methods == own
    assert (server.held_bytes, server.connections) == (0, set())
    methods = [method for method, *_ in whole.requests]
    # where the bytes end, a client may still be told to go on
    sent = bytes(transport.sent).removesuffix(b"HTTP/1.1 100 Continue\r\n\r\n")
    statuses = _h11_statuses(sent, methods)
    expected = len(whole.requests) + bool(whole.status)
    assert late or len(statuses) == expected, (statuses, expected)
    assert late or not whole.status or statuses[-1] == whole.status


def _h11_statuses(data: bytes, methods: list[str]) -> list[int]:
    """The final answers in these bytes, read as answers to these methods and one GET more."""
    statuses = []
    rest = data
    for method in [*methods, "GET"]:
        if not rest:
            return statuses
        connection = h11.Connection(h11.CLIENT)
        connection.send(h11.Request(method=method, target="/", headers=[("host", "x")]))
        connection.send(h11.EndOfMessage())
        connection.receive_data(rest)
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA and not connection.trailing_data[0]:
                connection.receive_data(b"")
                event = connection.next_event()
            if isinstance(event, h11.ConnectionClosed):
                return statuses
            if isinstance(event, h11.Response):
                statuses.append(event.status_code)
            if isinstance(event, h11.EndOfMessage):
                rest = connection.trailing_data[0]
                break
    if not rest:
        return statuses
    raise AssertionError("more answers than requests")
