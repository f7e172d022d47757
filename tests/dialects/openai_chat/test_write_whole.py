"""Whole chat completions, checked by the real SDK's types."""

from __future__ import annotations

from openai.types.chat import ChatCompletion

from support.replies import openai_reply
from vanguard.core.usage import Usage
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
)
from vanguard.dialects.openai_chat.write_whole import CollectedReply


def whole(*events: ReplyEvent) -> ChatCompletion:
    collected = CollectedReply()
    for event in events:
        collected.add(event)
    return openai_reply(collected.body("id", "fallback", 7))


def test_calls_leave_the_content_null_and_empty_arguments_an_object() -> None:
    reply = whole(
        Start(usage=Usage(4)),
        ToolStart(0, "a", "f"),
        ToolStart(1, "b", "g"),
        ToolArguments(1, '{"x":1}'),
        Finish("stop"),
        End(),
    )
    choice = reply.choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.content is None
    assert choice.message.model_dump()["tool_calls"] == [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}},
        {"id": "b", "type": "function", "function": {"name": "g", "arguments": '{"x":1}'}},
    ]
    assert (reply.id, reply.model, reply.created) == ("id", "fallback", 7)
    assert reply.usage is not None
    assert reply.usage.prompt_tokens == 4


def test_thinking_is_kept_with_its_seals() -> None:
    message = whole(
        ThinkingDelta("a"),
        ThinkingSignature("s1"),
        ThinkingRedacted("d"),
        ThinkingDelta("b"),
        ThinkingSignature("s2"),
        TextDelta("x"),
        Finish("stop"),
    ).choices[0].message.model_dump()  # fmt: skip
    assert message["reasoning_content"] == "ab"
    assert message["reasoning_details"] == [
        {"type": "reasoning.text", "text": "a", "signature": "s1", "index": 0},
        {"type": "reasoning.encrypted", "data": "d", "index": 1},
        {"type": "reasoning.text", "text": "b", "signature": "s2", "index": 2},
    ]
    assert message["content"] == "x"


def test_a_refusal_has_its_own_field() -> None:
    choice = whole(RefusalDelta("n"), RefusalDelta("o"), Finish("refusal")).choices[0]
    assert (choice.message.refusal, choice.message.content) == ("no", None)
    assert choice.finish_reason == "content_filter"


def test_an_empty_answer_is_an_empty_string() -> None:
    reply = whole(Start("", "m"), Finish("length"))
    assert (reply.model, reply.choices[0].message.content) == ("m", "")
    assert reply.usage is None
