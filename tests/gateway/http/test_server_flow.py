"""Backpressure, disconnects and deadlines on real sockets, through a whole gateway."""

import asyncio
import json
import socket

import pytest

from support.gateway import CHAT, REPLY, SECRET, STREAM, delta, deployment, snapshot, until
from support.raw_server import raw_server
from support.upstream import Upstream, stream, whole
from vanguard.core.money import Price, Rates
from vanguard.snapshot.boot import Bounds, Deadlines

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

FREE = Price("test:free", "1", Rates(0, 0, 0, 0, 0))
EVENT = delta("x" * 60_000)


def post(**fields):
    body = json.dumps({**CHAT, **fields}).encode()
    return (
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer %b\r\n"
        b"content-length: %d\r\n\r\n%b" % (SECRET.encode(), len(body), body)
    )


class Flood:
    """An upstream that streams as fast as it can, and counts what was taken."""

    def __init__(self):
        self.sent = 0
        self.ended = asyncio.Event()

    async def __call__(self, asked, write):
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        await write(head)
        try:
            for _ in range(5_000):
                await write(b"%x\r\n%b\r\n" % (len(EVENT), EVENT))
                self.sent += len(EVENT)
        finally:
            self.ended.set()


@pytest.fixture
async def connect():
    """Raw clients with small buffers."""
    writers = []

    async def make(running, data):
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", running.port))
        reader, writer = await asyncio.open_connection(sock=sock, limit=65536)
        writers.append(writer)
        writer.write(data)
        return reader, writer

    yield make
    for writer in writers:
        writer.transport.abort()


async def at_rest(value):
    """The value once it has stopped to change."""
    before = -1
    while before != value():
        before = value()
        await asyncio.sleep(0.2)
    return before


async def test_a_client_that_does_not_read_stops_the_upstream_and_memory_stays(runner, connect):
    flood = Flood()
    async with Upstream([flood]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        _, writer = await connect(running, post(stream=True))
        await until(lambda: flood.sent)
        taken = await at_rest(lambda: flood.sent)
        assert taken < 30_000_000, "of 300 MB"
        (line,) = running.pipeline.server.connections
        assert line._transport.get_write_buffer_size() < 2_000_000
        writer.transport.abort()
        await until(lambda: running.gateway.in_flight == 0 or running.gateway.drains)


async def test_what_is_pipelined_behind_an_answer_that_nobody_takes_is_not_asked(runner, connect):
    flood, large = Flood(), {**REPLY, "filler": "x" * 9_000_000}
    async with Upstream([whole(200, large), flood]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url, price=FREE)]))
        reader, writer = await connect(running, post() + post(stream=True))
        await until(running.settled)
        (line,) = running.pipeline.server.connections
        await until(lambda: line.stall)
        held = await at_rest(line._transport.get_write_buffer_size)
        assert (len(upstream.asked), held > 0) == (1, True)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.partition(b"content-length: ")[2].split(b"\r\n")[0]))
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        assert await at_rest(lambda: flood.sent) < 30_000_000
        writer.transport.abort()


async def test_a_client_that_takes_nothing_is_cut_and_what_was_used_is_charged(runner, connect):
    flood = Flood()
    async with Upstream([flood]) as upstream:
        running = await runner.start(
            snapshot([deployment(upstream.base_url)]), deadlines=Deadlines(drain_s=0.1)
        )
        await connect(running, post(stream=True))
        await until(lambda: flood.sent)
        (line,) = running.pipeline.server.connections
        await until(lambda: line.stall)
        await at_rest(lambda: flood.sent)
        for _ in range(2):
            running.pipeline.server.sweep(line.deadline)
        await until(running.settled)
        (row,) = running.settled()
        assert (row.status, row.usage.estimated) == ("cancelled", True)
        assert row.cost_usd_micros > 0
        await asyncio.wait_for(flood.ended.wait(), 5)
        assert (running.gateway.in_flight, len(running.pipeline.server.connections)) == (0, 0)


