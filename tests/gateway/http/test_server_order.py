"""The order of answers, deadlines and bounds of a client's connection, without a socket."""

import asyncio

import pytest

from support.transports import FakeTransport
from vanguard.gateway.http.server import Server
from vanguard.snapshot.boot import Bounds, Deadlines

GET = b"GET /%d HTTP/1.1\r\nhost: x\r\n\r\n"
DEADLINES = Deadlines(
    request_head_s=1, request_body_s=2, keep_alive_s=4, client_read_s=8, request_s=100
)


class Later:
    """Keeps requests; the test answers."""

    def __init__(self):
        self.asked = []
        self.refused_paths = []
        self.tunnel = None

    def handle(self, request, connection):
        self.asked.append(request)

    def upgrade(self, request):
        return self.tunnel

    def malformed(self, error, path):
        self.refused_paths.append(path)
        return error.status, [], error.message.encode()


class Line:
    """One client."""

    def __init__(self, server):
        self.transport = FakeTransport()
        self.connection = server.factory(admin=True)()
        self.connection.connection_made(self.transport)

    def feed(self, data):
        self.connection.data_received(data)

    def sent(self):
        data = bytes(self.transport.sent)
        self.transport.sent.clear()
        return data

    def left_s(self):
        return round(self.connection.deadline - self.connection._time())


@pytest.fixture
async def handler():
    return Later()


@pytest.fixture
async def server(handler):
    return Server(
        handler,
        DEADLINES,
        Bounds(request_body_bytes=100_000, buffered_bytes=150_000, client_connections=3),
    )


@pytest.fixture
async def line(server):
    return Line(server)


UPGRADE = b"GET /ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"


class Tunnelled:
    """A tunnel that only says whether it was opened."""

    opened = False

    def open(self, client, transport, surplus):
        self.opened = True

    def client_writable(self, writable):
        pass


async def turn():
    for _ in range(3):
        await asyncio.sleep(0)


# --- order -----------------------------------------------------------------------------------


async def test_each_pipelined_request_waits_for_the_answer_before(line, handler):
    line.feed(b"".join(GET % number for number in range(5)))
    for number in range(5):
        assert [one.path for one in handler.asked] == [f"/{n}" for n in range(number + 1)]
        line.connection.send(200, [], b"%d" % number)
        assert line.sent().endswith(b"\r\n\r\n%d" % number)
        await turn()


async def test_reading_stops_when_enough_wait_and_goes_on_when_they_are_answered(line):
    line.feed(b"".join(GET % number for number in range(8)))
    assert line.transport.reading, "a client's leaving is seen while few wait"
    line.feed(GET % 8)
    assert not line.transport.reading
    for _ in range(9):
        line.connection.send(200, [], b"")
        await turn()
    assert line.transport.reading


async def test_reading_stops_for_one_that_waits_with_a_large_body(line):
    body = b"x" * 70_000
    line.feed(GET % 0)
    line.feed(b"POST /1 HTTP/1.1\r\nhost: x\r\ncontent-length: 70000\r\n\r\n" + body)
    assert not line.transport.reading


async def test_too_many_that_wait_are_refused_after_the_others(line, handler):
    line.feed(b"".join(GET % number for number in range(1000)))
    answers = b""
    for _ in range(200):
        if line.connection.busy:
            line.connection.send(200, [], b"")
        answers += line.sent()
        await turn()
    assert answers.count(b"HTTP/1.1 200") == len(handler.asked) == 130
    assert answers.count(b"HTTP/1.1 400") == 1
    assert b"connection: close" in answers.rpartition(b"HTTP/1.1 400")[2]


