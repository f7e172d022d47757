"""Heads of answers that were read before are not parsed again; nothing may come of it but the time saved."""

import asyncio
import gzip
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.http.test_client import CHUNKED, OK, POST, Heard, Line
from vanguard.core.errors import UpstreamError
from vanguard.gateway.http.contract import Caller
from vanguard.gateway.http.known.answer import LESSONS

GET = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
HEAD = b"HEAD / HTTP/1.1\r\nhost: x\r\n\r\n"
PACKED = gzip.compress(b"abc", mtime=0)
TEXT = OK + b"Content-Length: %d\r\nx-a: 1\r\n\r\n"


def said(body, head=TEXT):
    return head % len(body) + body


class Blind:
    """A parser that must not be asked."""

    def feed_data(self, data):
        raise AssertionError(f"parsed: {data!r}")


def learned():
    """A connection that knows the head of TEXT."""
    line = Line()
    first = line.ask()
    line.answer(said(b"the first"))
    assert (first.body, first.ended) == (b"the first", True)
    assert line.connection._known is not None
    return line


@pytest.fixture
async def line():
    return learned()


def outcome(line, reads, request=POST):
    """What the next answer on this connection comes to."""
    heard = line.ask(request)
    for data in reads:
        line.answer(data)
    usable, ended = line.connection.usable(), heard.ended
    if not usable:
        line.lose()
    # a known head does not tell the length of a body that comes with it
    headers = [pair for pair in heard.headers if pair[0] != b"content-length"]
    return heard.status, headers, heard.body, type(heard.error), ended, usable


SECOND = {
    "the same": said(b"the first"),
    "another body": said(b"abc"),
    "a longer body": said(b"x" * 9_999),
    "no body": said(b""),
    "a body of line ends": said(b"\r\n\r\n"),
    "a body like a head": said(said(b"abc")),
    "no body and a surplus": TEXT % 0 + b"abc",
    "a body that does not come": TEXT % 3,
    "a byte short": TEXT % 3 + b"ab",
    "a byte long": TEXT % 3 + b"abcd",
    "a line long": said(b"abc") + b"\r\n",
    "leading zero": said(b"abc").replace(b": 3", b": 03"),
    "plus": said(b"abc").replace(b": 3", b": +3"),
    "minus": said(b"abc").replace(b": 3", b": -3"),
    "no length": said(b"abc").replace(b": 3", b": "),
    "blank behind the length": said(b"abc").replace(b": 3", b": 3 "),
    "blank before the length": said(b"abc").replace(b": 3", b":  3"),
    "tab before the length": said(b"abc").replace(b": 3", b":\t3"),
    "LF behind the length": said(b"abc").replace(b": 3\r", b": 3"),
    "two CR behind the length": said(b"abc").replace(b": 3\r", b": 3\r\r"),
    "a list of lengths": said(b"abc").replace(b": 3", b": 3, 3"),
    "many digits": said(b"abc").replace(b": 3", b": " + b"3".zfill(30)),
    "another value": said(b"abc").replace(b"x-a: 1", b"x-a: 2"),
    "another name": said(b"abc").replace(b"x-a: 1", b"x-b: 1"),
    "one header more": said(b"abc").replace(b"x-a: 1", b"x-a: 1\r\nx-b: 1"),
    "one header less": said(b"abc").replace(b"x-a: 1\r\n", b""),
    "the length in small letters": said(b"abc").replace(b"Content-Length", b"content-length"),
    "a second length": said(b"abc").replace(b"x-a: 1", b"content-length: 3"),
    "a second length behind": said(b"abc").replace(b"x-a: 1", b"x-a: 1\r\ncontent-length: 3"),
    "a second length before": said(b"abc").replace(OK, OK + b"content-length: 4\r\n"),
    "chunked": CHUNKED + b"3\r\nabc\r\n0\r\n\r\n",
    "chunked beside a length": said(b"abc").replace(b"x-a: 1", b"transfer-encoding: chunked"),
    "close": said(b"abc").replace(b"x-a: 1", b"connection: close"),
    "until the end": OK + b"x-a: 1\r\n\r\nabc",
    "gzip": said(PACKED).replace(b"x-a: 1", b"content-encoding: gzip"),
    "not gzip": said(b"abc").replace(b"x-a: 1", b"content-encoding: gzip"),
    "another status": said(b"abc").replace(b"200", b"500"),
    "another reason": said(b"abc").replace(b"OK", b"KO"),
    "HTTP/1.0": said(b"abc").replace(b"1.1", b"1.0"),
    "204": b"HTTP/1.1 204 N\r\nx-a: 1\r\n\r\n",
    "304 with a length": b"HTTP/1.1 304 N\r\nContent-Length: 3\r\nx-a: 1\r\n\r\n",
    "surplus answer": said(b"abc") + said(b"abc"),
    "surplus start": said(b"abc") + b"H",
    "blank line before": b"\r\n" + said(b"abc"),
    "blank lines before": b"\r\n\r\n" + said(b"abc"),
    "interim before": b"HTTP/1.1 100 C\r\n\r\n" + said(b"abc"),
    "interim alone": b"HTTP/1.1 100 C\r\n\r\n",
    "101": b"HTTP/1.1 101 S\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
    "no HTTP": b"abc",
    "one letter": b"H",
    "half a head": said(b"abc")[:30],
}


