"""Replies as Anthropic's clients get them, checked by the real SDK's types."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.replies import anthropic_events, gather, read_stream, write_stream
from vanguard.core.errors import BudgetExceeded, UpstreamError
from vanguard.core.usage import Usage
from vanguard.dialects.anthropic_messages.read_reply import AnthropicMessagesReader
from vanguard.dialects.anthropic_messages.write_reply import AnthropicMessagesWriter
from vanguard.dialects.conversation import (
    Conversation,
    End,
    Finish,
    Message,
    Reasoning,
    RefusalDelta,
    ReplyEvent,
    Start,
    Text,
    TextDelta,
    ThinkingDelta,
    ThinkingRedacted,
    ThinkingSignature,
    ToolArguments,
    ToolStart,
    UsageTold,
)

ASKED = Conversation("asked", (Message("user", (Text("hi"),)),), stream=True)
DONE = (Finish("stop"), End())


def write(*events: ReplyEvent, asked: Conversation = ASKED) -> bytes:
    return write_stream(AnthropicMessagesWriter(asked, "msg_1"), events)


def blocks(*events: ReplyEvent, asked: Conversation = ASKED) -> list[dict[str, Any]]:
    """Each block's start with all of its deltas."""
    found: list[dict[str, Any]] = []
    for event in anthropic_events(write(*events, asked=asked)):
        if event["type"] == "content_block_start":
            found.append({**event["content_block"], "deltas": []})  # type: ignore[dict-item]
        elif event["type"] == "content_block_delta":
            told = dict(event["delta"])  # type: ignore[call-overload]
            kind = told.pop("type")
            found[-1]["deltas"].append((kind, *told.values()))
    return found


def test_a_stream_to_the_byte() -> None:
    events = [
        Start("up", "claude", Usage(8, 0, 3, 1)),
        TextDelta('"é\n'),
        Finish("stop_sequence", "END"),
        UsageTold(Usage(8, 5, 3, 1)),
        End(),
    ]
    assert write(*events).decode().split("\n\n") == [
        (
            'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","type":"message",'
            '"role":"assistant","model":"claude","content":[],"stop_reason":null,"stop_sequence":null,'
            '"usage":{"input_tokens":4,"cache_creation_input_tokens":1,"cache_read_input_tokens":3,'
            '"output_tokens":0}}}'
        ),
        (
            'event: content_block_start\ndata: {"type":"content_block_start","index":0,'
            '"content_block":{"type":"text","text":""}}'
        ),
        (
            'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
            '"delta":{"type":"text_delta","text":"\\"é\\n"}}'
        ),
        'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}',
        (
            'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"stop_sequence",'
            '"stop_sequence":"END"},"usage":{"input_tokens":4,"cache_creation_input_tokens":1,'
            '"cache_read_input_tokens":3,"output_tokens":5}}'
        ),
        'event: message_stop\ndata: {"type":"message_stop"}',
        "",
    ]


def test_usage_that_comes_late_is_zero_first_and_right_at_the_end() -> None:
    events = anthropic_events(
        write(Start("", "m"), TextDelta("x"), Finish("stop"), UsageTold(Usage(90, 7, 40)), End())
    )
    first = events[0]["message"]["usage"]  # type: ignore[index]
    assert (first["input_tokens"], first["output_tokens"]) == (0, 0)
    last = events[-2]["usage"]
    assert last["input_tokens"] == 50  # type: ignore[index]
    assert last["cache_read_input_tokens"] == 40  # type: ignore[index]
    assert last["output_tokens"] == 7  # type: ignore[index]


def test_a_stream_that_forgot_its_beginning_or_says_nothing() -> None:
    events = anthropic_events(write(TextDelta("x"), End()))
    assert events[0]["message"]["model"] == "asked"  # type: ignore[index]
    assert [event["type"] for event in anthropic_events(write(End()))] == [
        "message_start", "message_delta", "message_stop",
    ]  # fmt: skip


