"""An upstream that speaks scripted bytes over a real socket, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from support.loopback import LoopbackServer

Write = Callable[[bytes], Awaitable[None]]


@dataclass
class Asked:
    """One request as the upstream saw it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict:
        return json.loads(self.body)


Script = Callable[[Asked, Write], Awaitable[None]]


def whole(status: int, body: bytes | dict, headers: dict[str, str] | None = None) -> Script:
    """A script that answers with one JSON body."""
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = {"content-type": "application/json", **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())

    async def script(asked: Asked, write: Write) -> None:
        await write(
            f"HTTP/1.1 {status} X\r\n{head}content-length: {len(payload)}\r\n\r\n".encode()
            + payload
        )

    return script


def stream(
    events: list[bytes], *, pause_s: float = 0.0, end: bool = True, die: bool = False
) -> Script:
    """A script that answers with a chunked event stream; `die` closes without the last chunk."""

    async def script(asked: Asked, write: Write) -> None:
        await write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        for event in events:
            await write(b"%x\r\n%b\r\n" % (len(event), event))
            if pause_s:
                await asyncio.sleep(pause_s)
        if die:
            raise ConnectionAbortedError
        if end:
            await write(b"0\r\n\r\n")

    return script


@dataclass
class Upstream(LoopbackServer):
    """Answers each request with the next script of its list, the last one again and again."""

    scripts: list[Script]
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0

    @property
    def base_url(self) -> str:
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}/v1"

    async def answer_connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answers one request after the other."""
        self.connections += 1

        async def write(data: bytes) -> None:
            writer.write(data)
            await writer.drain()

        while True:
            asked = await _read(reader)
            self.asked.append(asked)
            script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
            await script(asked, write)


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, path, headers, body)
