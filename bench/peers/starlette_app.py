"""A proxy as one would write it in an afternoon: Starlette in front, aiohttp behind.

It does not know limits, budgets or a ledger; it looks the key up, reads model and usage, and counts.
Runs in an environment of its own, so that it imports nothing of this repository.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

_SETTINGS = json.loads(os.environ["BENCH_PROXY"])
_KEYS = {_SETTINGS["key"]: "key_bench"}
_SPENT: dict[str, int] = {}
_top = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TAIL_BYTES = 4096


@asynccontextmanager
async def _life(app: Starlette) -> AsyncIterator[None]:
    connector = aiohttp.TCPConnector(limit=0)
    app.state.client = aiohttp.ClientSession(connector=connector, auto_decompress=False)
    yield
    await app.state.client.close()


def _secret(request: Request) -> str:
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    return request.headers.get("x-api-key", bearer)


def _note(key: str, data: bytes) -> None:
    """Counts the tokens that the end of an answer tells."""
    at = data.rfind(b'"usage"')
    if at >= 0:
        _SPENT[key] = _SPENT.get(key, 0) + data.count(b":", at)


async def forward(request: Request) -> Response:
    """One model call."""
    key = _KEYS.get(_secret(request))
    if key is None:
        return JSONResponse({"error": "unknown key"}, 401)
    body = await request.body()
    fields = _top.decode(body)
    fields["model"] = msgspec.Raw(msgspec.json.encode(msgspec.json.decode(fields["model"])))
    headers = {"authorization": "Bearer upstream", "content-type": "application/json"}
    url = _SETTINGS["upstream"] + request.url.path
    answer = await request.app.state.client.post(
        url, data=msgspec.json.encode(fields), headers=headers
    )
    kept = {"content-type": answer.headers["content-type"]}
    if "stream" not in fields:
        data = await answer.read()
        _note(key, data)
        return Response(data, answer.status, kept)

    async def pieces() -> AsyncIterator[bytes]:
        tail = b""
        async for piece in answer.content.iter_any():
            tail = (tail + piece)[-_TAIL_BYTES:]
            yield piece
        _note(key, tail)

    return StreamingResponse(pieces(), answer.status, kept)


app = Starlette(
    routes=[
        Route("/v1/chat/completions", forward, methods=["POST"]),
        Route("/v1/messages", forward, methods=["POST"]),
    ],
    lifespan=_life,
)
