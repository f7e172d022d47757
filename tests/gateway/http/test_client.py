"""Bytes that upstreams should not send, each fed whole and one byte at a time."""

import asyncio
import gzip
import ssl
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.transports import FakeTransport
from vanguard.core.errors import (
    UpstreamError,
    UpstreamTimeout,
    UpstreamTruncated,
    UpstreamUnavailable,
)
from vanguard.gateway.http.client import UpstreamConnection
from vanguard.gateway.http.contract import Sink

POST = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n"


class Heard(Sink):
    """A sink that keeps all it hears."""

    def __init__(self):
        self.status = 0
        self.headers = []
        self.body = b""
        self.error = None
        self.ended = False

    def head(self, status, headers):
        assert not self.status, "two heads"
        self.status, self.headers = status, headers

    def data(self, data):
        assert self.status
        assert data
        assert not self.over
        self.body += data

    def end(self):
        assert not self.over
        self.ended = True

    def fail(self, error):
        assert not self.over
        self.error = error

    @property
    def over(self):
        return self.ended or self.error is not None


class Line:
    """A connection without a socket."""

    def __init__(self):
        self.released = 0
        self.transport = FakeTransport()
        self.connection = UpstreamConnection(self._release)
        self.connection.connection_made(self.transport)

    def _release(self, connection):
        assert connection is self.connection
        self.released += 1

    def ask(self, request=POST):
        heard = Heard()
        self.connection.send(request, heard, 10, 5)
        return heard

    def answer(self, data, step=0):
        step = step or max(len(data), 1)
        for start in range(0, len(data), step):
            if self.transport.closed:
                return
            self.connection.data_received(data[start : start + step])

    def lose(self, exc=None):
        self.connection.connection_lost(exc)


@pytest.fixture
async def line():
    return Line()


BROKEN = {
    "length beside coding": OK + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n",
    "coding beside length": OK + b"transfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n",
    "the same length twice": OK + b"content-length: 3\r\ncontent-length: 3\r\n\r\nabc",
    "two lengths": OK + b"content-length: 3\r\ncontent-length: 4\r\n\r\nabc",
    "signed length": OK + b"content-length: +3\r\n\r\nabc",
    "no length": OK + b"content-length:\r\n\r\nabc",
    "huge length": OK + b"content-length: 18446744073709551619\r\n\r\nabc",
    "gzip coding": OK + b"transfer-encoding: gzip\r\n\r\nabc",
    "gzip under chunked": OK + b"transfer-encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
    "two codings": OK
    + b"transfer-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
    "chunked twice": OK
    + b"transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
    "identity": OK + b"transfer-encoding: identity\r\n\r\nabc",
    "xchunked": OK + b"transfer-encoding: xchunked\r\n\r\nabc",
    "chunked in 1.0": b"HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
    "signed chunk": CHUNKED + b"+3\r\nabc\r\n0\r\n\r\n",
    "LF after size": CHUNKED + b"3\nabc\r\n0\r\n\r\n",
    "long chunk": CHUNKED + b"3\r\nabcd\r\n0\r\n\r\n",
    "folded header": OK + b"a: b\r\n c\r\ncontent-length: 0\r\n\r\n",
    "LF line ends": b"HTTP/1.1 200 OK\ncontent-length: 0\n\n",
    "NUL in a value": OK + b"a: b\0\r\ncontent-length: 0\r\n\r\n",
    "CR in a value": OK + b"a: b\rc\r\ncontent-length: 0\r\n\r\n",
    "space before colon": OK + b"a : b\r\ncontent-length: 0\r\n\r\n",
    "HTTP/2.0": b"HTTP/2.0 200 OK\r\ncontent-length: 0\r\n\r\n",
    "HTTP/0.9": b"HTTP/0.9 200 OK\r\ncontent-length: 0\r\n\r\n",
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "status 99": b"HTTP/1.1 099 X\r\ncontent-length: 0\r\n\r\n",
    "status 600": b"HTTP/1.1 600 X\r\ncontent-length: 0\r\n\r\n",
    "status of two digits": b"HTTP/1.1 20 X\r\ncontent-length: 0\r\n\r\n",
    "101 unasked": b"HTTP/1.1 101 S\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\nabc",
    "101 without upgrade": b"HTTP/1.1 101 S\r\n\r\n" + OK + b"content-length: 0\r\n\r\n",
    "body of a 100": b"HTTP/1.1 100 C\r\ncontent-length: 3\r\n\r\nabc" + OK + b"\r\n",
    "17 interim answers": b"HTTP/1.1 100 C\r\n\r\n" * 17,
    "two content codings": OK
    + b"content-encoding: gzip\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc",
    "nested content codings": OK + b"content-encoding: gzip, gzip\r\ncontent-length: 3\r\n\r\nabc",
    "not gzip": OK + b"content-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc",
    "bytes after gzip": OK
    + b"content-encoding: gzip\r\ncontent-length: 30\r\n\r\n"
    + gzip.compress(b"ab")[:30].ljust(30, b"x"),
    "1001 headers": OK + b"a: b\r\n" * 1001 + b"content-length: 0\r\n\r\n",
}


