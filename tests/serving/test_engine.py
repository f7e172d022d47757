from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from vanguard.core.errors import WeightsUnavailable
from vanguard.serving.board import Board, Phase, Role
from vanguard.serving.boot import read_status
from vanguard.serving.engine import Engine
from vanguard.serving.weights.source import Abandoned


@dataclass
class Scripted:
    """A service that starts as it is told."""

    board: Board
    role: Role
    fault: Exception | None = None
    blocks: bool = False
    serving: bool = False
    drained: bool = False
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        self.board.show(self.role, Phase("loading"))
        if self.blocks:
            await self.released.wait()
        if self.fault:
            raise self.fault
        self.serving = True
        self.board.show(self.role, Phase("ready"))

    async def drain(self) -> None:
        self.drained = True
        self.released.set()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "engine.json"


async def run_until_settled(engine: Engine, path: Path) -> tuple[str, str, int]:
    """State and message once all is settled, and the exit status after a stop."""
    stop = asyncio.Event()
    task = asyncio.create_task(engine.run(stop))
    async with asyncio.timeout(10):
        while not (status := read_status(path)) or status.state == "loading":
            await asyncio.sleep(0.01)
        stop.set()
        return status.state, status.message, await task


async def test_with_nothing_to_serve_it_says_so_and_ends(path: Path) -> None:
    assert await Engine({}, Board(path)).run(asyncio.Event()) == 0
    status = read_status(path)
    assert status is not None
    assert status.state == "off"


async def test_it_serves_until_it_is_told_to_stop_and_drains_everything(path: Path) -> None:
    board = Board(path)
    chat, embeddings = Scripted(board, "chat"), Scripted(board, "embeddings")
    engine = Engine({"chat": chat, "embeddings": embeddings}, board)
    assert await run_until_settled(engine, path) == ("ready", "", 0)
    assert chat.drained
    assert embeddings.drained
    status = read_status(path)
    assert status is not None
    assert (status.state, status.message) == ("off", "stopping")


async def test_one_model_that_cannot_be_served_leaves_the_other(path: Path) -> None:
    board = Board(path)
    chat = Scripted(board, "chat", WeightsUnavailable("no weights"))
    engine = Engine({"chat": chat, "embeddings": Scripted(board, "embeddings")}, board)
    assert await run_until_settled(engine, path) == ("failed", "no weights", 0)


async def test_a_defect_of_one_model_leaves_the_other(path: Path) -> None:
    board = Board(path)
    chat = Scripted(board, "chat", ZeroDivisionError("oops"))
    engine = Engine({"chat": chat, "embeddings": Scripted(board, "embeddings")}, board)
    assert await run_until_settled(engine, path) == ("failed", "a defect: oops", 0)


async def test_it_ends_in_failure_when_nothing_can_be_served(path: Path) -> None:
    board = Board(path)
    chat = Scripted(board, "chat", WeightsUnavailable("no weights"))
    assert await Engine({"chat": chat}, board).run(asyncio.Event()) == 1
    status = read_status(path)
    assert status is not None
    assert (status.state, status.message) == ("failed", "no weights")


async def test_a_stop_while_it_starts_is_no_failure(path: Path) -> None:
    board = Board(path)
    chat = Scripted(board, "chat", Abandoned(), blocks=True)
    stop = asyncio.Event()
    task = asyncio.create_task(Engine({"chat": chat}, board).run(stop))
    await asyncio.sleep(0)
    stop.set()
    assert await asyncio.wait_for(task, 10) == 0
    assert chat.drained
    status = read_status(path)
    assert status is not None
    assert status.state == "off"
