"""Whole replies as boto3 reads them, checked by botocore's own parser."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support.bedrock import read_reply, service
from support.work import grows_evenly
from vanguard.core.usage import Usage
from vanguard.dialects.bedrock_converse.write_whole import REASONS, CollectedConverse, stop_reason
from vanguard.dialects.conversation import (
    Cited,
    Finish,
    FinishReason,
    ReplyEvent,
    Source,
    Start,
    TextBreak,
    TextDelta,
    ThinkingDelta,
    ThinkingRedacted,
    ThinkingSignature,
    ToolArguments,
    ToolStart,
    UsageTold,
)


def collect(*events: ReplyEvent) -> bytes:
    collected = CollectedConverse()
    for event in events:
        collected.add(event)
    return collected.body(7)


def test_a_reply_in_botocores_words() -> None:
    body = collect(
        Start(usage=Usage(1, 1)),
        ThinkingDelta("h"),
        ThinkingDelta("m"),
        ThinkingSignature("seal"),
        ThinkingDelta("again"),
        ThinkingRedacted("AA=="),
        TextDelta("Hi"),
        ToolStart(0, "t", "n"),
        ToolArguments(0, '{"a":1}'),
        ToolStart(1, "u", "n"),
        ToolArguments(1, "no json"),
        ToolStart(2, "v", "n"),
        TextDelta("!"),
        Finish("stop"),
        UsageTold(Usage(8, 5)),
    )
    assert read_reply(body) == {
        "output": {
            "message": {
                "role": "assistant",
                "content": [
                    {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "seal"}}},
                    {"reasoningContent": {"reasoningText": {"text": "again"}}},
                    {"reasoningContent": {"redactedContent": b"\0"}},
                    {"text": "Hi"},
                    {"toolUse": {"toolUseId": "t", "name": "n", "input": {"a": 1}}},
                    {"toolUse": {"toolUseId": "u", "name": "n", "input": {"arguments": "no json"}}},
                    {"toolUse": {"toolUseId": "v", "name": "n", "input": {}}},
                    {"text": "!"},
                ],
            }
        },
        "stopReason": "tool_use",
        "usage": {"inputTokens": 8, "outputTokens": 5, "totalTokens": 13},
        "metrics": {"latencyMs": 7},
        "ResponseMetadata": {"HTTPHeaders": {}, "HTTPStatusCode": 200},
    }


@pytest.mark.parametrize("reason", list(REASONS))
def test_reasons_are_those_of_the_service(reason: FinishReason) -> None:
    known = service().shape_for("StopReason").enum
    assert stop_reason(Finish(reason), called=False) in known
    assert stop_reason(Finish("stop"), called=True) == "tool_use"


def test_twice_as_many_texts_with_sources_are_twice_the_work() -> None:
    source = Source("https://x", "X")

    def collecting(count: int) -> Callable[[], object]:
        events = [TextDelta("a"), Cited(source), TextBreak()] * count
        return lambda: collect(*events)

    assert grows_evenly(collecting)