def test_blocks_follow_what_is_said() -> None:
    assert blocks(
        Start(),
        ThinkingDelta("a"),
        ThinkingDelta("b"),
        ThinkingSignature("s1"),
        ThinkingDelta("c"),
        ThinkingSignature("s2"),
        ThinkingRedacted("d"),
        TextDelta("x"),
        RefusalDelta("y"),
        ToolStart(0, "t", "f"),
        ToolArguments(0, "{}"),
        TextDelta("z"),
        *DONE,
    ) == [
        {"type": "thinking", "thinking": "", "signature": "", "deltas": [
            ("thinking_delta", "a"), ("thinking_delta", "b"), ("signature_delta", "s1")]},
        {"type": "thinking", "thinking": "", "signature": "", "deltas": [
            ("thinking_delta", "c"), ("signature_delta", "s2")]},
        {"type": "redacted_thinking", "data": "d", "deltas": []},
        {"type": "text", "text": "", "deltas": [("text_delta", "x"), ("text_delta", "y")]},
        {"type": "tool_use", "id": "t", "name": "f", "input": {}, "deltas": [
            ("input_json_delta", "{}")]},
        {"type": "text", "text": "", "deltas": [("text_delta", "z")]},
    ]  # fmt: skip


def test_hidden_thinking_keeps_its_block_and_seal() -> None:
    hidden = msgspec.structs.replace(ASKED, reasoning=Reasoning("adaptive", display="omitted"))
    got = blocks(
        ThinkingDelta("secret"), ThinkingSignature("s"), TextDelta("x"), *DONE, asked=hidden
    )
    assert got[0]["deltas"] == [("signature_delta", "s")]
    assert [one["type"] for one in got] == ["thinking", "text"]


def test_calls_whose_pieces_alternate_are_put_in_order() -> None:
    got = blocks(
        ToolStart(0, "a", "f"),
        ToolStart(1, "b", "g"),
        ToolStart(2, "c", "h"),
        ToolArguments(0, '{"x":'),
        ToolArguments(1, '{"y":1}'),
        ToolArguments(0, "1}"),
        ToolArguments(2, "{}"),
        *DONE,
    )
    said = [(one["id"], "".join(piece for _, piece in one["deltas"])) for one in got]
    assert said == [("a", '{"x":1}'), ("b", '{"y":1}'), ("c", "{}")]


def test_calls_without_arguments_wait_no_longer_than_the_end() -> None:
    got = blocks(ToolStart(0, "a", "f"), ToolStart(1, "b", "g"), ToolArguments(1, "{}"), *DONE)
    assert [(one["id"], len(one["deltas"])) for one in got] == [("a", 0), ("b", 1)]


def test_a_piece_of_a_call_that_was_left_is_an_error_not_a_loss() -> None:
    writer = AnthropicMessagesWriter(ASKED, "msg_1")
    for event in (ToolStart(0, "a", "f"), ToolArguments(0, "{"), TextDelta("x")):
        writer.event(event)
    with pytest.raises(UpstreamError):
        writer.event(ToolArguments(0, "}"))


@given(st.data())
def test_any_order_of_pieces_gives_every_call_whole(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 4))
    rest = {i: ['{"k"', ":", f"{i}", "}"] for i in range(count)}
    events: list[ReplyEvent] = [ToolStart(i, f"t{i}", "f") for i in range(count)]
    while rest:
        index = data.draw(st.sampled_from(sorted(rest)))
        events.append(ToolArguments(index, rest[index].pop(0)))
        if not rest[index]:
            del rest[index]
    stream = write(*events, *DONE)
    anthropic_events(stream)
    got = gather(read_stream(AnthropicMessagesReader(), stream))
    assert got.calls == [(f"t{i}", "f", f'{{"k":{i}}}') for i in range(count)]
    assert got.finish == Finish("tool_calls")


def test_an_error_ends_the_stream_in_anthropics_words() -> None:
    assert AnthropicMessagesWriter(ASKED, "m").error(BudgetExceeded("spent"), "req_1") == (
        b'event: error\ndata: {"type":"error","error":{"type":"rate_limit_error","message":"spent"},'
        b'"request_id":"req_1"}\n\n'
    )
