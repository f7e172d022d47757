"""What a client gets through to control around an upgrade: nothing before control has said 101."""

import asyncio

import pytest

from support.gateway import deployment, snapshot, until

SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"
ASK = b"GET /_ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
HIDDEN = b"GET /api/keys HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 6.6.6.6\r\n\r\n"


class Control:
    """A control process of raw bytes: keeps what it is sent, answers when told."""

    def __init__(self, path):
        self.path = path
        self.got = b""
        self.writer = None
        self.gone = asyncio.Event()

    async def __aenter__(self):
        self._server = await asyncio.start_unix_server(self._serve, self.path)
        return self

    async def __aexit__(self, *_):
        self._server.close()
        if self.writer is not None:
            self.writer.close()

    async def _serve(self, reader, writer):
        self.writer = writer
        while data := await reader.read(65536):
            self.got += data
        self.gone.set()


@pytest.fixture
async def control(tmp_path):
    async with Control(str(tmp_path / "control.sock")) as made:
        yield made


@pytest.fixture
async def talk(runner):
    running = await runner.start(snapshot([deployment("http://127.0.0.1:1/v1")]))
    writers = []

    async def make(data):
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        writers.append(writer)
        writer.write(data)
        return reader, writer

    yield make
    for writer in writers:
        writer.transport.abort()


async def ended(reader):
    return await asyncio.wait_for(reader.read(), 5)


@pytest.mark.parametrize(
    "refusal",
    [
        b"HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno",
        b"HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nno",
    ],
)
async def test_nothing_reaches_control_behind_a_refused_upgrade(control, talk, refusal):
    reader, writer = await talk(ASK + b"\r\n" + HIDDEN)
    await until(lambda: control.got)
    writer.write(HIDDEN)
    await asyncio.sleep(0.05)
    assert control.got.count(b"HTTP/1.1") == 1
    control.writer.write(refusal)
    answer = await ended(reader)
    assert answer.startswith(refusal[:12])
    assert b"connection: close" in answer
    assert b"no" in answer.partition(b"\r\n\r\n")[2]
    await asyncio.wait_for(control.gone.wait(), 5)
    assert control.got.count(b"HTTP/1.1") == 1
    assert b"/api/keys" not in control.got


async def test_after_101_bytes_pass_in_order_both_ways(control, talk):
    reader, writer = await talk(ASK + b"\r\none")
    await until(lambda: control.got)
    writer.write(b"two")
    await asyncio.sleep(0.02)
    assert control.got.endswith(b"\r\n\r\n")
    control.writer.write(SWITCH + b"early")
    assert await reader.readuntil(b"\r\n\r\n") == SWITCH
    assert await reader.readexactly(5) == b"early"
    await until(lambda: control.got.endswith(b"onetwo"))
    writer.write(b"three")
    await until(lambda: control.got.endswith(b"three"))
    control.writer.write(b"back")
    assert await reader.readexactly(4) == b"back"
    control.writer.close()
    assert await ended(reader) == b""


@pytest.mark.parametrize(
    "answer",
    [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 403 F\r\ncontent-length: 9\r\n\r\nhalf", SWITCH[:40]],
)
async def test_no_answer_or_half_of_one_is_no_success(control, talk, answer):
    reader, _ = await talk(ASK + b"\r\n")
    await until(lambda: control.got)
    control.writer.write(answer)
    control.writer.close()
    got = await ended(reader)
    assert got.startswith((b"HTTP/1.1 503", b"HTTP/1.1 403 "))
    assert not got.endswith(b"0\r\n\r\n"), "half a refusal must not look whole"


async def test_control_is_down(talk):
    reader, _ = await talk(ASK + b"\r\n")
    answer = await ended(reader)
    assert answer.startswith(b"HTTP/1.1 503")
    assert b"control_unavailable" in answer


async def test_a_client_that_leaves_before_the_answer_frees_control(control, talk):
    _, writer = await talk(ASK + b"\r\n")
    await until(lambda: control.got)
    writer.close()
    await asyncio.wait_for(control.gone.wait(), 5)


async def test_a_client_that_leaves_after_the_answer_frees_control(control, talk):
    reader, writer = await talk(ASK + b"\r\n")
    await until(lambda: control.got)
    control.writer.write(SWITCH)
    await reader.readuntil(b"\r\n\r\n")
    writer.close()
    await asyncio.wait_for(control.gone.wait(), 5)


@pytest.mark.parametrize(
    "more",
    [
        b"content-length: 3\r\n\r\nabc",
        b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    ],
)
async def test_an_upgrade_with_a_body_is_an_ordinary_request(control, talk, more):
    await talk(ASK + more)
    await until(lambda: control.got.endswith(b"abc"))
    assert b"upgrade" not in control.got.lower()
    assert b"content-length: 3" in control.got


async def test_what_waits_for_the_answer_is_bounded(control, talk):
    _, writer = await talk(ASK + b"\r\n")
    await until(lambda: control.got)
    writer.transport.set_write_buffer_limits(high=0)
    filled = False
    for _ in range(200):
        writer.write(b"x" * 100_000)
        try:
            await asyncio.wait_for(writer.drain(), 0.3)
        except TimeoutError:
            filled = True
            break
    assert filled, "20 MB were taken for a tunnel that is not open"


async def test_a_client_that_does_not_read_stops_control(control, talk):
    reader, _ = await talk(ASK + b"\r\n")
    await until(lambda: control.got)
    control.writer.write(SWITCH)
    control.writer.transport.set_write_buffer_limits(high=0)
    filled = False
    for _ in range(300):
        control.writer.write(b"x" * 100_000)
        try:
            await asyncio.wait_for(control.writer.drain(), 0.3)
        except TimeoutError:
            filled = True
            break
    assert filled, "30 MB were taken for a client that reads nothing"
    assert (await reader.readuntil(b"\r\n\r\n")) == SWITCH