@pytest.mark.parametrize("behind", [b"nonsense\r\n\r\n", b"POST / HTTP/1.1\r\nhost: x\r\n x\r\n"])
async def test_what_is_malformed_behind_a_request_is_refused_after_its_answer(line, behind):
    left = []
    line.feed(GET % 0 + behind)
    line.connection.on_disconnect = lambda: left.append(1)
    assert line.sent() == b""
    line.feed(GET % 1)
    line.connection.send(200, [], b"first")
    await turn()
    answers = line.sent()
    assert answers.index(b"HTTP/1.1 200") < answers.index(b"first")
    assert answers.index(b"first") < answers.index(b"HTTP/1.1 400")
    assert answers.count(b"HTTP/1.1 ") == 2
    assert (left, line.transport.eof_sent or line.transport.closed) == ([], True)


async def test_after_connection_close_nothing_is_read(line, handler):
    line.feed(b"GET /a HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n" + GET % 1 + b"\0\0")
    line.feed(GET % 2)
    assert len(handler.asked) == 1
    assert not line.transport.closed, "its own answer is not spoiled"
    line.connection.send(200, [], b"only")
    assert line.sent().count(b"HTTP/1.1") == 1
    assert line.transport.closed


async def test_http_1_0_is_answered_once_and_closed(line, handler):
    line.feed(b"GET /a HTTP/1.0\r\nconnection: keep-alive\r\n\r\n" * 2)
    assert len(handler.asked) == 1
    line.connection.start(200, [])
    line.connection.write(b"body")
    line.connection.end()
    assert line.sent() == b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nbody"
    assert line.transport.closed


async def test_a_second_answer_breaks_the_connection(line):
    line.feed(GET % 0)
    line.connection.start(200, [])
    line.connection.write(b"half")
    line.connection.send(500, [], b"other")
    assert b"other" not in line.sent()
    assert line.transport.aborted


async def test_nothing_is_sent_when_nobody_has_asked(line):
    line.connection.send(200, [], b"x")
    line.connection.write(b"x")
    line.connection.end()
    assert line.sent() == b""


# --- methods ---------------------------------------------------------------------------------


async def test_head_and_options(line, handler):
    line.feed(b"HEAD /h HTTP/1.1\r\nhost: x\r\n\r\n")
    line.connection.send(200, [], b"four")
    assert line.sent() == b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"
    line.feed(b"HEAD /s HTTP/1.1\r\nhost: x\r\n\r\n")
    line.connection.start(200, [])
    line.connection.write(b"data")
    line.connection.end()
    assert line.sent() == b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    line.feed(b"OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n")
    assert line.sent().startswith(b"HTTP/1.1 204 No Content\r\nallow: GET")
    assert [one.path for one in handler.asked] == ["/h", "/s"]
    line.feed(b"OPTIONS /v1 HTTP/1.1\r\nhost: x\r\n\r\n")
    assert handler.asked[-1].method == "OPTIONS"
    line.connection.send(204, [], b"")
    assert line.sent() == b"HTTP/1.1 204 No Content\r\n\r\n"


async def test_continue_waits_for_the_answer_before(line):
    expecting = b"POST /1 HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n"
    line.feed(GET % 0 + expecting)
    assert line.sent() == b""
    line.connection.send(200, [], b"first")
    assert line.sent().endswith(b"firstHTTP/1.1 100 Continue\r\n\r\n")
    line.feed(b"ab")
    line.connection.send(200, [], b"second")
    assert line.sent().endswith(b"second")


async def test_no_continue_for_a_body_that_has_come(line):
    line.feed(
        GET % 0
        + b"POST /1 HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\na"
    )
    line.connection.send(200, [], b"first")
    assert line.sent().endswith(b"first")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"POST / HTTP/1.1\r\nhost: x\r\nexpect: x\r\ncontent-length: 1\r\n\r\n", b"417"),
        (b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip, chunked\r\n\r\n", b"501"),
        (b"GET / HTTP/2.0\r\nhost: x\r\n\r\n", b"505"),
        (b"CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n", b"405"),
    ],
)
async def test_refusals_have_their_own_status(line, sent, status):
    line.feed(sent)
    answer = line.sent()
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"connection: close" in answer


