"""Streams as boto3 reads them, checked by botocore's own parser."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import EventStreamError
from hypothesis import given, settings

from support.bedrock import read_stream
from support.conversations import replies
from support.replies import gather
from vanguard.core.errors import BudgetExceeded, UpstreamError
from vanguard.core.usage import Usage
from vanguard.dialects.bedrock_converse.read_reply import BedrockConverseReader
from vanguard.dialects.bedrock_converse.write_reply import BedrockConverseWriter
from vanguard.dialects.conversation import (
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
from vanguard.wire.event_stream import Splitter


def write(*events: ReplyEvent) -> bytes:
    writer = BedrockConverseWriter()
    return b"".join(writer.event(event) for event in events)


def names(events: list[dict[str, Any]]) -> list[str]:
    return [next(iter(event)) for event in events]


def test_a_stream_in_botocores_words() -> None:
    events = read_stream(
        write(
            Start("up", "claude", Usage(8, 0, 3, 1)),
            ThinkingDelta("hm"),
            ThinkingSignature("seal"),
            ThinkingRedacted("AA=="),
            TextDelta("Hi"),
            RefusalDelta("!"),
            ToolStart(0, "t", "n"),
            ToolArguments(0, '{"a":'),
            ToolArguments(0, "1}"),
            Finish("stop"),
            UsageTold(Usage(8, 5, 3, 1)),
            End(),
        )
    )
    latency = events[-1]["metadata"]["metrics"].pop("latencyMs")
    assert latency >= 0
    deltas = [
        (one["contentBlockDelta"]["contentBlockIndex"], one["contentBlockDelta"]["delta"])
        for one in events
        if "contentBlockDelta" in one
    ]
    assert deltas == [
        (0, {"reasoningContent": {"text": "hm"}}),
        (0, {"reasoningContent": {"signature": "seal"}}),
        (1, {"reasoningContent": {"redactedContent": b"\0"}}),
        (2, {"text": "Hi"}),
        (2, {"text": "!"}),
        (3, {"toolUse": {"input": '{"a":'}}),
        (3, {"toolUse": {"input": "1}"}}),
    ]
    assert events[0] == {"messageStart": {"role": "assistant"}}
    assert events[-2:] == [
        {"messageStop": {"stopReason": "tool_use"}},
        {
            "metadata": {
                "usage": {
                    "inputTokens": 4,
                    "outputTokens": 5,
                    "totalTokens": 13,
                    "cacheReadInputTokens": 3,
                    "cacheWriteInputTokens": 1,
                },
                "metrics": {},
            }
        },
    ]
    assert names(events).count("contentBlockStop") == 4
    assert names(events).count("contentBlockStart") == 1


@settings(max_examples=15, deadline=None)
@given(replies())
def test_what_is_written_is_read_again(events: list[ReplyEvent]) -> None:
    written = write(*events)
    reader = BedrockConverseReader()
    again = [one for raw in Splitter().feed(written) for one in reader.event(raw)] + reader.end()
    expected, got = gather(events), gather(again)
    assert (got.text, got.thinking, got.seals, got.calls) == (
        expected.text,
        expected.thinking,
        expected.seals,
        expected.calls,
    )
    assert got.finish == expected.finish
    whole = gather(BedrockConverseReader().whole(BedrockConverseWriter().whole(events)))
    assert (whole.text, whole.thinking, whole.seals) == (got.text, got.thinking, got.seals)


def test_calls_that_come_mixed_are_told_one_after_the_other() -> None:
    events = read_stream(
        write(
            ToolStart(0, "a", "n"),
            ToolStart(1, "b", "n"),
            ToolArguments(1, "{}"),
            ToolArguments(0, "{"),
            ToolArguments(0, "}"),
            ToolStart(2, "c", "n"),
            Finish("tool_calls"),
            End(),
        )
    )
    started = [
        one["contentBlockStart"]["start"]["toolUse"]["toolUseId"]
        for one in events
        if "contentBlockStart" in one
    ]
    assert started == ["a", "b", "c"]


def test_a_call_that_was_left_cannot_go_on() -> None:
    writer = BedrockConverseWriter()
    for event in (ToolStart(0, "a", "n"), ToolArguments(0, "{}"), ToolStart(1, "b", "n")):
        writer.event(event)
    with pytest.raises(UpstreamError):
        writer.event(ToolArguments(0, "more"))


def test_an_empty_reply_has_its_frame() -> None:
    assert names(read_stream(write(Finish("stop"), End()))) == [
        "messageStart",
        "messageStop",
        "metadata",
    ]


def test_an_error_ends_the_stream() -> None:
    broken = write(Start(), TextDelta("Hi")) + BedrockConverseWriter().error(
        BudgetExceeded("spent"), "req_1"
    )
    with pytest.raises(EventStreamError, match="spent"):
        read_stream(broken)