@pytest.mark.parametrize("name", SECOND)
async def test_a_second_answer_is_heard_as_on_a_fresh_connection(name):
    sent = SECOND[name]
    ways = [[sent], [sent[at : at + 1] for at in range(min(len(sent), 200))]]
    ways += [[sent[:cut], sent[cut:]] for cut in range(1, min(len(sent), 200))]
    for reads in ways:
        line, fresh = learned(), Line()
        second = outcome(line, reads)
        assert second == outcome(fresh, reads)
        if second[-1]:
            # and what follows is read as if there had been no other
            for data in (said(b"behind"), said(b"further")):
                assert outcome(line, [data]) == outcome(fresh, [data])


@pytest.mark.parametrize(
    "body", [b"abc", b"x" * 9_999, b"\r\n\r\n", b"Content-Length: 9\r\n", said(b"abc")]
)
async def test_a_head_that_repeats_is_not_parsed_again_whatever_its_body(line, body):
    line.connection._parser = Blind()
    heard = line.ask()
    line.answer(said(body))
    assert (heard.status, heard.body, heard.ended) == (200, body, True)
    assert [name for name, _ in heard.headers] == [b"x-a"]
    assert line.connection.usable()
    assert (line.released, line.connection.deadline) == (2, float("inf"))
    # nothing is asked for now
    line.answer(said(body))
    assert line.transport.aborted


async def test_a_known_head_without_a_body_is_parsed(line):
    heard = line.ask()
    line.answer(said(b""))
    assert (heard.status, heard.body, heard.ended) == (200, b"", True)
    assert (b"content-length", b"0") in heard.headers


async def test_a_known_head_behind_an_interim_answer_is_parsed(line):
    heard = line.ask()
    line.answer(b"HTTP/1.1 100 C\r\n\r\n")
    line.connection._parser = Blind()
    with pytest.raises(AssertionError, match="parsed"):
        line.answer(said(b"abc"))
    assert not heard.status


@pytest.mark.parametrize("behind", [b"", b"evil"])
async def test_the_answer_to_a_head_is_never_taken_for_a_known_one(line, behind):
    heard = line.ask(HEAD)
    line.answer(TEXT % 4 + behind)
    assert (heard.status, heard.body, heard.ended) == (200, b"", True)
    assert (b"content-length", b"4") in heard.headers
    assert line.transport.aborted


def as_long_as_packed():
    """A body of the same length when it is packed."""
    bodies = (bytes(range(64)) + b"a" * size for size in range(99))
    return next(body for body in bodies if len(zlib.compress(body)) == len(body))


NO_LESSON = {
    "gzip": said(PACKED).replace(b"x-a: 1", b"content-encoding: gzip"),
    "as long as it was packed": said(zlib.compress(as_long_as_packed())).replace(
        b"x-a: 1", b"content-encoding: deflate"
    ),
    "chunked": CHUNKED + b"3\r\nabc\r\n0\r\n\r\n",
    "trailers": CHUNKED + b"3\r\nabc\r\n0\r\nx: y\r\n\r\n",
    "204": b"HTTP/1.1 204 N\r\n\r\n",
    "304 with a length": b"HTTP/1.1 304 N\r\ncontent-length: 3\r\n\r\n",
    "no body": said(b""),
    "close": said(b"abc").replace(b"x-a: 1", b"connection: close"),
    "HTTP/1.0": said(b"abc").replace(b"1.1", b"1.0"),
    "capitals": said(b"abc").replace(b"Content-Length", b"CONTENT-LENGTH"),
    "blank line behind": said(b"abc") + b"\r\n",
    "surplus start": said(b"abc") + b"H",
    "surplus answer": said(b"abc") + said(b"abc"),
    "blank lines before": b"\r\n\r\n" + said(b"abc"),
    "interim before": b"HTTP/1.1 100 C\r\n\r\n" + said(b"abc"),
}


@pytest.mark.parametrize("name", NO_LESSON)
async def test_what_teaches_nothing(name):
    fresh, line = Line(), learned()
    for one in (fresh, line):
        heard = one.ask()
        one.answer(NO_LESSON[name])
        assert heard.ended
        if one.connection.usable():
            assert one.connection._known is None
    assert fresh.connection._known is None