async def test_a_clients_disconnect_cancels_a_free_upstream_at_once(runner, connect):
    flood = Flood()
    async with Upstream([flood]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url, price=FREE)]))
        reader, writer = await connect(running, post(stream=True))
        await reader.readuntil(b"\n\n")
        writer.close()
        await asyncio.wait_for(flood.ended.wait(), 5)
        await until(running.settled)
        assert running.settled()[0].status == "cancelled"
        assert running.gateway.pool.open_connections == 0


async def test_half_closing_is_leaving(runner, connect):
    flood = Flood()
    async with Upstream([flood]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url, price=FREE)]))
        reader, writer = await connect(running, post(stream=True))
        await reader.readuntil(b"\n\n")
        writer.write_eof()
        await asyncio.wait_for(flood.ended.wait(), 5)


async def test_an_upstream_that_does_not_read_holds_no_more_than_the_body(runner, connect):
    gone = asyncio.Event()

    async def serve(reader, writer):
        reader._transport.pause_reading()
        try:
            while not writer.is_closing():
                await asyncio.sleep(0.05)
                # only a write tells a paused reader that its peer has gone
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n" if gone.is_set() else b"")
        finally:
            writer.close()

    async with raw_server(serve) as url:
        running = await runner.start(
            snapshot([deployment(url, price=FREE)]),
            bounds=Bounds(attempts=1),
        )
        big = [{"role": "user", "content": "x" * 30_000_000}]
        _, writer = await connect(running, post(messages=big))
        await until(lambda: running.gateway.pool.open_connections)
        (upstream,) = running.gateway.pool._origins
        await until(lambda: upstream._writing)
        held = upstream._transport.get_write_buffer_size()
        assert 10_000_000 < held < 31_000_000
        assert 30_000_000 <= running.pipeline.server.held_bytes < 31_000_000
        writer.close()
        await until(lambda: running.gateway.pool.open_connections == 0)
        await until(lambda: running.pipeline.server.held_bytes == 0)
        gone.set()


async def test_an_upstream_that_does_not_read_runs_into_the_deadline_of_its_first_byte(
    runner, connect
):
    async def serve(reader, writer):
        reader._transport.pause_reading()
        await asyncio.sleep(30)

    async with raw_server(serve) as url:
        running = await runner.start(snapshot([deployment(url)]), bounds=Bounds(attempts=1))
        big = [{"role": "user", "content": "x" * 10_000_000}]
        reader, _ = await connect(running, post(messages=big))
        await until(lambda: running.gateway.pool.open_connections)
        (upstream,) = running.gateway.pool._origins
        await until(lambda: upstream._writing)
        running.gateway.pool.sweep(upstream.deadline)
        assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 504")


async def test_an_answer_that_comes_before_the_body_was_read_is_heard(runner, connect):
    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\ncontent-type: application/json\r\n")
        writer.write(b'content-length: 17\r\n\r\n{"error":"large"}')
        await writer.drain()
        await asyncio.sleep(5)

    async with raw_server(serve) as url:
        running = await runner.start(snapshot([deployment(url)]), bounds=Bounds(attempts=1))
        big = [{"role": "user", "content": "x" * 10_000_000}]
        reader, _ = await connect(running, post(messages=big))
        assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 413")
        await until(lambda: running.gateway.pool.open_connections == 0)


async def test_the_whole_requests_deadline_before_the_first_token(runner, connect):
    async def silent(asked, write):
        await asyncio.sleep(30)

    async with Upstream([silent]) as upstream:
        running = await runner.start(
            snapshot([deployment(upstream.base_url)]), deadlines=Deadlines(request_s=0.2)
        )
        reader, _ = await connect(running, post(stream=True) + post())
        await until(lambda: upstream.asked)
        (line,) = running.pipeline.server.connections
        running.pipeline.server.sweep(line.deadline)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 504")
        (row,) = running.settled()
        assert row.status == "failed"
        await until(lambda: len(upstream.asked) == 2)  # the connection serves on
        tries = [one.attempt for one in running.intents() if one.request_id == row.request_id]
        assert tries == [0], "no further attempt is made"
        assert running.gateway.in_flight == 1


