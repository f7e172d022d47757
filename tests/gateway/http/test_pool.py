import asyncio

import pytest

from support.gateway import until
from support.raw_server import raw_server
from support.upstream import Upstream, stream, whole
from vanguard.core.errors import (
    UpstreamError,
    UpstreamTimeout,
    UpstreamTruncated,
    UpstreamUnavailable,
)
from vanguard.gateway.http.contract import Sink
from vanguard.gateway.http.messages import request_head
from vanguard.gateway.http.origin import parse_base_url
from vanguard.gateway.http.pool import Pool, StaleConnectionError
from vanguard.snapshot.boot import Bounds, Deadlines

ASK = bytes(request_head(b"POST", b"/v1/x", [(b"host", b"x"), (b"content-length", b"0")]))


class Heard(Sink):
    """A sink that keeps all it hears."""

    def __init__(self):
        self.status = 0
        self.body = b""
        self.headers = {}
        self.over = asyncio.get_running_loop().create_future()

    def head(self, status, headers):
        self.status = status
        self.headers = dict(headers)

    def data(self, data):
        self.body += data

    def end(self):
        self.over.set_result(None)

    def fail(self, error):
        self.over.set_result(error)


@pytest.fixture
async def pool():
    made = Pool(Deadlines(connect_s=1), Bounds(upstream_connections=3))
    yield made
    made.close()
    await asyncio.sleep(0)


async def ask(pool, upstream, data=ASK):
    heard = Heard()
    pool.request(parse_base_url(upstream.base_url), data, heard)
    return heard, await asyncio.wait_for(heard.over, 5)


async def test_connections_are_reused(pool):
    async with Upstream([whole(200, b"yes")]) as upstream:
        for _ in range(3):
            heard, error = await ask(pool, upstream)
            assert (heard.status, heard.body, error) == (200, b"yes", None)
        assert upstream.connections == 1
        assert pool.open_connections == 1


async def test_a_stale_connection_is_replaced_once_and_unseen(pool):
    async def answer_then_hang_up(asked, write):
        await whole(200, b"one")(asked, write)
        raise ConnectionAbortedError

    async with Upstream([answer_then_hang_up, whole(200, b"two")]) as upstream:
        assert (await ask(pool, upstream))[0].body == b"one"
        async with asyncio.timeout(5):
            while pool.open_connections:
                await asyncio.sleep(0)
        heard, error = await ask(pool, upstream)
        assert (heard.body, error) == (b"two", None)


async def test_nobody_listens(pool):
    async with Upstream([whole(200, b"")]) as upstream:
        pass
    _, error = await ask(pool, upstream)
    assert isinstance(error, UpstreamUnavailable)


async def test_an_answer_that_breaks_off_is_truncated(pool):
    async def half(asked, write):
        await write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")
        raise ConnectionAbortedError

    async with Upstream([half, stream([b"data: x\n\n"], die=True)]) as upstream:
        heard, error = await ask(pool, upstream)
        assert heard.body == b"half"
        assert isinstance(error, UpstreamTruncated)
        _, error = await ask(pool, upstream)
        assert isinstance(error, UpstreamTruncated)


async def test_an_answer_may_end_with_its_connection(pool):
    async def until_close(asked, write):
        await write(b"HTTP/1.1 200 OK\r\n\r\nall of it")
        raise ConnectionAbortedError

    async with Upstream([until_close]) as upstream:
        heard, error = await ask(pool, upstream)
        assert (heard.body, error) == (b"all of it", None)


async def test_silence_has_a_deadline(pool):
    async def silent(asked, write):
        await asyncio.sleep(30)

    async def stalls(asked, write):
        await write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")
        await asyncio.sleep(30)

    async def broken_off(upstream, come):
        heard, before = Heard(), len(upstream.asked)
        pool.request(parse_base_url(upstream.base_url), ASK, heard)
        await until(lambda: len(upstream.asked) > before and heard.body == come)
        pool.sweep(asyncio.get_running_loop().time() + 10_000)
        return await asyncio.wait_for(heard.over, 5)

    async with Upstream([silent, stalls]) as upstream:
        for words, come in (("did not answer", b""), ("went silent", b"half")):
            error = await broken_off(upstream, come)
            assert isinstance(error, UpstreamTimeout)
            assert words in error.message


