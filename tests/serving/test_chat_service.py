from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from support.engine import engine_boot, engine_folder, small_weights
from vanguard.core.errors import WeightsUnavailable
from vanguard.serving.board import Board
from vanguard.serving.boot import EngineBoot, EngineStatus, read_status
from vanguard.serving.catalog import CHAT
from vanguard.serving.chat_service import ChatService, Obtain
from vanguard.serving.weights.obtain import Obtained, Watch
from vanguard.serving.weights.source import Abandoned

SMALL = CHAT["small"]


def service(boot: EngineBoot, obtain: Obtain) -> ChatService:
    return ChatService(boot, CHAT, obtain, Board(Path(boot.status_path)))


def said(boot: EngineBoot) -> EngineStatus:
    status = read_status(Path(boot.status_path))
    assert status is not None
    return status


async def until(boot: EngineBoot, holds: Callable[[EngineStatus], bool]) -> EngineStatus:
    async with asyncio.timeout(30):
        while not holds(said(boot)):
            await asyncio.sleep(0.01)
    return said(boot)


def never(watch: Watch) -> Obtained:
    raise AssertionError("nobody asked for weights")


def test_the_model_is_known_before_anything_is_fetched(tmp_path: Path) -> None:
    boot = engine_boot(tmp_path, model="default", context_tokens=4096)
    service(boot, never)
    status = said(boot)
    assert status.state == "fetching"
    assert status.chat is not None
    assert (status.chat.name, status.chat.context_tokens) == (CHAT["default"].name, 4096)
    assert not status.chat.ready


def test_the_context_is_no_longer_than_the_model_s(tmp_path: Path) -> None:
    boot = engine_boot(tmp_path, context_tokens=1_000_000)
    service(boot, never)
    status = said(boot)
    assert status.chat is not None
    assert status.chat.context_tokens == SMALL.context_tokens


def test_a_file_of_ones_own_is_known_once_it_was_read(tmp_path: Path) -> None:
    boot = engine_boot(tmp_path, model="/models/mine.gguf")
    service(boot, never)
    assert said(boot).chat is None


async def test_progress_is_told_and_a_drain_abandons_the_fetch(tmp_path: Path) -> None:
    boot = engine_boot(tmp_path)
    told = threading.Event()

    def obtain(watch: Watch) -> Obtained:
        watch(SMALL, 0, -1)
        while not told.wait(0.01):
            pass
        watch(SMALL, 0, 98_000_000)
        while True:
            watch(SMALL, 49_000_000, 98_000_000)

    chat = service(boot, obtain)
    starting = asyncio.create_task(chat.start())
    await until(boot, lambda status: "another process" in status.message)
    told.set()
    status = await until(boot, lambda status: status.progress == 0.5)
    assert status.message == "fetching smollm2-135m: 49 of 98 MB"
    await chat.drain()
    with pytest.raises(Abandoned):
        await starting
    assert not chat.serving


async def test_weights_that_come_after_the_drain_are_not_loaded(tmp_path: Path) -> None:
    boot = engine_boot(tmp_path)
    chat = service(boot, lambda watch: Obtained("x", tmp_path / "none", "ab", 1))
    await chat.drain()
    with pytest.raises(Abandoned):
        await chat.start()


async def test_weights_that_cannot_be_had_are_told(tmp_path: Path) -> None:
    def obtain(watch: Watch) -> Obtained:
        raise WeightsUnavailable("sold out")

    with pytest.raises(WeightsUnavailable, match="sold out"):
        await service(engine_boot(tmp_path), obtain).start()


@pytest.mark.e2e
async def test_a_file_of_ones_own_is_served_with_the_context_it_was_trained_for() -> None:
    with engine_folder() as folder:
        obtained = Obtained("gguf:mine", small_weights(), SMALL.digest, 0, "by hand")
        boot = engine_boot(folder, model="mine", context_tokens=16_384)
        chat = service(boot, lambda watch: obtained)
        await chat.start()
        assert chat.serving
        status = said(boot)
        assert (status.state, status.message) == ("ready", "by hand")
        assert status.chat is not None
        assert status.chat.ready
        assert status.chat.context_tokens == SMALL.context_tokens
        await chat.drain()
        assert not Path(boot.chat_socket).exists()
