from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.scripted_api import DONE, END, STREAM, ScriptedApi, event, piece
from vanguard.console.chat.conversation import Message
from vanguard.console.chat.stream import End, _items, stream_answer
from vanguard.console.client import PlatformClient
from vanguard.core.errors import UpstreamError, UpstreamRejected, UpstreamTruncated

CHAT = "/v1/chat/completions"
WHOLE = piece("Hel") + b": ping\n\n" + piece("لو 😀") + END + DONE


async def read(client: PlatformClient) -> list[str | End]:
    return [item async for item in stream_answer(client, "m", [Message("user", "hi")])]


async def test_an_answer(api: ScriptedApi, client: PlatformClient) -> None:
    api.gives_raw(CHAT, STREAM, WHOLE)
    assert await read(client) == ["Hel", "لو 😀", End("stop", 2)]
    assert json.loads(api.asked[0][2]) == {
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


@given(st.sets(st.integers(min_value=1, max_value=len(WHOLE) - 1)))
def test_every_chunk_boundary(cuts: set[int]) -> None:
    places = [0, *sorted(cuts), len(WHOLE)]

    async def chunks() -> AsyncIterator[bytes]:
        for start, end in itertools.pairwise(places):
            yield WHOLE[start:end]

    async def read_all() -> list[str | End]:
        return [item async for item in _items(chunks())]

    assert asyncio.run(read_all()) == ["Hel", "لو 😀", End("stop", 2)]


@pytest.mark.parametrize("rest", [b"", b"data: {", DONE], ids=["silent", "torn", "done only"])
async def test_a_stream_that_breaks_off(
    api: ScriptedApi, client: PlatformClient, rest: bytes
) -> None:
    api.gives_raw(CHAT, STREAM, piece("Hel") + rest)
    with pytest.raises(UpstreamTruncated, match="broke off"):
        await read(client)


async def test_a_connection_that_breaks(api: ScriptedApi, client: PlatformClient) -> None:
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    api.gives_raw(CHAT, head, b"5\r\nda")
    with pytest.raises(UpstreamTruncated, match="connection broke"):
        await read(client)


async def test_a_refusal_in_the_platforms_words(api: ScriptedApi, client: PlatformClient) -> None:
    api.gives(CHAT, {"error": {"message": "the budget is spent"}}, 429, "retry-after: 30\r\n")
    with pytest.raises(UpstreamRejected, match=r"the budget is spent \(try again in 30 s\)"):
        await read(client)


async def test_a_wait_is_named_once(api: ScriptedApi, client: PlatformClient) -> None:
    words = "the limit is reached; try again in 30 s"
    api.gives(CHAT, {"error": {"message": words}}, 429, "retry-after: 30\r\n")
    with pytest.raises(UpstreamRejected, match=f"{words}$"):
        await read(client)


async def test_an_error_inside_the_stream(api: ScriptedApi, client: PlatformClient) -> None:
    api.gives_raw(CHAT, STREAM, piece("a"), event({"error": {"message": "it fell over"}}))
    with pytest.raises(UpstreamError, match="it fell over"):
        await read(client)


async def test_an_event_that_is_no_json(api: ScriptedApi, client: PlatformClient) -> None:
    api.gives_raw(CHAT, STREAM, b"data: <html>\n\n")
    with pytest.raises(UpstreamError, match="cannot be read"):
        await read(client)


async def test_nobody_there() -> None:
    client = PlatformClient("http://127.0.0.1:9", "key")
    with pytest.raises(UpstreamError, match="nobody answers"):
        await read(client)
    await client.close()