@pytest.mark.parametrize("step", [0, 1, 7])
@pytest.mark.parametrize("name", BROKEN)
async def test_what_is_no_answer(line, name, step):
    heard = line.ask()
    line.answer(BROKEN[name], step)
    line.lose()
    assert isinstance(heard.error, UpstreamError)
    assert not heard.ended
    assert line.transport.aborted
    assert not line.connection.usable()


WHOLE = {
    "length": (OK + b"content-length: 2\r\n\r\nok", 200, b"ok", True),
    "chunks": (CHUNKED + b"1\r\no\r\n1;x=y\r\nk\r\n0\r\n\r\n", 200, b"ok", True),
    "trailers": (CHUNKED + b"2\r\nok\r\n0\r\nx: y\r\n\r\n", 200, b"ok", True),
    "no body": (b"HTTP/1.1 204 N\r\n\r\n", 204, b"", True),
    "304 with a length": (b"HTTP/1.1 304 N\r\ncontent-length: 9\r\n\r\n", 304, b"", True),
    "close": (OK + b"connection: close\r\ncontent-length: 2\r\n\r\nok", 200, b"ok", False),
    "1.0": (b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok", 200, b"ok", False),
    "no reason": (b"HTTP/1.1 200\r\ncontent-length: 2\r\n\r\nok", 200, b"ok", True),
    "interim": (b"HTTP/1.1 100 C\r\n\r\nHTTP/1.1 103 E\r\nl: m\r\n\r\n" + OK
                + b"content-length: 2\r\n\r\nok", 200, b"ok", True),
    "upgrade offered": (b"HTTP/1.1 426 U\r\nconnection: upgrade\r\nupgrade: h2c\r\ncontent-length: 2\r\n\r\nno", 426, b"no", True),
    "surplus": (OK + b"content-length: 2\r\n\r\nokx", 200, b"ok", False),
    "surplus answer": (OK + b"content-length: 2\r\n\r\nok" + OK + b"content-length: 2\r\n\r\nno",
                       200, b"ok", False),
    "surplus start": (OK + b"content-length: 2\r\n\r\nokH", 200, b"ok", False),
    "surplus of a 204": (b"HTTP/1.1 204 N\r\ncontent-length: 2\r\n\r\nok", 204, b"", False),
    "surplus after chunks": (CHUNKED + b"2\r\nok\r\n0\r\n\r\n0\r\n\r\n", 200, b"ok", False),
}  # fmt: skip


@pytest.mark.parametrize("step", [0, 1, 7])
@pytest.mark.parametrize("name", WHOLE)
async def test_what_is_an_answer_and_whether_the_connection_may_serve_again(line, name, step):
    sent, status, body, reusable = WHOLE[name]
    heard = line.ask()
    line.answer(sent, step)
    assert (heard.status, heard.body, heard.error) == (status, body, None)
    assert heard.ended
    assert not any(name in {b"l", b"x"} for name, _ in heard.headers)
    assert line.connection.usable() == reusable
    if reusable:
        again = line.ask()
        line.answer(OK + b"content-length: 5\r\n\r\nagain", step)
        assert (again.body, again.ended) == (b"again", True)
        assert heard.body == body


async def test_surplus_after_an_answer_was_handed_over_closes(line):
    line.ask()
    line.answer(OK + b"content-length: 0\r\n\r\n")
    assert line.connection.usable()
    line.answer(OK + b"content-length: 4\r\n\r\nevil")
    assert line.transport.aborted


async def test_the_answer_to_a_head_has_no_body_and_its_connection_ends(line):
    heard = line.ask(b"HEAD / HTTP/1.1\r\nhost: x\r\n\r\n")
    line.answer(OK + b"content-length: 4\r\n\r\nevil")
    assert (heard.ended, heard.body) == (True, b"")
    assert (b"content-length", b"4") in heard.headers
    assert line.transport.aborted


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (b"HTTP/1.1 200 ", b"a" * 60_000),
        (OK + b"a: ", b"b" * 60_000),
        (OK, b"b" * 60_000),
        (OK, b"a: b\r\n" * 10_000),
        (b"HTTP/1.1 100 C\r\n", b"a: b\r\n" * 10_000),
        (CHUNKED, b"0" * 60_000),
        (CHUNKED + b"1", b";a=" + b"b" * 60_000),
        (CHUNKED + b"0\r\na: ", b"b" * 60_000),
        (CHUNKED + b"0\r\n", b"a: b\r\n" * 10_000),
    ],
)
async def test_endless_heads_frames_and_trailers_are_bounded(line, start, more):
    heard = line.ask()
    line.answer(start)
    for _ in range(9):
        line.answer(more)
    assert isinstance(heard.error, UpstreamError)


