"""Streams that end well, badly, or early."""

from __future__ import annotations

import json

import pytest

from support.api_server import Answer, ApiServer, chat_events
from vanguard.core.errors import ContentBlocked, InvalidRequest, UpstreamTruncated
from vanguard.sdk._async.client import AsyncClient
from vanguard.sdk._async.stream import AsyncChatStream

CHAT = "/v1/chat/completions"


async def read(stream: AsyncChatStream, into: list[str]) -> None:
    """Keeps the texts that come before an error."""
    async for delta in stream:
        into.append(delta.text)  # noqa: PERF401 - an error must not lose them


@pytest.mark.parametrize("breaks", [True, False])
async def test_a_stream_that_ends_too_soon_never_looks_whole(api: ApiServer, breaks: bool) -> None:
    api.on("POST", CHAT, Answer(pieces=chat_events("Hel", "lo")[:3], breaks=breaks))
    texts: list[str] = []
    async with AsyncClient(api.url, "k") as client:
        stream = client.stream("hi")
        with pytest.raises(UpstreamTruncated):
            await read(stream, texts)
        assert texts == ["Hel", "lo"]
        assert stream.reply.text == "Hello"


async def test_an_error_within_the_stream_is_raised_as_itself(api: ApiServer) -> None:
    fault = {"error": {"code": "content_blocked", "message": "blocked by rule x"}}
    pieces = [*chat_events("Hel")[:2], b"data: %b\n\n" % json.dumps(fault).encode()]
    api.on("POST", CHAT, Answer(pieces=pieces, headers={"x-request-id": "req_5"}))
    async with AsyncClient(api.url, "k") as client:
        with pytest.raises(ContentBlocked, match="rule x") as caught:
            _ = [delta async for delta in client.stream("hi")]
        assert caught.value.request_id == "req_5"


async def test_a_finish_reason_is_an_end_even_without_done(api: ApiServer) -> None:
    api.on("POST", CHAT, Answer(pieces=chat_events("a", finish="length", done=False)))
    async with AsyncClient(api.url, "k") as client:
        stream = client.stream("hi")
        _ = [delta async for delta in stream]
    assert stream.reply.finish_reason == "length"


async def test_leaving_early_keeps_what_came(api: ApiServer) -> None:
    api.on("POST", CHAT, Answer(pieces=chat_events("a", "b", "c")))
    async with AsyncClient(api.url, "k") as client:
        stream = client.stream("hi")
        async for _ in stream:
            break
    assert stream.reply.text == "a"


async def test_a_stream_is_read_once_and_before_its_reply(api: ApiServer) -> None:
    api.on("POST", CHAT, Answer(pieces=chat_events("a")))
    async with AsyncClient(api.url, "k") as client:
        stream = client.stream("hi")
        with pytest.raises(InvalidRequest, match="read the stream first"):
            _ = stream.reply
        _ = [delta async for delta in stream]
        with pytest.raises(InvalidRequest, match="read once"):
            _ = [delta async for delta in stream]


async def test_pieces_cut_anywhere(api: ApiServer) -> None:
    whole = b"".join(chat_events("é", "😀", "x"))
    api.on(
        "POST", CHAT, Answer(pieces=[whole[place : place + 7] for place in range(0, len(whole), 7)])
    )
    async with AsyncClient(api.url, "k") as client:
        assert [delta.text async for delta in client.stream("hi")] == ["é", "😀", "x"]
