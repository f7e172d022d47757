"""Servers of raw bytes that leave no socket behind."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def raw_server(serve: Serve, path: Path | None = None):
    """Runs `serve` for each connection on loopback, or on a Unix socket; gives its base URL."""
    writers: list[asyncio.StreamWriter] = []
    tasks: set[asyncio.Task] = set()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        tasks.add(task)
        writers.append(writer)
        try:
            await serve(reader, writer)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            tasks.discard(task)

    if path is not None:
        server = await asyncio.start_unix_server(one, path)
        url = f"http+unix://{path}"
    else:
        server = await asyncio.start_server(one, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield url
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0.01)
