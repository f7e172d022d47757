"""Bytes in, bytes out: the server's parser and the order of its answers, over real sockets."""

import asyncio
import gc
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.transports import FakeTransport
from vanguard.gateway.http.server import Server
from vanguard.snapshot.boot import Bounds, Deadlines

GET = b"GET /%d HTTP/1.1\r\nhost: x\r\n\r\n"


class Echo:
    """Answers with method, path and body; `/stream` in three parts; `/wait` when told."""

    def __init__(self):
        self.waiting = []
        self.seen = []

    def handle(self, request, connection):
        self.seen.append(request)
        if request.path == "/stream":
            connection.start(200, [(b"content-type", b"text/plain")])
            for part in (b"one", b"", b"two"):
                connection.write(part)
            connection.end()
        elif request.path == "/wait":
            self.waiting.append(connection)
        else:
            line = f"{request.method} {request.path} ".encode() + request.body
            connection.send(200, [(b"content-type", b"text/plain")], line)

    def upgrade(self, request):
        return None

    def malformed(self, error, path):
        return error.status, [], error.message.encode()


class Talk:
    """A client of raw bytes."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def answer(self):
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 5)
        lower = head.lower()
        if b"transfer-encoding: chunked" in lower:
            body = b""
            while (size := int((await self.reader.readline()).strip(), 16)) > 0:
                body += await self.reader.readexactly(size)
                await self.reader.readexactly(2)
            await self.reader.readexactly(2)
            return head, body
        length = lower.partition(b"content-length: ")[2].partition(b"\r\n")[0]
        return head, await self.reader.readexactly(int(length or 0))


@pytest.fixture
async def echo():
    return Echo()


@pytest.fixture
async def talk(echo):
    server = Server(echo, Deadlines(), Bounds(request_body_bytes=1000, head_bytes=2000))
    listening = await asyncio.get_running_loop().create_server(
        server.factory(admin=True), "127.0.0.1", 0
    )
    port = listening.sockets[0].getsockname()[1]
    writers = []

    async def make():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writers.append(writer)
        return Talk(reader, writer)

    make.server = server
    yield make
    for writer in writers:
        writer.close()
    listening.close()
    for connection in list(server.connections):
        connection.abort()
    await asyncio.sleep(0)


async def test_keep_alive_and_bodies(talk):
    client = await talk()
    for number in range(3):
        client.writer.write(
            b"POST /%d HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nbody" % number
        )
        _, body = await client.answer()
        assert body == b"POST /%d body" % number


async def test_chunked_bodies_are_joined(talk):
    client = await talk()
    client.writer.write(
        b"POST /c HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    assert (await client.answer())[1] == b"POST /c abcde"


async def test_pipelined_requests_are_answered_in_order(talk):
    client = await talk()
    client.writer.write(b"".join(GET % number for number in range(100)))
    for number in range(100):
        assert (await client.answer())[1] == b"GET /%d " % number


async def test_a_pipelined_request_waits_for_the_one_before(talk, echo):
    client = await talk()
    client.writer.write(b"GET /wait HTTP/1.1\r\nhost: x\r\n\r\n" + GET % 1)
    await asyncio.sleep(0.05)
    assert len(echo.seen) == 1
    echo.waiting[0].send(200, [], b"first")
    assert (await client.answer())[1] == b"first"
    assert (await client.answer())[1] == b"GET /1 "


async def test_one_byte_at_a_time(talk):
    client = await talk()
    for byte in b"POST /slow HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi":
        client.writer.write(bytes([byte]))
        await client.writer.drain()
    assert (await client.answer())[1] == b"POST /slow hi"


async def test_streams_are_chunked_for_11_and_end_with_the_connection_for_10(talk):
    client = await talk()
    client.writer.write(b"GET /stream HTTP/1.1\r\nhost: x\r\n\r\n")
    head, body = await client.answer()
    assert b"chunked" in head
    assert body == b"onetwo"
    old = await talk()
    old.writer.write(b"GET /stream HTTP/1.0\r\n\r\n")
    assert (await old.reader.read()).endswith(b"\r\n\r\nonetwo")


async def test_head_has_no_body_and_connection_close_closes(talk):
    client = await talk()
    client.writer.write(b"HEAD /x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    answer = await client.reader.read()
    assert answer.endswith(b"\r\n\r\n")
    assert b"connection: close" in answer


async def test_expect_continue(talk):
    client = await talk()
    client.writer.write(
        b"POST /e HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n"
    )
    assert await client.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.writer.write(b"ok")
    assert (await client.answer())[1] == b"POST /e ok"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1001\r\n\r\n", b"413"),
        (
            b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n7d0\r\n"
            + b"x" * 2000,
            b"413",
        ),
        (b"GET / HTTP/1.1\r\nx: " + b"y" * 3000 + b"\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nabc", b"400"),
        (
            b"POST / HTTP/1.1\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            b"400",
        ),
        (b"GET / HTTP/1.1\r\nx: " + b"y" * 400_000, b"413"),
    ],
)
async def test_what_is_malformed_or_too_large_is_refused_and_closed(talk, sent, status):
    client = await talk()
    client.writer.write(sent)
    answer = await asyncio.wait_for(client.reader.read(), 5)
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"connection: close" in answer


async def test_an_upgrade_that_is_not_offered_is_ignored(talk):
    client = await talk()
    client.writer.write(
        b"POST /j HTTP/1.1\r\nhost: x\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\n"
        b"http2-settings: AAA\r\ncontent-length: 4\r\n\r\nbody" + GET % 2
    )
    assert (await client.answer())[1] == b"POST /j body"
    assert (await client.answer())[1] == b"GET /2 "


async def test_trailers_are_no_headers(talk, echo):
    client = await talk()
    client.writer.write(
        b"POST /c HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
        b"1\r\na\r\n0\r\nauthorization: Bearer x\r\n\r\n"
    )
    assert (await client.answer())[1] == b"POST /c a"
    assert echo.seen[-1].header(b"authorization") is None


async def test_absolute_targets_are_read_as_paths(talk):
    client = await talk()
    client.writer.write(b"GET http://elsewhere/x?y HTTP/1.1\r\nhost: x\r\n\r\n")
    assert (await client.answer())[1] == b"GET /x "


async def test_a_client_that_leaves_is_noticed(talk, echo):
    client = await talk()
    client.writer.write(b"GET /wait HTTP/1.1\r\nhost: x\r\n\r\n")
    await asyncio.sleep(0.05)
    left = asyncio.Event()
    echo.waiting[0].on_disconnect = left.set
    client.writer.close()
    await asyncio.wait_for(left.wait(), 5)
    echo.waiting[0].send(200, [], b"to nobody")


async def test_half_sent_requests_expire_and_idle_connections_are_closed(talk):
    half, idle = await talk(), await talk()
    half.writer.write(b"GET / HTTP/1.1\r\nhost: x\r\nx-half: 1\r\n")
    await asyncio.sleep(0.05)
    talk.server.sweep(asyncio.get_running_loop().time() + 1_000)
    assert (await half.reader.read()).startswith(b"HTTP/1.1 408")
    assert await idle.reader.read() == b""


async def test_draining_closes_idle_connections_and_lets_busy_ones_end(talk, echo):
    idle, busy = await talk(), await talk()
    busy.writer.write(b"GET /wait HTTP/1.1\r\nhost: x\r\n\r\n")
    await asyncio.sleep(0.05)
    talk.server.drain()
    assert await idle.reader.read() == b""
    echo.waiting[0].send(200, [], b"last")
    answer = await busy.reader.read()
    assert answer.endswith(b"last")
    assert b"connection: close" in answer


@given(st.binary(max_size=300))
def test_no_bytes_break_the_server(garbage):
    async def attack():
        server = Server(Echo(), Deadlines(), Bounds(request_body_bytes=1000, head_bytes=2000))
        connection = server.factory(admin=True)()

        connection.connection_made(FakeTransport())
        for start in range(0, len(garbage), 7):
            connection.data_received(garbage[start : start + 7])
        connection.connection_lost(None)
        assert not server.connections

    asyncio.run(attack())


async def test_a_connection_that_was_never_made_lets_go_of_its_reader():
    """As one whose client shook no hands."""
    gc.collect()
    gc.disable()
    try:
        server = Server(Echo(), Deadlines(), Bounds())
        # its connections have no room for weak references, and hold the server
        alive = weakref.ref(server)
        server.factory(admin=False)().connection_lost(None)
        del server
        assert alive() is None
    finally:
        gc.enable()
