"""Round trips through OpenAI's wire, and the translation from and to Anthropic's."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from support.conversations import (
    anthropic_conversations,
    openai_conversations,
    replies,
    shared_conversations,
)
from support.effort import times
from support.replies import (
    anthropic_events,
    anthropic_reply,
    gather,
    openai_chunks,
    openai_reply,
    read_stream,
    translate,
    write_stream,
)
from vanguard.core.errors import InvalidRequest
from vanguard.core.usage import Usage
from vanguard.dialects.anthropic_messages import AnthropicMessages
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import (
    Conversation,
    End,
    Finish,
    Message,
    ReplyEvent,
    Start,
    Text,
    TextDelta,
    UsageTold,
)
from vanguard.dialects.openai_chat import OpenAIChat
from vanguard.dialects.registry import DIALECTS
from vanguard.wire.sse import Splitter

OPENAI, ANTHROPIC = OpenAIChat(), AnthropicMessages()
HEAVY = settings(max_examples=times(1 / 3))
ASKED = Conversation("asked", (Message("user", (Text("hi"),)),))


def test_it_is_registered_under_its_name() -> None:
    assert isinstance(DIALECTS["openai_chat"], OpenAIChat)


@HEAVY
@given(openai_conversations())
def test_what_openai_carries_comes_back_unchanged(conversation: Conversation) -> None:
    losses = Losses()
    assert OPENAI.read_request(OPENAI.write_request(conversation, losses)) == conversation
    assert all(name.endswith(".prefill") for name in losses.names)


@HEAVY
@given(shared_conversations())
def test_what_both_carry_survives_the_other_api(conversation: Conversation) -> None:
    losses = Losses(strict=True)
    there = ANTHROPIC.read_request(ANTHROPIC.write_request(conversation, losses))
    back = OPENAI.read_request(OPENAI.write_request(there, losses))
    assert _flat(back) == _flat(conversation)
    assert back.tools == conversation.tools
    assert back.tool_choice == conversation.tool_choice
    assert back.sampling == conversation.sampling
    assert (back.stop, back.user, back.stream) == (
        conversation.stop,
        conversation.user,
        conversation.stream,
    )
    assert back.max_output_tokens == conversation.max_output_tokens


def _flat(conversation: Conversation) -> list[tuple[str, object]]:
    return [(one.role, part) for one in conversation.messages for part in one.parts]


@HEAVY
@given(anthropic_conversations())
def test_any_anthropic_conversation_becomes_a_readable_openai_one(
    conversation: Conversation,
) -> None:
    OPENAI.read_request(OPENAI.write_request(conversation, Losses()))


@given(replies(sealed=False, hour=False))
def test_a_stream_says_what_its_events_said(events: list[ReplyEvent]) -> None:
    stream = write_stream(OPENAI.writer(ASKED, "r"), events)
    openai_chunks(stream)
    assert gather(read_stream(OPENAI.reader(), stream)) == gather(events)


@given(replies(sealed=False, hour=False))
def test_a_whole_reply_says_what_its_events_said(events: list[ReplyEvent]) -> None:
    body = OPENAI.writer(ASKED, "r").whole(events)
    openai_reply(body)
    assert gather(OPENAI.reader().whole(body)) == gather(events)


@given(replies())
def test_anthropics_streams_reach_openai_clients(events: list[ReplyEvent]) -> None:
    stream = write_stream(ANTHROPIC.writer(ASKED, "r"), events)
    anthropic_events(stream)
    chunks = openai_chunks(translate(ANTHROPIC, OPENAI, stream, ASKED))
    said = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert said == gather(events).text
    usage = chunks[-1].usage
    told = gather(events).usage
    assert usage is not None
    assert told is not None
    assert (usage.prompt_tokens, usage.completion_tokens) == (
        told.input_tokens,
        told.output_tokens,
    )


@given(replies(sealed=False))
def test_openais_streams_reach_anthropic_clients(events: list[ReplyEvent]) -> None:
    stream = write_stream(OPENAI.writer(ASKED, "r"), events)
    written = anthropic_events(translate(OPENAI, ANTHROPIC, stream, ASKED))
    again = read_stream(ANTHROPIC.reader(), translate(OPENAI, ANTHROPIC, stream, ASKED))
    assert gather(again).text == gather(events).text
    assert gather(again).calls == gather(events).calls
    assert written[-2]["type"] == "message_delta"


@pytest.mark.parametrize("cut_every", [1, 2, 7])
def test_streams_survive_any_cut(cut_every: int) -> None:
    events = [Start("i", "m"), TextDelta("é\n\n{"), Finish("stop"), UsageTold(Usage(1, 2)), End()]
    stream = write_stream(OPENAI.writer(ASKED, "r"), events)
    splitter, reader, got = Splitter(), OPENAI.reader(), []
    for i in range(0, len(stream), cut_every):
        for raw in splitter.feed(stream[i : i + cut_every]):
            got.extend(reader.event(raw))
    assert gather(got) == gather(events)


def test_whole_replies_cross_over() -> None:
    events = read_stream(
        OPENAI.reader(),
        b'data: {"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]}\n\n',
    )
    assert anthropic_reply(ANTHROPIC.writer(ASKED, "msg_1").whole(events)).stop_reason == "end_turn"


def test_errors_come_in_its_own_envelope() -> None:
    assert b'"message":"no"' in OPENAI.error_body(InvalidRequest("no"), "req_1")