@pytest.mark.parametrize("step", [1, 40])
async def test_an_answer_in_several_reads_teaches_nothing_and_leaves_what_is_known(step):
    fresh, line = Line(), learned()
    for one in (fresh, line):
        heard = one.ask()
        one.answer(said(b"x" * 99), step)
        assert heard.ended
    assert fresh.connection._known is None
    line.connection._parser = Blind()
    heard = line.ask()
    line.answer(said(b"abc"))
    assert heard.body == b"abc"


async def test_an_interim_answer_and_its_answer_in_two_reads_teach_nothing():
    line = Line()
    line.ask()
    line.answer(b"HTTP/1.1 100 C\r\n\r\n")
    line.answer(said(b"abc"))
    assert line.connection.usable()
    assert line.connection._known is None


def numbered(number):
    return said(b"abc").replace(b"x-a: 1", b"x-a: %d" % number)


async def test_heads_that_are_never_met_again_are_soon_learned_no_more():
    line = Line()
    known = []
    for number in range(3 * LESSONS):
        heard = line.ask()
        line.answer(numbered(number))
        assert (heard.headers[-1], heard.ended) == ((b"x-a", b"%d" % number), True)
        known.append(line.connection._known)
    assert known[0] is not None
    assert len({id(one) for one in known if one is not None}) <= LESSONS
    assert known[LESSONS:] == [None] * (2 * LESSONS)
    for _ in range(3):
        line.ask()
        line.answer(numbered(1))
        assert line.connection._known is None


async def test_heads_that_repeat_between_their_changes_are_learned_for_ever():
    line = Line()
    for number in range(3 * LESSONS):
        line.ask()
        line.answer(numbered(number))
        parser, line.connection._parser = line.connection._parser, Blind()
        for _ in range(2):
            heard = line.ask()
            line.answer(numbered(number))
            assert (heard.headers[-1], heard.ended) == ((b"x-a", b"%d" % number), True)
        line.connection._parser = parser


async def test_one_that_is_met_again_makes_up_for_others_that_were_not():
    line = Line()
    numbers = [*range(LESSONS - 1), LESSONS - 2, *range(LESSONS, 2 * LESSONS - 1)]
    for number in numbers:
        line.ask()
        line.answer(numbered(number))
        assert line.connection._known is not None
    line.ask()
    line.answer(numbered(99))
    assert line.connection._known is None


# --- sinks ---------------------------------------------------------------------------------------


class Taking(Heard):
    """A sink that takes whole answers."""

    taken = ()

    def whole(self, answer, body):
        self.taken = (*self.taken, (answer.status, answer.headers, answer.streams, body))
        return True


async def test_a_sink_that_takes_a_whole_answer_hears_nothing_else_of_it(line):
    line.connection._parser = Blind()
    for number in range(1, 4):
        sink = Taking()
        line.connection.send(POST, sink, 10, 5)
        line.answer(said(b"x" * number))
        ((status, headers, streams, body),) = sink.taken
        assert (status, streams, body) == (200, False, b"x" * number)
        assert (b"x-a", b"1") in headers
        assert (sink.status, sink.body, sink.over) == (0, b"", False)
        assert line.connection.usable()
        assert (line.released, line.connection.deadline) == (1 + number, float("inf"))
    line.lose()
    assert not sink.over


async def test_a_sink_is_not_offered_what_is_not_known():
    line = Line()
    sink = Taking()
    line.connection.send(POST, sink, 10, 5)
    line.answer(said(b"abc"))
    assert (sink.taken, sink.body, sink.ended) == ((), b"abc", True)


async def test_a_sink_hears_the_rest_of_what_it_did_not_take(line):
    class Declining(Taking):
        def whole(self, answer, body):
            super().whole(answer, body)
            return False

    sink = Declining()
    line.connection.send(POST, sink, 10, 5)
    line.answer(said(b"abc"))
    assert len(sink.taken) == 1
    assert (sink.status, sink.body, sink.ended) == (200, b"abc", True)


class Asking(Caller):
    """Whoever sent a request, and what was said to it."""

    error = None

    def unanswered(self, error):
        self.error = error


def broken(*_):
    try:
        int("x")  # the parser would have wrapped it
    except ValueError:
        raise KeyError("defect") from None


async def test_a_defect_at_a_known_head_is_no_fault_of_the_upstream_and_yet_ends_the_answer(line):
    sink, caller = Heard(), Asking()
    sink.head = broken
    line.connection.send(POST, sink, 10, 5, caller)
    with pytest.raises(KeyError):
        line.answer(said(b"abc"))
    assert isinstance(sink.error, UpstreamError)
    assert (sink.status, sink.body, caller.error) == (0, b"", None)
    assert line.transport.aborted
    assert not line.connection.usable()


