"""Whole Anthropic messages, checked by the real SDK's types."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from anthropic.types import Message

from support.replies import anthropic_reply
from support.work import grows_evenly
from vanguard.core.usage import Usage
from vanguard.dialects.anthropic_messages.write_whole import (
    REASONS,
    CollectedMessage,
    stop_fields,
)
from vanguard.dialects.conversation import (
    Cited,
    End,
    Finish,
    FinishReason,
    RefusalDelta,
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

SOURCE = Source("https://x", "X")


def whole(*events: ReplyEvent, hides_thinking: bool = False) -> Message:
    collected = CollectedMessage(hides_thinking=hides_thinking)
    for event in events:
        collected.add(event)
    return anthropic_reply(collected.body("msg_1", "fallback"))


THOUGHT = (
    ThinkingDelta("a"),
    ThinkingDelta("b"),
    ThinkingSignature("s1"),
    ThinkingDelta("c"),
    ThinkingSignature("s2"),
    ThinkingRedacted("d"),
)


def content(message: Message) -> list[dict[str, object]]:
    return [block.model_dump(exclude_none=True) for block in message.content]


def test_blocks_in_order() -> None:
    message = whole(
        Start("up", "claude", Usage(5)),
        *THOUGHT,
        TextDelta("x"),
        RefusalDelta("y"),
        ToolStart(0, "t", "f"),
        ToolStart(1, "u", "g"),
        ToolArguments(1, '{"b":'),
        ToolArguments(0, '{"a":1}'),
        ToolArguments(1, "2}"),
        Finish("stop"),
        UsageTold(Usage(9, 7, 4)),
        End(),
    )
    assert content(message) == [
        {"type": "thinking", "thinking": "ab", "signature": "s1"},
        {"type": "thinking", "thinking": "c", "signature": "s2"},
        {"type": "redacted_thinking", "data": "d"},
        {"type": "text", "text": "xy"},
        {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}},
        {"type": "tool_use", "id": "u", "name": "g", "input": {"b": 2}},
    ]
    assert (message.id, message.model, message.stop_reason) == ("msg_1", "claude", "tool_use")
    usage = message.usage
    assert (usage.input_tokens, usage.cache_read_input_tokens, usage.output_tokens) == (5, 4, 7)


def test_hidden_thinking_keeps_its_seals() -> None:
    got = content(whole(*THOUGHT, TextDelta("x"), Finish("stop"), hides_thinking=True))
    assert got[:2] == [
        {"type": "thinking", "thinking": "", "signature": "s1"},
        {"type": "thinking", "thinking": "", "signature": "s2"},
    ]


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [("", {}), (" ", {}), ("[1]", {"arguments": "[1]"}), ("{oops", {"arguments": "{oops"})],
)
def test_arguments_become_an_object(arguments: str, sent: object) -> None:
    message = whole(ToolStart(0, "t", "f"), ToolArguments(0, arguments), Finish("tool_calls"))
    assert content(message)[0]["input"] == sent


@pytest.mark.parametrize("reason", list(REASONS))
def test_every_stop_reason_is_one_of_anthropics(reason: FinishReason) -> None:
    message = whole(Finish(reason, "END" if reason == "stop_sequence" else ""))
    assert message.stop_reason == REASONS[reason]
    assert message.stop_sequence == ("END" if reason == "stop_sequence" else None)
    assert (message.model, message.content) == ("fallback", [])


def test_a_cut_call_still_says_that_it_was_cut() -> None:
    assert stop_fields(Finish("length"), called=True)["stop_reason"] == "max_tokens"


def test_a_source_within_a_text_or_a_thought_takes_nothing_from_it() -> None:
    message = whole(
        ThinkingDelta("a"),
        Cited(SOURCE),
        ThinkingDelta("b"),
        TextDelta("one "),
        Cited(SOURCE),
        TextDelta("two"),
        TextBreak(),
        TextDelta("three"),
        Cited(SOURCE),
    )
    said = [(one.get("thinking") or one["text"]) for one in content(message)]
    assert said == ["ab", "one two", "three"]
    assert [len(one.get("citations") or ()) for one in content(message)][1:] == [2, 1]


def test_twice_as_many_texts_with_sources_are_twice_the_work() -> None:
    def collecting(count: int) -> Callable[[], object]:
        collected = CollectedMessage()
        events = [TextDelta("a"), Cited(SOURCE), TextBreak()] * count

        def collect() -> None:
            for event in events:
                collected.add(event)
            collected.body("msg_1", "m")

        return collect

    assert grows_evenly(collecting)