@pytest.mark.parametrize("kept", [False, True])
async def test_a_pause_holds_from_before_there_is_a_connection(pool, kept):
    written = asyncio.Event()

    async def answers(asked, write):
        await whole(200, b"late")(asked, write)
        written.set()

    async with Upstream([whole(200, b"first"), answers]) as upstream:
        await ask(pool, upstream)
        if not kept:
            pool.close_idle(parse_base_url(upstream.base_url))
        heard = Heard()
        call = pool.request(parse_base_url(upstream.base_url), ASK, heard)
        call.reading(False)
        await asyncio.wait_for(written.wait(), 5)
        await asyncio.sleep(0.05)
        assert (heard.status, upstream.connections) == (0, 2 - kept)
        call.reading(True)
        assert await asyncio.wait_for(heard.over, 5) is None
        assert heard.body == b"late"


async def test_after_a_pause_the_beginning_of_an_answer_has_its_deadline_again(pool):
    async def silent(asked, write):
        await asyncio.sleep(30)

    async with Upstream([silent]) as upstream:
        heard, late = Heard(), asyncio.get_running_loop().time() + 10_000
        call = pool.request(parse_base_url(upstream.base_url), ASK, heard)
        call.reading(False)
        await until(lambda: upstream.asked)
        pool.sweep(late)
        assert not heard.over.done(), "it may have answered, and is not read"
        call.reading(True)
        pool.sweep(late)
        assert isinstance(await asyncio.wait_for(heard.over, 5), UpstreamTimeout)


async def test_too_many_connections_is_an_error_not_a_queue(pool):
    async def silent(asked, write):
        await asyncio.sleep(30)

    async with Upstream([silent]) as upstream:
        calls = [pool.request(parse_base_url(upstream.base_url), ASK, Heard()) for _ in range(3)]
        await until(lambda: len(upstream.asked) == 3)
        _, error = await ask(pool, upstream)
        assert isinstance(error, UpstreamUnavailable)
        assert "too many" in error.message
        for call in calls:
            call.cancel()


async def test_a_cancelled_call_says_nothing_and_closes_its_connection(pool):
    async with Upstream([stream([b"data: x\n\n"] * 50, pause_s=0.01)]) as upstream:
        heard = Heard()
        call = pool.request(parse_base_url(upstream.base_url), ASK, heard)
        await until(lambda: heard.body)
        call.cancel()
        seen = heard.body
        await asyncio.sleep(0.1)
        assert heard.body == seen
        assert not heard.over.done()
        assert pool.open_connections == 0


async def test_surplus_bytes_after_an_answer_kill_the_connection(pool):
    async def surplus(asked, write):
        await write(
            b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil"
        )

    async with Upstream([surplus, whole(200, b"good")]) as upstream:
        assert (await ask(pool, upstream))[0].body == b"ok"
        assert (await ask(pool, upstream))[0].body == b"good"
        assert upstream.connections == 2


