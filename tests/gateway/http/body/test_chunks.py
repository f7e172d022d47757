"""One whole chunk is passed on without the parser; nothing may come of it but the time saved."""

import itertools

import httptools
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from support.transports import FakeTransport
from vanguard.core.errors import UpstreamError
from vanguard.gateway.http.body.chunks import (
    CHUNK_HEADS,
    HEAD_OF_WHOLE,
    PIECE_OF_WHOLE,
    WHOLE_BYTES,
    stands_between,
)
from vanguard.gateway.http.client import UpstreamConnection
from vanguard.gateway.http.contract import Sink

POST = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"

# contents that look like heads and ends of chunks, as an upstream might send to confuse us
PAYLOADS = st.one_of(
    st.sampled_from([b"4\r\n4", b"1", b"1\r\n1", b"3\r\n", b"\r\n", b"6\r\nabc", b"0\r\n\r\n"]),
    st.text("14af\r\n;x", min_size=1, max_size=12).map(str.encode),
    st.integers(1, 1100).map(lambda size: b"e" * size),
)
HEADS = st.sampled_from(["%x\r\n", "%X\r\n", "0%x\r\n", "%x;a=b\r\n", "%x;4\r\n"])


@st.composite
def chunked_bodies(draw):
    """Chunks in the ways servers write them, where each ends, and where reads cut them."""
    body, ends = b"", [0]
    for payload in draw(st.lists(PAYLOADS, min_size=1, max_size=6)):
        form = draw(st.one_of(st.just("%x\r\n"), HEADS))
        body += (form % len(payload)).encode() + payload + b"\r\n"
        ends.append(len(body))
    cut = st.one_of(st.sampled_from(ends), st.integers(0, len(body)))
    cuts = sorted({*draw(st.lists(cut, max_size=8)), 0, len(body)})
    return body, ends, list(itertools.pairwise(cuts))


class Pieces(Sink):
    """What a parser gives; `list.append` needs no frame of ours."""

    def __init__(self):
        self.given = []
        self.on_body = self.given.append


@given(chunked_bodies())
@example((b"4\r\n4\r\n4\r\n4\r\n", [0, 9], [(0, 3), (3, 12)]))
def test_a_parser_that_is_said_to_await_a_head_does(made):
    body, ends, reads = made
    pieces = Pieces()
    parser = httptools.HttpResponseParser(pieces)
    parser.feed_data(HEAD)
    for begin, end in reads:
        pieces.given.clear()
        try:
            parser.feed_data(body[begin:end])
        except httptools.HttpParserError:
            return
        if len(pieces.given) == 1 and stands_between(body[begin:end], pieces.given[0]):
            assert end in ends


class Heard(Sink):
    """A sink that keeps all it hears."""

    def __init__(self):
        self.body, self.pieces, self.error, self.ended = b"", 0, None, False

    def head(self, status, headers):
        pass

    def data(self, data):
        self.body += data
        self.pieces += 1

    def end(self):
        self.ended = True

    def fail(self, error):
        self.error = error


class Counted:
    """Stands between a connection and its parser, and counts."""

    def __init__(self, parser):
        self._parser = parser
        self.feeds = 0

    def feed_data(self, data):
        self.feeds += 1
        self._parser.feed_data(data)

    def __getattr__(self, name):
        return getattr(self._parser, name)


def connected():
    connection = UpstreamConnection(lambda _: None)
    connection.connection_made(FakeTransport())
    connection._parser = Counted(connection._parser)
    heard = Heard()
    connection.send(POST, heard, 30.0, 30.0)
    connection.data_received(HEAD)
    return connection, heard


def answered(reads):
    connection, heard = connected()
    for read in reads:
        connection.data_received(read)
    return heard


@given(chunked_bodies(), st.binary(max_size=3), st.integers(0, 4000), st.integers(0, 255))
async def test_reads_give_what_single_bytes_give(made, surplus, at, byte):
    body, _, reads = made
    for sent in (body, body[: at % len(body)] + bytes([byte]) + body[at % len(body) + 1 :]):
        whole = sent + b"0\r\n\r\n" + surplus
        by_reads = answered([*(sent[begin:end] for begin, end in reads), b"0\r\n\r\n" + surplus])
        by_bytes = answered([whole[i : i + 1] for i in range(len(whole))])
        assert by_reads.ended == by_bytes.ended
        assert type(by_reads.error) is type(by_bytes.error)
        assert by_bytes.body.startswith(by_reads.body)
        if by_reads.ended:
            assert by_reads.body == by_bytes.body


def test_a_chunk_is_known_by_its_length():
    known = [PIECE_OF_WHOLE[length] for length in range(WHOLE_BYTES) if PIECE_OF_WHOLE[length] >= 0]
    assert known == list(range(1, len(CHUNK_HEADS)))
    for size in known:
        length = len(CHUNK_HEADS[size]) + size + 2
        assert (HEAD_OF_WHOLE[length], PIECE_OF_WHOLE[length]) == (CHUNK_HEADS[size], size)


async def test_the_parser_sees_the_first_of_equal_chunks_alone():
    connection, heard = connected()
    for number in range(9):
        connection.data_received(b"7\r\nevent %d\r\n" % number)
    assert connection._parser.feeds == 2, "the head and one chunk"
    assert heard.pieces == 9
    connection.data_received(b"0\r\n\r\n")
    assert heard.ended
    assert heard.body == b"".join(b"event %d" % number for number in range(9))


@pytest.mark.parametrize(
    "read",
    [
        b"7\r\nevent 1\r",
        b"8\r\nevent 1\r\n",
        b"6\r\nevent 1\r\n",
        b"7\r\nevent 1\r\n7\r\nevent 2\r\n",
        b"07\r\nevent 1\r\n",
        b"7;a\r\nevent 1\r\n",
        b"7\nevent 1\r\n",
        b"\n" * 15,
        b"e" * WHOLE_BYTES,
    ],
)
async def test_what_is_not_one_whole_chunk_is_the_parsers(read):
    connection, heard = connected()
    connection.data_received(b"7\r\nevent 0\r\n")
    connection.data_received(b"7\r\nevent 0\r\n")
    assert connection._parser.feeds == 2
    connection.data_received(read)
    assert connection._parser.feeds == 3
    assert heard.error is None or isinstance(heard.error, UpstreamError)


async def test_a_deadline_begins_anew_with_a_chunk_that_the_parser_did_not_see():
    connection, _ = connected()
    connection.data_received(b"7\r\nevent 0\r\n")
    due = connection.deadline
    assert connection.overdue(due)
    connection.data_received(b"7\r\nevent 1\r\n")
    assert not connection.overdue(due)
    assert not connection.overdue(due + 29.9)
    assert connection.overdue(due + 30.0), "since the look at which it had been heard"


async def test_a_slow_client_stops_that_clock():
    connection, _ = connected()
    connection.data_received(b"7\r\nevent 0\r\n")
    connection.data_received(b"7\r\nevent 1\r\n")
    connection.reading(False)
    assert not connection.overdue(connection._time() + 10_000)


async def test_nor_is_an_answer_that_was_given_up_waited_for():
    connection, _ = connected()
    connection.data_received(b"7\r\nevent 0\r\n")
    connection.data_received(b"7\r\nevent 1\r\n")
    connection.cancel()
    connection.overdue(connection._time())
    assert connection.deadline == float("inf")
