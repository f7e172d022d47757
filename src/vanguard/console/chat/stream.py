"""Reads one streamed chat completion through the gateway.

It does not know pages; it gives text as it comes, then how the answer ended.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence

import httpx
import msgspec

from vanguard.console.chat.conversation import Message
from vanguard.console.client import PlatformClient, problem_of, reason_of
from vanguard.console.records import Problem
from vanguard.core.errors import UpstreamError, UpstreamRejected, UpstreamTruncated
from vanguard.wire.sse import Splitter, event_data

_PROBLEM_BYTES = 64 * 1024


class End(msgspec.Struct, frozen=True):
    """How an answer ended; tokens are -1 when nobody told them."""

    reason: str
    output_tokens: int = -1


class _Delta(msgspec.Struct, frozen=True):
    content: str | None = None


class _Choice(msgspec.Struct, frozen=True):
    delta: _Delta = _Delta()
    finish_reason: str | None = None


class _Usage(msgspec.Struct, frozen=True):
    completion_tokens: int = -1


class _Chunk(msgspec.Struct, frozen=True):
    choices: tuple[_Choice, ...] = ()
    usage: _Usage | None = None
    error: Problem | None = None


class _StreamOptions(msgspec.Struct, frozen=True):
    include_usage: bool = True


class _Body(msgspec.Struct, frozen=True):
    model: str
    messages: Sequence[Message]
    stream: bool = True
    stream_options: _StreamOptions = _StreamOptions()


_decoder = msgspec.json.Decoder(_Chunk)


async def stream_answer(
    client: PlatformClient, model: str, messages: Sequence[Message]
) -> AsyncGenerator[str | End]:
    """Pieces of text, and at last one `End`.

    Raises:
        UpstreamRejected: the platform refused the request; its words are the message.
        UpstreamTruncated: the stream broke off before its end was said.
        UpstreamError: no connection, or an error inside the stream.
    """
    body = msgspec.json.encode(_Body(model, messages))
    try:
        async with client.open_chat(body) as answer:
            if not answer.is_success:
                raise UpstreamRejected(await _refusal(answer))
            async for item in _items(answer.aiter_bytes()):
                yield item
    except httpx.RemoteProtocolError as error:
        raise UpstreamTruncated("the connection broke before the answer was complete") from error
    except httpx.HTTPError as error:
        raise UpstreamError(reason_of(error)) from error


async def _items(chunks: AsyncIterator[bytes]) -> AsyncIterator[str | End]:
    splitter = Splitter()
    reason, output_tokens = "", -1
    async for data in chunks:
        for raw in splitter.feed(data):
            event = event_data(raw)
            if not event or event == b"[DONE]":
                continue
            chunk = _decode(event)
            if chunk.usage is not None:
                output_tokens = chunk.usage.completion_tokens
            for choice in chunk.choices:
                reason = choice.finish_reason or reason
                if choice.delta.content:
                    yield choice.delta.content
    if not reason:
        raise UpstreamTruncated("the answer broke off before its end was said")
    yield End(reason, output_tokens)


def _decode(event: bytes) -> _Chunk:
    try:
        chunk = _decoder.decode(event)
    except msgspec.MsgspecError as error:
        raise UpstreamError(f"an event of the stream cannot be read: {error}") from error
    if chunk.error is not None:
        raise UpstreamError(chunk.error.message or "the stream ended with an error")
    return chunk


async def _refusal(answer: httpx.Response) -> str:
    body = b""
    async for data in answer.aiter_bytes():
        body += data
        if len(body) > _PROBLEM_BYTES:
            break
    words = problem_of(body, answer.status_code)
    wait = answer.headers.get("retry-after", "")
    told = "try again in" in words or not wait.isdigit()
    return words if told else f"{words} (try again in {wait} s)"