async def test_interim_answers_do_not_move_the_deadline_of_the_first_byte(line):
    line.ask()
    before = line.connection.deadline
    line.answer(b"HTTP/1.1 100 C\r\n\r\n")
    assert line.connection.deadline == before
    line.answer(OK + b"content-length: 2\r\n\r\n")
    assert line.connection.deadline != before, "the head's silence is that of a body"


@pytest.mark.parametrize("cut", range(1, len(CHUNKED) + 9))
async def test_an_answer_that_breaks_off_anywhere_is_no_success(line, cut):
    heard = line.ask()
    line.answer((CHUNKED + b"2\r\nok\r\n0\r\n\r\n")[:cut])
    line.lose()
    assert isinstance(heard.error, UpstreamTruncated)
    assert line.released == 1


async def test_an_answer_until_the_end_of_the_connection(line):
    heard = line.ask()
    line.answer(OK + b"\r\nall")
    line.connection.eof_received()
    line.lose()
    assert (heard.body, heard.ended) == (b"all", True)
    # over TLS a connection that was cut ends without a word
    cut = Line()
    unsaid = cut.ask()
    cut.answer(OK + b"\r\nhalf")
    cut.connection.connection_lost(None)
    assert isinstance(unsaid.error, UpstreamTruncated)
    other = Line()
    reset = other.ask()
    other.answer(OK + b"\r\nhalf")
    other.lose(ConnectionResetError())
    assert isinstance(reset.error, UpstreamTruncated)


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
async def test_compressed_answers_are_unpacked_at_any_split(line, pack):
    packed = pack(b"hello " * 100)
    coding = b"gzip" if pack is gzip.compress else b"deflate"
    head = OK + b"content-encoding: %b\r\ncontent-length: %d\r\n\r\n" % (coding, len(packed))
    heard = line.ask()
    line.answer(head + packed, 3)
    assert (heard.body, heard.ended) == (b"hello " * 100, True)
    assert {name for name, _ in heard.headers} == set()
    short = Line()
    half = short.ask()
    short.answer(OK + b"content-encoding: %b\r\n\r\n" % coding + packed[:-3])
    short.lose()
    assert isinstance(half.error, UpstreamError)


