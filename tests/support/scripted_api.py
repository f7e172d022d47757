"""An HTTP/1.1 server on loopback that answers each path with the bytes a test gives it.

It does not know HTTP beyond heads and Content-Length; what a test scripts goes out as it is.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any


class ScriptedApi:
    """Answers by path; `asked` keeps what came, in order: (path with query, headers, body)."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, bytes]] = []
        self.url = ""
        self.hold = asyncio.Event()
        self.hold.set()
        self._answers: dict[str, Sequence[bytes]] = {}
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def paths(self) -> list[str]:
        return [path.partition("?")[0] for path, _, _ in self.asked]

    def gives(self, path: str, value: Any, status: int = 200, extra: str = "") -> None:
        """A JSON answer."""
        body = json.dumps(value).encode()
        head = f"HTTP/1.1 {status} x\r\n{extra}content-length: {len(body)}\r\n\r\n"
        self._answers[path] = (head.encode() + body,)

    def gives_raw(self, path: str, *pieces: bytes) -> None:
        """Pieces of bytes; the connection is closed behind them. After the first piece, `hold`."""
        self._answers[path] = (*pieces, b"")

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = [line for line in head.lower().split("\r\n") if line.startswith("content-length:")]
        body = await reader.readexactly(int(length[0].partition(":")[2])) if length else b""
        path = head.split(" ")[1]
        self.asked.append((path, head.lower(), body))
        pieces = self._answers[path.partition("?")[0]]
        for place, piece in enumerate(pieces):
            if place == 1:
                await self.hold.wait()
            writer.write(piece)
            await writer.drain()
        return len(pieces) == 1


def event(value: Any) -> bytes:
    """One server-sent event."""
    return f"data: {json.dumps(value)}\n\n".encode()


def piece(text: str) -> bytes:
    """One chunk of a streamed answer."""
    return event({"choices": [{"index": 0, "delta": {"content": text}}]})


STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
END = event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}) + event(
    {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}
)
DONE = b"data: [DONE]\n\n"
