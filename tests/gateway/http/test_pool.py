import asyncio

import pytest

from support.upstream import Upstream, stream, whole
from vanguard.core.errors import (
    UpstreamError,
    UpstreamTimeout,
    UpstreamTruncated,
    UpstreamUnavailable,
)
from vanguard.gateway.http.messages import request_head
from vanguard.gateway.http.origin import parse_base_url
from vanguard.gateway.http.pool import Pool
from vanguard.snapshot.boot import Bounds, Deadlines

ASK = bytes(request_head(b"POST", b"/v1/x", [(b"host", b"x"), (b"content-length", b"0")]))


class Heard:
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

    async with Upstream([silent, stalls]) as upstream:
        for words in ("did not answer", "went silent"):
            heard = Heard()
            pool.request(parse_base_url(upstream.base_url), ASK, heard)
            await asyncio.sleep(0.1)
            pool.sweep(asyncio.get_running_loop().time() + 10_000)
            error = await asyncio.wait_for(heard.over, 5)
            assert isinstance(error, UpstreamTimeout)
            assert words in error.message


async def test_too_many_connections_is_an_error_not_a_queue(pool):
    async def silent(asked, write):
        await asyncio.sleep(30)

    async with Upstream([silent]) as upstream:
        calls = [pool.request(parse_base_url(upstream.base_url), ASK, Heard()) for _ in range(3)]
        await asyncio.sleep(0.1)
        _, error = await ask(pool, upstream)
        assert isinstance(error, UpstreamUnavailable)
        assert "too many" in error.message
        for call in calls:
            call.cancel()


async def test_a_cancelled_call_says_nothing_and_closes_its_connection(pool):
    async with Upstream([stream([b"data: x\n\n"] * 50, pause_s=0.01)]) as upstream:
        heard = Heard()
        call = pool.request(parse_base_url(upstream.base_url), ASK, heard)
        await asyncio.sleep(0.1)
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