async def test_a_bomb_is_refused_before_it_has_grown(line):
    bomb = gzip.compress(b"\0" * 100_000_000)
    heard = line.ask()
    line.answer(OK + b"content-encoding: gzip\r\n\r\n" + bomb)
    assert isinstance(heard.error, UpstreamError)
    assert len(heard.body) <= 32 * 1024 * 1024


class Slow(Heard):
    """A sink that cannot take more than one part until somebody says so."""

    def __init__(self, line):
        super().__init__()
        self.line = line
        self.parts = []

    def data(self, data):
        super().data(data)
        self.parts.append(len(data))
        self.line.connection.reading(False)

    async def takes(self):
        self.line.connection.reading(True)
        await asyncio.sleep(0)


MIB = 1024 * 1024


def packed_answer(body, *, chunks=1):
    """An answer in gzip, in so many chunks; a bytearray is packed already."""
    packed = body if isinstance(body, bytearray) else gzip.compress(body)
    size = -(-len(packed) // chunks)
    parts = [packed[start : start + size] for start in range(0, len(packed), size)]
    framed = b"".join([b"%x\r\n%b\r\n" % (len(part), part) for part in parts])
    coding = b"content-encoding: gzip\r\ntransfer-encoding: chunked\r\n"
    return OK + coding + b"\r\n" + framed + b"0\r\n\r\n"


def ask_slowly(line):
    slow = Slow(line)
    line.connection.send(POST, slow, 10, 5)
    return slow


@pytest.mark.parametrize("chunks", [1, 900])
async def test_what_one_read_inflates_to_waits_for_a_slow_client(line, chunks):
    slow = ask_slowly(line)
    line.answer(packed_answer(bytes(8 * MIB) + bytes(range(256)), chunks=chunks))
    for taken in range(1, 9):
        assert slow.parts == [MIB] * taken
        assert not slow.over
        assert line.connection.deadline == float("inf")
        assert not line.connection.usable()
        await slow.takes()
    assert slow.parts == [MIB] * 8 + [256]
    assert slow.body == bytes(8 * MIB) + bytes(range(256))
    assert slow.ended
    # the connection serves on
    assert (line.released, line.transport.reading) == (1, True)
    heard = line.ask()
    line.answer(packed_answer(b"next"))
    assert (heard.body, heard.ended) == (b"next", True)


async def test_what_waits_comes_before_what_is_read_next(line):
    slow = ask_slowly(line)
    body = bytes(2 * MIB) + bytes(range(256)) * 4
    said = packed_answer(body)
    line.answer(said[:-60])
    assert slow.parts == [MIB]
    line.connection.reading(True)
    line.answer(said[-60:])
    assert slow.parts == [MIB] * 2
    for _ in range(2):
        await slow.takes()
    assert slow.body == body
    assert slow.ended


async def test_what_waits_goes_out_before_more_is_read(line):
    """A transport that has more at hand reads it as soon as it is let, a turn later."""
    slow, seen = ask_slowly(line), []
    line.answer(packed_answer(bytes(3 * MIB))[:-5])
    soon = asyncio.get_running_loop().call_soon
    line.transport.resume_reading = lambda: soon(lambda: seen.append(list(slow.parts)))
    await slow.takes()
    await asyncio.sleep(0)
    assert seen == [[MIB, MIB]]


@pytest.mark.parametrize("framed", [True, False])
@pytest.mark.parametrize("cut", [0, 9])
async def test_what_waits_is_taken_though_the_upstream_has_closed(line, framed, cut):
    body = bytes(2 * MIB) + bytes(range(256)) * 4
    packed = gzip.compress(body)
    length = b"content-length: %d\r\nconnection: close\r\n" % len(packed) if framed else b""
    slow = ask_slowly(line)
    said = OK + b"content-encoding: gzip\r\n" + length + b"\r\n" + packed
    line.answer(said[: len(said) - cut])
    line.connection.eof_received()
    line.lose()
    while not slow.over:
        await slow.takes()
    if not cut:
        assert (slow.body == body, slow.ended) == (True, True)
    else:
        assert isinstance(slow.error, UpstreamTruncated)
    assert line.released == 1
    assert not line.connection.usable()


@pytest.mark.parametrize("quick", [True, False])
async def test_a_fault_in_what_waited_fails_the_answer(line, quick):
    packed = bytearray(gzip.compress(bytes(2 * MIB) + bytes(range(256)) * 4))
    packed[-8:] = bytes(8)
    heard = line.ask() if quick else ask_slowly(line)
    line.answer(packed_answer(packed))
    while not heard.over and not quick:
        await heard.takes()
    assert isinstance(heard.error, UpstreamError)
    assert "incorrect data check" in heard.error.message
    assert len(heard.body) >= MIB
    assert line.transport.aborted


async def test_nobody_hears_of_what_waited_once_it_is_cancelled(line):
    slow = ask_slowly(line)
    line.answer(packed_answer(bytes(8 * MIB)))
    line.connection.reading(True)
    line.connection.cancel()
    await asyncio.sleep(0)
    assert (slow.parts, slow.over) == ([MIB], False)
    assert line.transport.aborted


async def test_deadlines_say_what_was_awaited(line):
    heard = line.ask()
    line.connection.expire()
    assert isinstance(heard.error, UpstreamTimeout)
    assert "did not answer" in heard.error.message
    stalled = Line()
    half = stalled.ask()
    stalled.answer(OK + b"content-length: 2\r\n\r\no")
    stalled.connection.expire()
    assert "went silent" in half.error.message


async def test_nobody_hears_of_a_cancelled_request(line):
    heard = line.ask()
    line.connection.cancel()
    line.answer(OK)
    line.lose()
    assert not heard.over
    assert line.released == 1


async def test_backpressure_stops_reading_and_the_clock(line):
    line.ask()
    line.answer(OK + b"content-length: 3\r\n\r\na")
    line.connection.reading(False)
    assert not line.transport.reading
    line.answer(b"b")
    assert line.connection.deadline == float("inf")
    line.connection.reading(True)
    assert line.transport.reading
    assert line.connection.deadline < float("inf")


async def test_a_paused_connection_reads_again_when_it_is_free(line):
    line.ask()
    line.answer(OK + b"content-length: 3\r\n\r\na")
    line.connection.reading(False)
    line.answer(b"bc")
    assert line.transport.reading
    assert line.connection.usable()


async def test_an_answer_before_the_request_has_left_ends_the_connection(line):
    heard = line.ask(POST + b"x" * 100)
    line.transport.held = 50
    line.answer(b"HTTP/1.1 413 L\r\ncontent-length: 2\r\n\r\nno")
    assert (heard.status, heard.ended) == (413, True)
    assert line.transport.aborted


@pytest.mark.parametrize(
    ("pause", "exc", "unsent"),
    [
        (False, None, False),
        (False, ConnectionResetError(), False),
        (False, BrokenPipeError(), True),
        (True, ConnectionResetError(), True),
        (True, None, True),
    ],
)
async def test_whether_a_lost_request_had_left(line, pause, exc, unsent):
    heard = line.ask()
    if pause:
        line.connection.pause_writing()
    line.lose(exc)
    assert isinstance(heard.error, UpstreamUnavailable)
    assert line.connection.unsent == unsent


def said(kind, reason):
    """What OpenSSL raises."""
    error = kind(1, "[SSL] it broke")
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("exc", "words"),
    [
        (None, ""),
        (ConnectionResetError(), ""),
        (said(ssl.SSLEOFError, "UNEXPECTED_EOF_WHILE_READING"), ""),
        (said(ssl.SSLError, "UNEXPECTED_EOF_WHILE_READING"), ""),
        (
            said(ssl.SSLError, "TLSV13_ALERT_CERTIFICATE_REQUIRED"),
            ": tlsv13 alert certificate required",
        ),
    ],
)
async def test_what_tls_said_in_place_of_an_answer_is_told(line, exc, words):
    """A server of TLS 1.3 refuses a client's certificate when that has sent its request already."""
    heard = line.ask()
    line.lose(exc)
    assert type(heard.error) is UpstreamUnavailable
    told = "the upstream closed the connection without an answer"
    assert heard.error.message == told + words