async def test_the_whole_requests_deadline_within_a_stream_is_an_error_in_it(runner, connect):
    async with Upstream([stream([delta("a")] * 1000 + STREAM, pause_s=0.02)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        reader, _ = await connect(running, post(stream=True))
        await reader.readuntil(b"\n\n")
        (line,) = running.pipeline.server.connections
        running.pipeline.server.sweep(line.deadline)
        rest = await reader.readuntil(b"0\r\n\r\n")
        assert b"upstream_timeout" in rest or b"gateway.request_s" in rest
        assert b"[DONE]" not in rest
        (row,) = running.settled()
        assert (row.status, row.error) == ("truncated", "upstream_timeout")
        assert row.cost_usd_micros > 0
        assert (running.gateway.in_flight, running.gateway.pool.open_connections) == (0, 0)


async def test_the_whole_requests_deadline_between_attempts(runner, connect):
    async with Upstream([whole(503, b"{}", {"retry-after": "4"})]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        reader, _ = await connect(running, post())
        await until(running.settled)
        (line,) = running.pipeline.server.connections
        running.pipeline.server.sweep(line.deadline)
        assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 504")
        assert (len(running.intents()), running.gateway.in_flight) == (1, 0)


@pytest.mark.parametrize("streamed", [False, True])
async def test_one_byte_at_a_time_on_both_sides(runner, connect, streamed):
    async def drip(asked, write):
        async def slow(data):
            for byte in data:
                await write(bytes([byte]))

        await (stream(STREAM) if streamed else whole(200, REPLY))(asked, slow)

    async with Upstream([drip]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        reader, writer = await connect(running, b"")
        for byte in post(stream=streamed):
            writer.write(bytes([byte]))
            await writer.drain()
        if streamed:
            answer = await reader.readuntil(b"0\r\n\r\n")
            assert b"[DONE]" in answer
        else:
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200")
        (row,) = running.settled()
        assert (row.status, row.usage.output_tokens) == ("ok", 5)
        assert upstream.asked[0].json()["messages"] == CHAT["messages"]


async def test_what_had_not_left_is_tried_again_as_an_attempt_of_its_own(runner, connect):
    closing, answered = asyncio.Event(), []

    async def serve(reader, writer):
        answered.append(writer)
        body = json.dumps(REPLY).encode()
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            if len(answered) == 1 and size > 1_000_000:
                reader._transport.pause_reading()
                await closing.wait()
                writer.transport.abort()
                return
            await reader.readexactly(size)
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n")
            writer.write(b"content-length: %d\r\n\r\n%b" % (len(body), body))

    async with raw_server(serve) as url:
        running = await runner.start(snapshot([deployment(url)]))
        _, writer = await connect(running, post())
        await until(lambda: len(running.settled()) == 1)
        writer.write(post(messages=[{"role": "user", "content": "x" * 20_000_000}]))
        await until(lambda: any(one._writing for one in running.gateway.pool._origins))
        closing.set()
        await until(lambda: len(running.settled()) == 3)
        assert [one.attempt for one in running.intents()] == [0, 0, 1]
        assert [row.status for row in running.settled()] == ["ok", "failed", "ok"]
        assert [bool(row.cost_usd_micros) for row in running.settled()] == [True, False, True]
        assert running.gateway.health.healthy("m/0", running.gateway.loop_time())
        assert len(answered) == 2


async def test_what_had_left_is_a_failure_like_any_other(runner, connect):
    connections = []

    async def serve(reader, writer):
        connections.append(writer)
        for number in range(2):
            head = await reader.readuntil(b"\r\n\r\n")
            size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(size)
            if len(connections) == 1 and number == 1:
                writer.close()
                return
            body = json.dumps(REPLY).encode()
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n")
            writer.write(b"content-length: %d\r\n\r\n%b" % (len(body), body))

    async with raw_server(serve) as url:
        running = await runner.start(
            snapshot([deployment(url), deployment(url, name="m/1")]), bounds=Bounds(attempts=2)
        )
        _, writer = await connect(running, post())
        await until(lambda: len(running.settled()) == 1)
        writer.write(post())
        await until(lambda: len(running.settled()) == 3)
        tried = [(one.attempt, one.deployment) for one in running.intents()[1:]]
        assert tried == [(0, "m/0"), (1, "m/1")], "the next attempt, not the same one in silence"
        assert running.settled()[1].error == "upstream_unavailable"
