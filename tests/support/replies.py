"""Runs replies through readers and writers, and says what was in them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from anthropic.types import Message, RawMessageStreamEvent
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import TypeAdapter

from vanguard.core.usage import Usage
from vanguard.dialects.contract import Dialect, ReplyReader, ReplyWriter
from vanguard.dialects.conversation import (
    Conversation,
    End,
    Finish,
    RefusalDelta,
    ReplyEvent,
    Start,
    TextDelta,
    ThinkingDelta,
    ThinkingRedacted,
    ThinkingSignature,
    ToolArguments,
    ToolStart,
    UsageTold,
)
from vanguard.wire.sse import Splitter, event_data

_anthropic_event: TypeAdapter[object] = TypeAdapter(RawMessageStreamEvent)


class Gathered(msgspec.Struct):
    """What a reply says, however it was cut into events."""

    text: str = ""
    thinking: str = ""
    refusal: str = ""
    seals: list[str] = []
    calls: list[tuple[str, str, str]] = []
    finish: Finish | None = None
    usage: Usage | None = None
    ended: bool = False


def gather(events: Iterable[ReplyEvent]) -> Gathered:
    got = Gathered(seals=[], calls=[])
    for event in events:
        assert not got.ended, "nothing may follow the end"
        if isinstance(event, ToolStart | ToolArguments):
            _gather_call(got, event)
        elif isinstance(event, Start | Finish | UsageTold | End):
            _gather_frame(got, event)
        else:
            _gather_words(got, event)
    return got


def _gather_call(got: Gathered, event: ToolStart | ToolArguments) -> None:
    if isinstance(event, ToolStart):
        assert event.index == len(got.calls)
        got.calls.append((event.id, event.name, ""))
        return
    id_, name, before = got.calls[event.index]
    got.calls[event.index] = id_, name, before + event.text


def _gather_frame(got: Gathered, event: Start | Finish | UsageTold | End) -> None:
    match event:
        case Start():
            got.usage = event.usage
        case Finish():
            got.finish = event
        case UsageTold():
            got.usage = event.usage
        case End():
            got.ended = True


def _gather_words(got: Gathered, event: ReplyEvent) -> None:
    match event:
        case TextDelta(text=text):
            got.text += text
        case ThinkingDelta(text=text):
            got.thinking += text
        case RefusalDelta(text=text):
            got.refusal += text
        case ThinkingSignature(signature=seal) | ThinkingRedacted(data=seal):
            got.seals.append(seal)


def read_stream(reader: ReplyReader, stream: bytes) -> list[ReplyEvent]:
    splitter = Splitter()
    events = [event for raw in splitter.feed(stream) for event in reader.event(raw)]
    assert not splitter.rest
    return events + reader.end()


def write_stream(writer: ReplyWriter, events: Iterable[ReplyEvent]) -> bytes:
    return b"".join(writer.event(event) for event in events)


def translate(source: Dialect, target: Dialect, stream: bytes, conversation: Conversation) -> bytes:
    return write_stream(
        target.writer(conversation, "reply_1"), read_stream(source.reader(), stream)
    )


def openai_chunks(stream: bytes) -> list[ChatCompletionChunk]:
    """The stream's chunks as the real SDK types them, all of them valid; `[DONE]` comes last."""
    data = [event_data(raw) for raw in Splitter().feed(stream)]
    assert data[-1] == b"[DONE]"
    return [ChatCompletionChunk.model_validate_json(one, extra="allow") for one in data[:-1]]


def anthropic_events(stream: bytes) -> list[dict[str, object]]:
    """The stream's events, each valid in the real SDK's types and named as its own `type`."""
    events = []
    for raw in Splitter().feed(stream):
        data = event_data(raw)
        _anthropic_event.validate_json(data)
        value = msgspec.json.decode(data)
        assert raw.startswith(b"event: %b\n" % value["type"].encode())
        events.append(value)
    check_blocks(events)
    return events


def check_blocks(events: list[dict[str, object]]) -> None:
    """Blocks are numbered from 0, one is open at a time, and deltas go to the open one."""
    assert events[0]["type"] == "message_start"
    assert events[-1]["type"] == "message_stop"
    assert events[-2]["type"] == "message_delta"
    open_index, count = None, 0
    for event in events:
        if event["type"] == "content_block_start":
            assert open_index is None
            assert event["index"] == count
            open_index, count = count, count + 1
        elif event["type"] == "content_block_delta":
            assert event["index"] == open_index
        elif event["type"] == "content_block_stop":
            assert event["index"] == open_index
            open_index = None
    assert open_index is None


def openai_reply(body: bytes) -> ChatCompletion:
    return ChatCompletion.model_validate_json(body)


def anthropic_reply(body: bytes) -> Message:
    return Message.model_validate_json(body)


def sse(*payloads: object, named: bool = False) -> bytes:
    """Server-sent events of JSON values; with `named`, each also says its `type` as event name."""
    out = []
    for payload in payloads:
        data = payload if isinstance(payload, bytes) else msgspec.json.encode(payload)
        name = b"event: %b\n" % payload["type"].encode() if named else b""  # type: ignore[index]
        out.append(b"%bdata: %b\n\n" % (name, data))
    return b"".join(out)