async def test_a_request_that_left_after_a_pause_has_left(line):
    line.ask()
    line.connection.pause_writing()
    line.connection.resume_writing()
    line.lose()
    assert not line.connection.unsent


async def test_a_defect_of_the_sink_is_no_fault_of_the_upstream_and_yet_ends_the_answer(line):
    class Broken(Heard):
        def head(self, status, headers):
            raise KeyError("defect")

    broken = Broken()
    line.connection.send(POST, broken, 1, 1)
    with pytest.raises(KeyError):
        line.answer(OK + b"content-length: 0\r\n\r\n")
    assert isinstance(broken.error, UpstreamError)


class Switching(Heard):
    """A sink that has asked for another protocol."""

    switched_to = None

    def switched(self, transport, head, surplus):
        self.switched_to = (transport, head, surplus)


@pytest.mark.parametrize("step", [0, 1])
async def test_a_switch_that_was_asked_for(line, step):
    sink = Switching()
    line.connection.switch(POST, sink, 1, 1)
    line.answer(
        b"HTTP/1.1 100 C\r\nx: y\r\n\r\nHTTP/1.1 101 S\r\nconnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        step,
    )
    transport, head, surplus = sink.switched_to
    assert transport is line.transport
    assert head == (
        b"HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n"
    )
    assert surplus == b""
    assert (line.released, sink.over) == (1, False)