# --- ends ------------------------------------------------------------------------------------


async def test_a_refusal_in_the_midst_of_a_body_lingers_so_that_it_can_be_read(line, server):
    line.feed(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100001\r\n\r\nabc")
    assert line.sent().startswith(b"HTTP/1.1 413")
    assert (line.transport.eof_sent, line.transport.closed) == (True, False)
    line.feed(b"x" * 50_000)
    assert (line.sent(), line.left_s()) == (b"", 2)
    server.sweep(line.connection.deadline)
    assert line.transport.aborted


async def test_what_is_dropped_of_a_refused_body_is_bounded(line, monkeypatch):
    monkeypatch.setattr("vanguard.gateway.http.server._LINGER_BYTES", 100_000)
    line.feed(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 900000\r\n\r\nabc")
    assert line.sent().startswith(b"HTTP/1.1 413")
    line.feed(b"x" * 60_000)
    assert not line.transport.aborted
    line.feed(b"x" * 60_000)
    assert line.transport.aborted


async def test_what_comes_behind_the_last_request_does_not_cost_it_its_answer(line, monkeypatch):
    monkeypatch.setattr("vanguard.gateway.http.server._LINGER_BYTES", 1_000)
    line.feed(b"GET /0 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    line.feed(b"x" * 2_000)
    assert not line.transport.aborted
    line.connection.send(200, [], b"whole")
    assert line.sent().endswith(b"whole")


async def test_where_half_a_connection_cannot_be_closed_the_whole_is(server):
    line = Line(server)
    line.transport._eof = False
    line.feed(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100001\r\n\r\nabc")
    assert line.transport.closed


async def test_a_client_that_half_closes_has_left(line):
    left = []
    line.feed(GET % 0)
    line.connection.on_disconnect = lambda: left.append(1)
    assert line.connection.eof_received() is False
    assert line.transport.aborted
    line.connection.connection_lost(None)
    assert left == [1]


async def test_a_client_that_half_closes_after_its_answer_still_gets_all_of_it(line):
    line.feed(GET % 0)
    line.connection.send(200, [], b"whole")
    assert line.connection.eof_received() is False
    assert not line.transport.aborted


async def test_too_many_connections_are_told_so(server):
    lines = [Line(server) for _ in range(4)]
    assert lines[3].sent().startswith(b"HTTP/1.1 429")
    assert lines[3].transport.closed
    lines[3].connection.connection_lost(None)
    assert [one.sent() for one in lines[:3]] == [b""] * 3


async def test_all_bodies_together_are_bounded(server):
    lines = [Line(server) for _ in range(2)]
    head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 90000\r\n\r\n"
    for line in lines:
        line.feed(head)
        line.feed(b"x" * 50_000)
    assert server.held_bytes == 100_000
    lines[0].feed(b"x" * 40_000)
    lines[1].feed(b"x" * 30_000)
    assert lines[1].sent().startswith(b"HTTP/1.1 429")
    lines[1].connection.connection_lost(None)
    assert server.held_bytes == 90_000
    lines[0].connection.send(200, [], b"")
    assert server.held_bytes == 0
    lines[0].feed(head)
    lines[0].feed(b"x" * 50_000)
    assert server.held_bytes == 50_000
    lines[0].connection.connection_lost(None)
    assert server.held_bytes == 0


# --- deadlines -------------------------------------------------------------------------------


async def test_each_phase_has_its_deadline_and_slow_bytes_do_not_move_it(line):
    assert line.left_s() == 4
    line.feed(b"POST / HTTP/1.1\r\n")
    assert line.left_s() == 1
    before = line.connection.deadline
    line.feed(b"host: x\r\n")
    assert line.connection.deadline == before
    line.feed(b"content-length: 3\r\n\r\n")
    assert line.left_s() == 2
    before = line.connection.deadline
    line.feed(b"a")
    assert line.connection.deadline == before
    line.feed(b"bc")
    assert line.left_s() == 100
    line.connection.send(200, [], b"")
    assert line.left_s() == 4


async def test_the_rest_of_a_half_sent_request_is_awaited_after_an_answer(line):
    line.feed(GET % 0 + b"GET /half")
    line.connection.send(200, [], b"")
    assert line.left_s() == 1


@pytest.mark.parametrize("half", [b"GET", b"GET / HTTP/1.1\r\nhost: x\r\n"])
async def test_a_half_sent_request_is_told(line, server, half):
    line.feed(half)
    server.sweep(line.connection.deadline)
    answer = line.sent()
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"\r\nconnection: close\r\n\r\nthe request" in answer
    assert line.transport.eof_sent
    server.sweep(line.connection.deadline)
    assert line.transport.aborted


async def test_a_half_sent_body_is_refused_in_the_words_of_its_path(line, server, handler):
    line.feed(b"POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc")
    server.sweep(line.connection.deadline)
    assert handler.refused_paths == ["/v1/messages"]
    assert line.sent().endswith(b"within 2 s (setting gateway.request_body_s)")
    line.feed(b"defghi")
    assert (handler.asked, line.sent()) == ([], b"")


async def test_a_tunnel_is_not_a_request_and_has_no_deadline(line, server, handler):
    handler.tunnel = Tunnelled()
    line.feed(UPGRADE)
    assert (handler.tunnel.opened, line.connection.deadline) == (True, float("inf"))
    line.transport.held = 100_000
    line.connection.pause_writing()
    assert line.left_s() == 8
    line.transport.held = 50_000
    server.sweep(line.connection._time() + 1_000)
    assert not line.transport.aborted, "its client takes some"
    line.connection.resume_writing()
    assert line.connection.deadline == float("inf")


async def test_the_deadline_of_a_whole_request_is_told_to_whoever_answers(line, server):
    told = []
    line.feed(GET % 0)
    line.connection.on_deadline = lambda: told.append(1)
    server.sweep(line.connection.deadline)
    assert (told, line.transport.aborted) == ([1], False)
    line.connection.send(504, [], b"late")
    assert line.sent().endswith(b"late")


async def test_an_answer_that_nobody_ends_is_broken_off(line, server):
    line.feed(GET % 0)
    server.sweep(line.connection.deadline)
    assert line.transport.aborted


async def test_a_client_that_takes_nothing_is_left_and_one_that_takes_some_is_not(line, server):
    told = []
    line.feed(GET % 0)
    line.connection.on_writable = told.append
    line.connection.start(200, [])
    line.transport.held = 100_000
    line.connection.pause_writing()
    assert (told, line.left_s()) == ([False], 8)
    line.transport.held = 80_000
    server.sweep(line.connection.deadline)
    assert (line.transport.aborted, line.left_s()) == (False, 8)
    line.transport.held = 79_000
    server.sweep(line.connection.deadline)
    assert line.transport.aborted


async def test_a_client_that_reads_again_has_time(line, server):
    line.feed(GET % 0)
    line.connection.start(200, [])
    line.transport.held = 100_000
    line.connection.pause_writing()
    line.connection.resume_writing()
    assert line.left_s() == 100


async def test_reading_slowly_does_not_outlast_the_whole_requests_deadline(line, server):
    line.feed(GET % 0)
    line.connection.start(200, [])
    line.transport.held = 100_000
    line.connection.pause_writing()
    line.transport.held = 50_000
    server.sweep(line.connection._request_deadline + 1)
    assert line.transport.aborted


async def test_a_closed_connection_whose_client_does_not_read_is_broken_off(line, server):
    line.feed(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    line.transport.held = 1_000_000
    line.connection.pause_writing()
    line.connection.send(200, [], b"x" * 100)
    assert (line.transport.closed, line.transport.aborted) == (True, False)
    server.sweep(line.connection.deadline)
    assert line.transport.aborted
