"""A fast upstream: answers chat completions with 1 KB of JSON, or with paced or unpaced events.

It does not know who asks. What it does is in the model's name: `openai-json` answers at once, and
`openai-<events>x<milliseconds>` sends that many events, one each so many milliseconds (0: at once).

    python -m bench.upstream PORT
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import cast

import httptools

_MODEL = re.compile(rb'"model"\s*:\s*"([^"]*)"')
_EVENTS = re.compile(rb"openai-(\d+)x(\d+)$")
_STREAM = re.compile(rb'"stream"\s*:\s*true')
_USAGE = {"prompt_tokens": 180, "completion_tokens": 160, "total_tokens": 340}
_TEXT = "The quick brown fox jumps over the lazy dog and goes on to the next field. " * 9


def _answer() -> bytes:
    body = json.dumps(
        {
            "id": "chatcmpl-bench",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": "bench",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": _TEXT},
                    "finish_reason": "stop",
                }
            ],
            "usage": _USAGE,
        }
    ).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
        len(body),
        body,
    )


def _event(delta: dict[str, str], **more: object) -> bytes:
    choices = [{"index": 0, "delta": delta, "finish_reason": None}]
    value = {
        "id": "chatcmpl-bench",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "bench",
        "choices": choices,
        **more,
    }
    return _chunk(b"data: " + json.dumps(value).encode() + b"\n\n")


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


ANSWER = _answer()
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)
EVENT = _event({"content": " word-by-word"})
STREAM_END = (
    _event({}, choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}])
    + _event({}, choices=[], usage=_USAGE)
    + _chunk(b"data: [DONE]\n\n")
    + b"0\r\n\r\n"
)


class Upstream(asyncio.Protocol):
    """One connection. Requests on it are answered one after the other."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._parser = httptools.HttpRequestParser(self)
        self._body = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, _error: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        body, self._body = self._body, b""
        if self._transport is None:
            return
        if not _STREAM.search(body):
            self._transport.write(ANSWER)
            return
        model = _MODEL.search(body)
        asked = _EVENTS.search(model[1]) if model else None
        count, pause_ms = (int(asked[1]), int(asked[2])) if asked else (20, 0)
        self._transport.write(STREAM_HEAD)
        if pause_ms:
            self._pace(count, pause_ms / 1000, self._loop.time())
        else:
            self._transport.writelines([EVENT] * count + [STREAM_END])

    def _pace(self, left: int, pause_s: float, due: float) -> None:
        if self._transport is None:
            return
        if left == 0:
            self._transport.write(STREAM_END)
            return
        self._transport.write(EVENT)
        due += pause_s
        self._loop.call_at(due, self._pace, left - 1, pause_s, due)


async def serve(port: int) -> None:
    """Serves on loopback until the process is told to stop."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Upstream(loop), "127.0.0.1", port, backlog=4096)
    await server.serve_forever()
