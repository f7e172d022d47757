"""What waits while a client does not take the answers that it has, without a socket."""

import pytest

from gateway.http.test_server_order import DEADLINES, GET, UPGRADE, Later, Line, Tunnelled, turn
from vanguard.gateway.http.server import Server
from vanguard.snapshot.boot import Bounds


@pytest.fixture
async def handler():
    return Later()


@pytest.fixture
async def server(handler):
    return Server(handler, DEADLINES, Bounds())


@pytest.fixture
async def line(server):
    return Line(server)


async def stalled(line):
    """A client whose first answer is there and is not taken."""
    if not line.connection.busy:
        line.feed(GET % 0)
    line.transport.held = 100_000
    line.connection.pause_writing()
    line.connection.send(200, [], b"large")
    assert line.sent().endswith(b"large")


async def test_no_request_is_begun_before_the_answers_before_it_are_taken(line, handler):
    line.feed(GET % 0 + GET % 1)
    await stalled(line)
    await turn()
    line.feed(GET % 2)
    await turn()
    assert [one.path for one in handler.asked] == ["/0"]
    line.connection.resume_writing()
    await turn()
    assert [one.path for one in handler.asked] == ["/0", "/1"]
    line.connection.send(200, [], b"1")
    await turn()
    assert [one.path for one in handler.asked] == ["/0", "/1", "/2"]


async def test_a_request_that_comes_while_an_answer_is_not_taken_waits_for_that(line, handler):
    await stalled(line)
    for number in range(1, 9):
        assert line.transport.reading
        line.feed(GET % number)
    assert not line.transport.reading, "so many wait, and no more are read"
    await turn()
    assert len(handler.asked) == 1
    line.connection.resume_writing()
    await turn()
    assert [one.path for one in handler.asked] == ["/0", "/1"]


async def test_a_refusal_waits_until_the_answer_before_it_is_taken(line):
    await stalled(line)
    line.feed(b"nonsense\r\n\r\n")
    await turn()
    assert (line.sent(), line.transport.closed) == (b"", False)
    line.connection.resume_writing()
    await turn()
    assert line.sent().startswith(b"HTTP/1.1 400")


async def test_an_upgrade_that_comes_while_an_answer_is_not_taken_is_none(line, handler):
    handler.tunnel = Tunnelled()
    await stalled(line)
    line.feed(UPGRADE)
    line.connection.resume_writing()
    await turn()
    assert (handler.tunnel.opened, [one.path for one in handler.asked]) == (False, ["/0", "/ws"])


async def test_after_the_end_nothing_is_begun_when_the_client_reads_again(line, server, handler):
    line.feed(GET % 0 + GET % 1 + b"GET /half")
    server.drain()
    await stalled(line)
    assert line.transport.eof_sent
    line.connection.resume_writing()
    await turn()
    assert (len(handler.asked), line.sent()) == (1, b"")


async def test_what_a_client_sends_does_not_put_off_when_it_must_have_taken_some(line, server):
    await stalled(line)
    before = line.connection.deadline
    for piece in (b"GET", b" /1 HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n", b"a", b"b"):
        line.feed(piece)
        assert line.connection.deadline == before
    server.sweep(before)
    assert line.transport.aborted


async def test_of_those_who_take_nothing_the_one_that_holds_most_goes_when_all_hold_too_much(
    handler,
):
    server = Server(handler, DEADLINES, Bounds(buffered_bytes=150_000))
    lines = [Line(server) for _ in range(3)]
    for line, held in zip(lines, (60_000, 100_000, 90_000), strict=True):
        await stalled(line)
        line.transport.held = held
    lines[2].connection.resume_writing()
    server.sweep(0)
    assert [line.transport.aborted for line in lines] == [False, True, False]
    server.sweep(0)
    assert not lines[0].transport.aborted, "one that takes its answer does not count"
