"""A fast upstream: answers at once with JSON, or with paced or unpaced events, in two dialects.

It does not know who asks. The path says in which dialect it answers, the model's name what it does
(`bench.models`). It takes any credential, listens on loopback only, and on a second port behind TLS.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

import httptools

from bench.models import NAME, BenchModel, parse
from bench.upstream.answers import LAST_CHUNK, STREAM_HEAD, VOICES, chunk, head, whole

_TRUE = re.compile(rb"\s*:\s*true")
_TEXT = re.compile(rb'\s*:\s*"([^"]*)"')
_NAME = re.compile(NAME.pattern + r"\Z")  # peers put things of their own before it
_PROBED = head("application/json", 2) + b"{}"
_FAILED = (
    b"HTTP/1.1 500 Internal Server Error\r\ncontent-type: application/json\r\n"
    b"content-length: 30\r\n\r\n"
    b'{"error": {"message": "no."}}\n'
)
_UNKNOWN = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"


@dataclass(frozen=True)
class Script:
    """The bytes of one kind of answer.

    Attributes:
        at_once: everything, where nothing is paced.
        begin: the head and the first events of a paced stream; then `left` of the `events`; `end`.
    """

    at_once: bytes = b""
    begin: bytes = b""
    events: tuple[bytes, ...] = ()
    end: bytes = b""
    left: int = 0
    pause_s: float = 0.0


@cache
def script(dialect: str, model: BenchModel, *, usage: bool) -> Script:
    """What is said to a request."""
    voice = VOICES[dialect]
    if not model.events:
        return Script(at_once=whole(voice, packed=model.packed))
    begin = STREAM_HEAD + chunk(voice.begin)
    events = tuple(map(chunk, voice.events))
    end = chunk(voice.end_usage if usage else voice.end) + LAST_CHUNK
    if not model.pause_ms:
        said = (events[number % len(events)] for number in range(model.events))
        return Script(at_once=begin + b"".join(said) + end)
    return Script(b"", begin, events, end, model.events, model.pause_ms / 1000)


@cache
def _model(name: bytes) -> BenchModel | None:
    found = _NAME.search(name.decode("ascii", "replace"))
    return parse(found[0]) if found else None


def field(body: bytes, name: bytes, value: re.Pattern[bytes]) -> re.Match[bytes] | None:
    """A field's value; bytes are searched, since megabytes of picture may lie before it."""
    at = body.find(name)
    return value.match(body, at + len(name)) if at >= 0 else None


class Upstream(asyncio.Protocol):
    """One connection. Requests on it are answered one after the other."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._parser = httptools.HttpRequestParser(self)
        self._target = b""
        self._body: list[bytes] = []
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, _error: Exception | None) -> None:
        self._transport = None

    def close(self) -> None:
        """Hangs up, whatever is under way."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_url(self, target: bytes) -> None:
        self._target += target

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        body, target = b"".join(self._body), self._target
        self._body.clear()
        self._target = b""
        if self._transport is None:
            return
        if self._parser.get_method() != b"POST":
            self._transport.write(_PROBED)  # routers ask whether somebody is there
            return
        named = field(body, b'"model"', _TEXT)
        model = _model(named[1]) if named else None
        if model is None:
            self._transport.write(_UNKNOWN)
            return
        if model.fails:
            self._transport.write(_FAILED)
        else:
            self._answer(target, body, model)

    def _answer(self, target: bytes, body: bytes, model: BenchModel) -> None:
        assert self._transport is not None
        dialect = "anthropic" if b"/messages" in target else "openai"
        if field(body, b'"stream"', _TRUE) is None:
            model = BenchModel(dialect, packed=model.packed)
        usage = dialect == "anthropic" or field(body, b'"include_usage"', _TRUE) is not None
        said = script(dialect, model, usage=usage)
        if said.at_once:
            self._transport.write(said.at_once)
        else:
            self._transport.write(said.begin)
            self._pace(said, said.left, self._loop.time())

    def _pace(self, said: Script, left: int, due: float) -> None:
        if self._transport is None:
            return
        if left == 0:
            self._transport.write(said.end)
            return
        self._transport.write(said.events[left % len(said.events)])
        due += said.pause_s
        self._loop.call_at(due, self._pace, said, left - 1, due)


def tls_context(folder: Path) -> ssl.SSLContext:
    """TLS with the certificate and key of a folder (`bench.rig.certificate` makes them)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "upstream.crt", folder / "upstream.key")
    context.set_alpn_protocols(["http/1.1"])
    return context


async def serve(port: int, tls_port: int, certificates: Path | None) -> None:
    """Serves on loopback until the process is told to stop."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Upstream(loop), "127.0.0.1", port, backlog=4096)
    if certificates is not None:
        await loop.create_server(
            lambda: Upstream(loop),
            "127.0.0.1",
            tls_port,
            backlog=4096,
            ssl=tls_context(certificates),
        )
    await server.serve_forever()