async def test_interim_answers_are_skipped(pool):
    async def early(asked, write):
        await write(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n")
        await whole(200, b"real")(asked, write)

    async with Upstream([early]) as upstream:
        heard, error = await ask(pool, upstream)
        assert (heard.status, heard.body, error) == (200, b"real", None)
        assert "link" not in str(heard.headers)


async def test_gzip_that_was_not_asked_for_is_unpacked_and_bombs_are_refused(pool):
    import gzip

    packed = gzip.compress(b'{"usage":1}')
    bomb = gzip.compress(b"\0" * 50_000_000)
    async with Upstream(
        [
            whole(200, packed, {"content-encoding": "gzip"}),
            whole(200, bomb, {"content-encoding": "gzip"}),
            whole(200, b"x", {"content-encoding": "br"}),
        ]
    ) as upstream:
        heard, _ = await ask(pool, upstream)
        assert heard.body == b'{"usage":1}'
        assert b"content-encoding" not in heard.headers
        for _ in range(2):
            _, error = await ask(pool, upstream)
            assert isinstance(error, UpstreamError)


@pytest.mark.parametrize(
    "junk",
    [
        b"not http at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
    ],
)
async def test_an_answer_that_is_not_http_is_an_error(pool, junk):
    async def script(asked, write):
        await write(junk)
        await asyncio.sleep(5)

    async with Upstream([script]) as upstream:
        _, error = await ask(pool, upstream)
        assert isinstance(error, UpstreamError)


class Peer:
    """An upstream whose connections the test closes or resets at will."""

    async def __aenter__(self):
        self.asked = 0
        self.writers = []
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.base_url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"
        return self

    async def __aexit__(self, *_):
        for writer in self.writers:
            writer.transport.abort()
        self._server.close()

    async def _serve(self, reader, writer):
        self.writers.append(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.asked += 1
                if head.startswith(b"POST /v1/die"):
                    writer.close()
                    return
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n%d" % len(self.writers))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass


DIE = ASK.replace(b"/v1/x", b"/v1/die")
GET = b"GET /v1/x HTTP/1.1\r\nhost: x\r\n\r\n"


def idle_for(pool, seconds):
    for connection in pool._origins:
        connection.idle_since -= seconds


async def test_a_connection_that_its_peer_has_closed_is_not_written_to(pool):
    async with Peer() as peer:
        assert (await ask(pool, peer))[0].body == b"1"
        (kept,) = pool._origins
        kept._transport.pause_reading()  # as if the loop had not yet come to read the end
        peer.writers[0].close()
        await asyncio.sleep(0.05)
        idle_for(pool, 2)
        heard, error = await ask(pool, peer)
        assert (heard.body, error, peer.asked) == (b"2", None, 2)


@pytest.mark.parametrize("unread", [b"HTTP/1.1 408 Timeout\r\ncontent-length: 0\r\n\r\n"])
async def test_a_connection_with_bytes_that_nobody_asked_for_is_not_used(pool, unread):
    async with Peer() as peer:
        await ask(pool, peer)
        (kept,) = pool._origins
        kept._transport.pause_reading()
        peer.writers[0].write(unread)
        await asyncio.sleep(0.05)
        idle_for(pool, 2)
        heard, _ = await ask(pool, peer)
        assert (heard.status, heard.body) == (200, b"2")


async def test_what_was_written_and_not_answered_is_not_repeated(pool):
    async with Peer() as peer:
        await ask(pool, peer)
        _, error = await ask(pool, peer, DIE)
        assert type(error) is UpstreamUnavailable, "it may have been read, done and charged"
        assert (peer.asked, len(peer.writers)) == (2, 1)


async def test_what_changes_nothing_is_repeated_once(pool):
    async with Peer() as peer:
        await ask(pool, peer)
        heard = Heard()
        pool.request(parse_base_url(peer.base_url), DIE, heard, repeat=True)
        assert type(await asyncio.wait_for(heard.over, 5)) is UpstreamUnavailable
        assert (peer.asked, len(peer.writers)) == (3, 2)
        heard, error = await ask(pool, peer, GET)
        assert (heard.body, error) == (b"3", None)


@pytest.mark.parametrize("repeat", [False, True])
async def test_what_was_sent_and_will_not_be_sent_again_is_not_kept(pool, repeat):
    async with Upstream([whole(200, b"1"), stream([b"2"], end=False)]) as upstream:
        origin = parse_base_url(upstream.base_url)
        opening, kept = Heard(), Heard()
        first = pool.request(origin, ASK, opening, repeat=repeat)
        assert first._data == ASK
        await asyncio.wait_for(opening.over, 5)
        assert first._data == b""
        second = pool.request(origin, ASK, kept, repeat=repeat)
        assert second._data == (ASK if repeat else b"")
        await until(lambda: kept.body == b"2")
        second.cancel()


async def test_what_had_not_left_as_a_whole_may_be_sent_again(pool):
    async def answer_once(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n1")
        reader._transport.pause_reading()
        await closing.wait()
        writer.transport.abort()

    closing = asyncio.Event()
    async with raw_server(answer_once) as url:
        origin = parse_base_url(url)
        first = Heard()
        pool.request(origin, ASK, first)
        await asyncio.wait_for(first.over, 5)
        large = Heard()
        ask = ASK.replace(b"0\r\n\r\n", b"20000000\r\n\r\n") + b"x" * 20_000_000
        pool.request(origin, ask, large)
        await asyncio.sleep(0.2)
        closing.set()
        assert isinstance(await asyncio.wait_for(large.over, 5), StaleConnectionError)
        assert pool.open_connections == 0


async def test_a_call_that_is_over_cannot_end_what_its_connection_does_next(pool):
    async def slow(asked, write):
        await write(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nal")
        await asyncio.sleep(0.05)
        await write(b"so")

    async with Upstream([whole(200, b"one"), slow]) as upstream:
        first, second = Heard(), Heard()
        origin = parse_base_url(upstream.base_url)
        over = pool.request(origin, ASK, first)
        await asyncio.wait_for(first.over, 5)
        pool.request(origin, ASK, second)
        over.reading(False)
        over.cancel()
        assert await asyncio.wait_for(second.over, 5) is None
        assert (second.body, upstream.connections) == (b"also", 1)