async def test_a_defect_of_who_takes_a_whole_answer_is_no_failure_of_it(line):
    sink, caller = Heard(), Asking()
    sink.whole = broken
    line.connection.send(POST, sink, 10, 5, caller)
    with pytest.raises(KeyError):
        line.answer(said(b"abc"))
    # as with a defect at the end of an answer that is told in pieces: it was whole
    assert not sink.over
    assert caller.error is None
    assert line.connection.usable()
    assert outcome(line, [said(b"abc")]) == outcome(Line(), [said(b"abc")])


async def test_a_sink_that_cancels_at_the_head_of_a_known_answer_hears_nothing_further(line):
    class Leaving(Heard):
        def head(self, status, headers):
            super().head(status, headers)
            line.connection.cancel()

    sink = Leaving()
    line.connection.send(POST, sink, 10, 5)
    line.answer(said(b"abc"))
    assert (sink.status, sink.body, sink.over) == (200, b"", False)
    assert line.transport.aborted
    assert (line.released, line.connection.usable()) == (1, False)
    line.lose()
    assert (line.released, sink.over) == (2, False)


# --- flow ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Heard, Taking])
async def test_a_paused_connection_reads_again_after_a_known_answer(line, kind):
    line.connection.send(POST, kind(), 10, 5)
    line.connection.reading(False)
    assert not line.transport.reading
    line.answer(said(b"abc"))
    assert line.transport.reading
    assert line.connection.usable()
    line.ask()
    before = line.connection.deadline
    line.answer(said(b"abc")[:-1])
    assert line.connection.deadline != before, "the head's silence is that of a body"


@pytest.mark.parametrize("kind", [Heard, Taking])
async def test_a_known_answer_before_the_request_has_left_ends_the_connection(line, kind):
    sink = kind()
    line.connection.send(POST + b"x" * 100, sink, 10, 5)
    line.transport.held = 50
    line.answer(said(b"no"))
    assert sink.body or sink.taken
    assert line.transport.aborted
    assert line.released == 1


# --- sequences -----------------------------------------------------------------------------------

pieces = st.sampled_from(
    [
        *[said(b"abc")] * 4, said(b"x" * 12), said(b""), numbered(2), numbered(3), b"\r\n",
        b"\r\n" + said(b"abc"), said(b"abc") + b"\r\n", said(b"abc") + b"\n", said(b"abc")[:-1],
        said(b"abc") + b"c", said(b"abc")[:30], CHUNKED + b"3\r\nabc\r\n0\r\n\r\n",
        b"HTTP/1.1 204 N\r\nx-a: 1\r\n\r\n", b"HTTP/1.1 100 C\r\n\r\n" + said(b"abc"),
        said(b"abc").replace(b"x-a: 1", b"connection: close"),
        said(PACKED).replace(b"x-a: 1", b"content-encoding: gzip"),
        said(b"abc").replace(b"1.1", b"1.0").replace(b"x-a: 1", b"connection: keep-alive"),
    ]
)  # fmt: skip
requests = st.sampled_from([POST, POST, GET, HEAD])


@given(st.lists(st.tuples(requests, pieces), max_size=24))
@example([(POST, said(b"abc")), (HEAD, said(b"abc"))])
def test_answers_one_after_the_other_are_heard_as_on_connections_of_their_own(asked):
    async def compare():
        line = Line()
        for request, data in asked:
            ours = outcome(line, [data], request)
            assert ours == outcome(Line(), [data], request)
            if not ours[-1]:
                line = Line()

    asyncio.run(compare())


@pytest.mark.parametrize(
    ("request_", "sent"),
    [
        (HEAD, OK + b"content-encoding: gzip\r\ncontent-length: 30\r\n\r\n"),
        (GET, b"HTTP/1.1 304 N\r\ncontent-encoding: gzip\r\n\r\n"),
        (GET, b"HTTP/1.1 204 N\r\ncontent-encoding: gzip\r\n\r\n"),
        (GET, OK + b"content-encoding: gzip\r\ncontent-length: 0\r\n\r\n"),
    ],
)
async def test_an_answer_without_a_body_is_whole_whatever_coding_it_names(line, request_, sent):
    heard = line.ask(request_)
    line.answer(sent)
    assert (heard.body, heard.ended, heard.error) == (b"", True, None)


async def test_a_switch_that_was_refused_is_not_made_by_a_later_answer(line):
    refused, later = Heard(), Heard()
    line.connection.switch(POST, refused, 1, 1)
    line.answer(b"HTTP/1.1 403 F\r\ncontent-length: 2\r\n\r\nno")
    assert (refused.status, line.connection.usable()) == (403, True)
    line.connection.send(POST, later, 1, 1)
    line.answer(b"HTTP/1.1 101 S\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\nabc")
    assert isinstance(later.error, UpstreamError)
