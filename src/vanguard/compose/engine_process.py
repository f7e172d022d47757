"""Runs the embedded engine: `python -m vanguard.compose.engine_process --boot PATH`.

It does not know the settings tree; everything it needs at its start is in the boot file.
"""

from __future__ import annotations

import asyncio
import functools
import os
import signal
import sys
from pathlib import Path

import msgspec

from vanguard.core.logs import set_up_logs
from vanguard.serving.board import Board, Role
from vanguard.serving.boot import EngineBoot
from vanguard.serving.catalog import CHAT
from vanguard.serving.chat_service import ChatService
from vanguard.serving.embeddings_service import EmbeddingsService
from vanguard.serving.engine import Engine, Service
from vanguard.serving.weights.mirror import mirror
from vanguard.serving.weights.obtain import obtain
from vanguard.serving.weights.packages import PackageSource
from vanguard.serving.weights.shelf import Shelf
from vanguard.serving.weights.source import Source


def build(boot: EngineBoot) -> Engine:
    """Puts the engine together from its boot values."""
    board = Board(Path(boot.status_path))
    services: dict[Role, Service] = {}
    if boot.model != "none":
        sources: list[Source] = [mirror(boot.mirror)] if boot.mirror else []
        sources.append(PackageSource())
        bound = functools.partial(obtain, boot.model, CHAT, Shelf(Path(boot.cache)), sources)
        services["chat"] = ChatService(boot, CHAT, bound, board)
    if boot.embeddings:
        services["embeddings"] = EmbeddingsService(boot, board)
    return Engine(services, board)


async def serve(engine: Engine) -> int:
    """Serves until SIGTERM or SIGINT, then drains; the exit status."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return await engine.run(stop)


def main(arguments: list[str]) -> int:
    """The process's entry; returns its exit status."""
    if len(arguments) != 2 or arguments[0] != "--boot":
        sys.stderr.write("usage: python -m vanguard.compose.engine_process --boot PATH\n")
        return 2
    try:
        boot = msgspec.json.decode(Path(arguments[1]).read_bytes(), type=EngineBoot)
    except (OSError, msgspec.MsgspecError) as error:
        sys.stderr.write(f"engine: the boot file cannot be read: {error}\n")
        return 2
    set_up_logs("engine", boot.log_format, boot.log_level)
    engine = build(boot)  # held to the end: freeing llama.cpp waits for the prompt it is reading
    with asyncio.Runner() as runner:
        status = runner.run(serve(engine))
        sys.stderr.flush()
        os._exit(status)  # for the same reason


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
