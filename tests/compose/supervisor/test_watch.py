import asyncio
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.certificates import Authority
from vanguard.compose.supervisor import watch as module
from vanguard.compose.supervisor.first_key import ControlApi
from vanguard.compose.supervisor.home import Home, prepare_home
from vanguard.compose.supervisor.screen import Screen
from vanguard.compose.supervisor.watch import Watch
from vanguard.control.engine_state import EngineState
from vanguard.sdk.own_certificate import verification


class Servers:
    """Gateway and control as two sockets that answer what the test says."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.ready = False
        self.known_key = ""
        self.asked: list[str] = []
        self.url = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split()[1]
        self.asked.append(path)
        good = self.ready if path == "/readyz" else True
        if path == "/v1/models":
            good = bool(self.known_key) and f"Bearer {self.known_key}" in head
        status = "200 OK" if good else "503 No"
        writer.write(
            f"HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode()
        )
        await writer.drain()
        writer.close()

    def engine(self, state: str, **more: object) -> None:
        (self.home.run / "engine.json").write_text(json.dumps({"state": state} | more))

    async def control(self) -> asyncio.Server:
        return await asyncio.start_unix_server(self.answer, self.home.sockets / "control.sock")


@pytest.fixture
async def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Servers]:
    monkeypatch.setattr(module, "POLL_S", 0.005)
    monkeypatch.setattr(module, "_FOLLOW_S", 0.005)
    found = Servers(prepare_home(tmp_path))
    async with await asyncio.start_server(found.answer, "127.0.0.1", 0) as server:
        found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield found


async def said(err: io.StringIO, text: str) -> None:
    async with asyncio.timeout(30):
        while text not in err.getvalue():
            await asyncio.sleep(0.005)


async def test_it_waits_for_all_three_and_says_for_what(servers: Servers) -> None:
    err = io.StringIO()
    async with ControlApi(servers.home.sockets / "control.sock", "x") as api:
        watch = Watch(servers.home, servers.url, api, Screen(io.StringIO(), err))
        waiting = asyncio.create_task(watch.until_ready(lambda _name: "up"))
        await said(err, "starting control and gateway\n")
        async with await servers.control():
            await said(err, "starting gateway\n")
            servers.ready = True
            await said(err, "starting the engine\n")
            servers.engine("fetching", message="fetching m 1/2 MB", progress=0.5)
            await said(err, "fetching m 1/2 MB\n")
            assert not waiting.done()
            servers.engine("failed", message="no room")
            assert await waiting == EngineState("failed", "no room")


async def test_the_key_is_known_a_moment_later(servers: Servers) -> None:
    async with ControlApi(servers.home.sockets / "control.sock", "x") as api:
        watch = Watch(servers.home, servers.url, api, Screen(io.StringIO(), io.StringIO()))
        waiting = asyncio.create_task(watch.until_key_works("vk-1"))
        async with asyncio.timeout(30):
            while servers.asked.count("/v1/models") < 2:
                await asyncio.sleep(0.005)
        servers.known_key = "vk-1"
        assert await waiting
        assert not await watch.until_key_works("vk-other")


async def test_changes_of_the_engine_are_said(servers: Servers) -> None:
    err = io.StringIO()
    async with ControlApi(servers.home.sockets / "control.sock", "x") as api:
        watch = Watch(servers.home, servers.url, api, Screen(io.StringIO(), err))
        following = asyncio.create_task(watch.follow_engine(EngineState("ready")))
        servers.engine("loading")
        servers.engine("failed", message="no room")
        await said(err, "engine is failed: no room\n")
        servers.engine("ready")
        await said(err, "engine is ready\n")
        following.cancel()
    assert err.getvalue().count("engine is") == 2


async def test_an_engine_that_keeps_dying_has_failed(servers: Servers) -> None:
    servers.ready = True
    async with (
        await servers.control(),
        ControlApi(servers.home.sockets / "control.sock", "x") as api,
    ):
        watch = Watch(servers.home, servers.url, api, Screen(io.StringIO(), io.StringIO()))
        engine = await watch.until_ready(lambda name: "looping" if name == "engine" else "up")
        assert engine == EngineState("failed", "its process keeps dying")


async def test_a_gateway_that_speaks_tls_is_known_by_its_certificate(
    servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_KEY_TRIES", 2)
    pair = Authority(tmp_path / "authority").issue("models.test")
    stranger = Authority(tmp_path / "other").issue("127.0.0.1")
    servers.known_key = "vk-1"
    serving = await asyncio.start_server(servers.answer, "127.0.0.1", 0, ssl=pair.server())
    url = f"https://127.0.0.1:{serving.sockets[0].getsockname()[1]}"
    screen = Screen(io.StringIO(), io.StringIO())
    async with serving, ControlApi(servers.home.sockets / "control.sock", "x") as api:
        mine = Watch(servers.home, url, api, screen, verification(pair.certificate))
        assert await mine.until_key_works("vk-1")
        other = Watch(servers.home, url, api, screen, verification(stranger.certificate))
        assert not await other.until_key_works("vk-1")
