from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from support.engine import engine_folder
from vanguard.serving.engines.listener import Listener


@pytest.fixture
def folder() -> Iterator[Path]:
    with engine_folder() as folder:
        yield folder


class App:
    """Answers `/slow` when it is let."""

    def __init__(self) -> None:
        self.entered = asyncio.Event()
        self.let = asyncio.Event()
        self.asgi = Starlette(routes=[Route("/slow", self.slow), Route("/quick", self.quick)])

    async def slow(self, _) -> PlainTextResponse:
        self.entered.set()
        await self.let.wait()
        return PlainTextResponse("slow")

    async def quick(self, _) -> PlainTextResponse:
        return PlainTextResponse("quick")


def client(path: Path) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(uds=str(path)), base_url="http://x")


async def test_only_the_owner_may_enter_and_a_dead_socket_is_replaced(folder: Path) -> None:
    path = folder / "a.sock"
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(path))
    dead.close()  # the file stays, as after kill -9
    before = os.umask(0)
    try:
        listener = Listener(App().asgi, path, 5)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    await listener.start()
    async with client(path) as asking:
        assert (await asking.get("/quick")).text == "quick"
    await listener.stop()
    assert not path.exists()


async def test_a_stop_lets_open_requests_end_and_takes_no_new_ones(folder: Path) -> None:
    path = folder / "a.sock"
    app = App()
    listener = Listener(app.asgi, path, 30)
    await listener.start()
    async with client(path) as asking, asyncio.timeout(30):
        slow = asyncio.create_task(asking.get("/slow"))
        await app.entered.wait()
        stopping = asyncio.create_task(listener.stop())
        while path.exists():
            await asyncio.sleep(0.01)
        async with client(path) as late:
            with pytest.raises(httpx.ConnectError):
                await late.get("/quick")
        assert not stopping.done()
        app.let.set()
        assert (await slow).text == "slow"
        await stopping


async def test_a_path_that_is_too_long_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="too long"):
        Listener(App().asgi, tmp_path / ("x" * 120), 5)
