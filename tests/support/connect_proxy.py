"""A small forward proxy: CONNECT alone, with or without credentials, over TCP or TLS."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass, field

from support.loopback import LoopbackServer


@dataclass
class ConnectProxy(LoopbackServer):
    """Opens tunnels to this machine whatever was asked for, and remembers what that was.

    `answer` replaces the answer to CONNECT, and nothing is tunnelled then; None never answers.
    """

    credentials: str = ""
    answer: bytes | None = b""
    asked: list[str] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """With its credentials."""
        user = f"{self.credentials}@" if self.credentials else ""
        return f"http{'s' if self.tls else ''}://{user}127.0.0.1:{self.port}"

    async def answer_connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Opens one tunnel, or refuses it."""
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        method, target, _ = head.decode().split(" ", 2)
        assert method == "CONNECT"
        self.asked.append(target)
        if self.answer is None:
            await asyncio.Event().wait()
        if self.answer:
            writer.write(self.answer)
            await writer.drain()
            await reader.read()
            return
        wanted = base64.b64encode(self.credentials.encode()).decode()
        if self.credentials and f"proxy-authorization: Basic {wanted}\r\n" not in head.decode():
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            await writer.drain()
            return
        port = int(target.rpartition(":")[2])
        there, back = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 Connection established\r\nvia: 1.1 test\r\n\r\n")
        await asyncio.gather(_pump(reader, back), _pump(there, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()