async def test_what_comes_behind_a_switch_is_handed_over(line):
    sink = Switching()
    line.connection.switch(POST, sink, 1, 1)
    line.answer(b"HTTP/1.1 101 S\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\nabc")
    assert sink.switched_to[2] == b"abc"


async def test_a_switch_that_is_refused_is_an_answer(line):
    sink = Switching()
    line.connection.switch(POST, sink, 1, 1)
    line.answer(b"HTTP/1.1 403 F\r\ncontent-length: 2\r\n\r\nno")
    assert (sink.status, sink.body, sink.ended) == (403, b"no", True)


parts = st.sampled_from(
    [
        OK, b"HTTP/1.1 100 C\r\n", b"HTTP/1.0 200 OK\r\n", b"content-length: 3\r\n",
        b"transfer-encoding: chunked\r\n", b"connection: close\r\n", b"\r\n", b"3\r\nabc\r\n",
        b"0\r\n\r\n", b"abc", b"\n", b"x: y\r\n", b"content-encoding: gzip\r\n",
    ]
)  # fmt: skip


@given(st.lists(parts, max_size=12), st.data())
def test_every_split_says_the_same(pieces, data):
    sent = b"".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=6)))

    async def hear(bounds):
        line = Line()
        heard = line.ask()
        for start, stop in bounds:
            if stop > start and not line.transport.closed:
                line.connection.data_received(sent[start:stop])
        usable = line.connection.usable()
        line.lose()
        return heard.status, heard.headers, heard.ended, type(heard.error), usable, heard

    async def both():
        return await hear([(0, len(sent))]), await hear(
            list(zip([0, *cuts], [*cuts, len(sent)], strict=True))
        )

    whole, split = asyncio.run(both())
    assert whole[:5] == split[:5]
    if whole[5].ended:
        assert whole[5].body == split[5].body
