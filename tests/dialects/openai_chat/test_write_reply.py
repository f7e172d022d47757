"""Replies as OpenAI's clients get them, checked by the real SDK's types."""

from __future__ import annotations

import msgspec
import pytest

from support.replies import openai_chunks, write_stream
from vanguard.core.errors import BudgetExceeded
from vanguard.core.usage import Usage
from vanguard.dialects.conversation import (
    Conversation,
    End,
    Finish,
    FinishReason,
    Message,
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
from vanguard.dialects.openai_chat.write_reply import OpenAIChatWriter
from vanguard.dialects.openai_chat.write_whole import REASONS

ASKED = Conversation("asked", (Message("user", (Text("hi"),)),), stream=True, stream_usage=False)
WANTS_USAGE = msgspec.structs.replace(ASKED, stream_usage=True)


class At:
    """A clock that stands."""

    def now_ms(self) -> int:
        return 1_700_000_000_999

    def monotonic(self) -> float:
        return 0.0


def write(*events: ReplyEvent, asked: Conversation = ASKED) -> bytes:
    return write_stream(OpenAIChatWriter(asked, "chatcmpl-1", At()), events)


def test_a_stream_to_the_byte() -> None:
    head = b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m1"'
    assert write(Start("up", "m1"), TextDelta('"é\n'), Finish("stop"), End()) == b"".join(
        [
            head + b',"choices":[{"index":0,"delta":{"role":"assistant","content":""},'
            b'"logprobs":null,"finish_reason":null}]}\n\n',
            head + b',"choices":[{"index":0,"delta":{"content":"\\"\xc3\xa9\\n"},'
            b'"logprobs":null,"finish_reason":null}]}\n\n',
            head
            + b',"choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}\n\n',
            b"data: [DONE]\n\n",
        ]
    )


def test_usage_comes_last_and_only_where_asked_for() -> None:
    events = [Start("", "m1", Usage(5)), Finish("stop"), UsageTold(Usage(5, 7, 2, 1)), End()]
    assert all(chunk.usage is None for chunk in openai_chunks(write(*events)))
    assert b"usage" not in write(*events)
    chunks = openai_chunks(write(*events, asked=WANTS_USAGE))
    assert [chunk.usage is None for chunk in chunks] == [True, True, False]
    assert chunks[-1].choices == []
    usage = chunks[-1].usage
    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (5, 7, 12)
    details = usage.prompt_tokens_details
    assert details is not None
    assert (details.cached_tokens, details.cache_write_tokens) == (2, 1)


def test_usage_told_at_the_start_alone_is_told_at_the_end() -> None:
    chunks = openai_chunks(write(Start(usage=Usage(5)), Finish("stop"), End(), asked=WANTS_USAGE))
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.prompt_tokens == 5


def test_parallel_calls_stream_as_they_come() -> None:
    chunks = openai_chunks(
        write(
            Start(),
            ToolStart(0, "a", "f"),
            ToolStart(1, "b", "g"),
            ToolArguments(1, "{"),
            ToolArguments(0, "{}"),
            ToolArguments(1, "}"),
            Finish("tool_calls"),
            End(),
        )
    )
    assert {chunk.model for chunk in chunks} == {"asked"}
    deltas = [c.choices[0].delta.tool_calls for c in chunks]
    first = deltas[1]
    assert first is not None
    assert first[0].function is not None
    assert (first[0].index, first[0].id, first[0].function.name) == (0, "a", "f")
    pieces = [one[0] for one in deltas[3:6] if one]
    assert [(p.index, p.function and p.function.arguments) for p in pieces] == [
        (1, "{"), (0, "{}"), (1, "}"),
    ]  # fmt: skip
    assert all(piece.id is None for piece in pieces)
    assert chunks[-1].choices[0].finish_reason == "tool_calls"


@pytest.mark.parametrize("reason", list(REASONS))
def test_every_finish_reason_is_one_of_openais(reason: FinishReason) -> None:
    chunks = openai_chunks(write(Start(), Finish(reason, "x"), End()))
    assert chunks[-1].choices[0].finish_reason == REASONS[reason]


def test_stop_after_a_call_is_tool_calls() -> None:
    chunks = openai_chunks(write(ToolStart(0, "a", "f"), Finish("stop"), End()))
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].choices[0].finish_reason == "tool_calls"


def test_an_end_without_a_reason_gets_one() -> None:
    assert openai_chunks(write(TextDelta("x"), End()))[-1].choices[0].finish_reason == "stop"


def test_thinking_and_its_seal() -> None:
    stream = write(
        ThinkingDelta("h"),
        ThinkingDelta("m"),
        ThinkingSignature("s1"),
        ThinkingRedacted("d"),
        ThinkingDelta("!"),
        ThinkingSignature("s2"),
        RefusalDelta("no"),
        Finish("refusal"),
        End(),
    )
    deltas = [
        chunk.choices[0].delta.model_dump(exclude_none=True) for chunk in openai_chunks(stream)
    ]
    assert [one.get("reasoning_content") for one in deltas if "reasoning_content" in one] == [
        "h", "m", "!",
    ]  # fmt: skip
    assert [one for d in deltas for one in d.get("reasoning_details", [])] == [
        {"type": "reasoning.text", "text": "hm", "signature": "s1", "index": 0},
        {"type": "reasoning.encrypted", "data": "d", "index": 1},
        {"type": "reasoning.text", "text": "!", "signature": "s2", "index": 2},
    ]
    assert deltas[-2]["refusal"] == "no"


def test_an_error_ends_the_stream_without_done() -> None:
    writer = OpenAIChatWriter(ASKED, "r")
    assert writer.error(BudgetExceeded("spent"), "req_1") == (
        b'data: {"error":{"message":"spent","type":"insufficient_quota","param":null,'
        b'"code":"budget_exceeded"}}\n\n'
    )


def test_a_whole_reply_to_the_byte() -> None:
    body = OpenAIChatWriter(ASKED, "chatcmpl-1", At()).whole(
        [Start("up", "m1"), TextDelta("a"), TextDelta("b"), Finish("stop"), UsageTold(Usage(1, 2)), End()]
    )  # fmt: skip
    assert body == (
        b'{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"m1",'
        b'"choices":[{"index":0,"message":{"role":"assistant","content":"ab","refusal":null},'
        b'"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,'
        b'"total_tokens":3,"prompt_tokens_details":{"cached_tokens":0},'
        b'"completion_tokens_details":{"reasoning_tokens":0}}}'
    )
