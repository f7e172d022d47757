"""Round trips through the responses' wire, and the translation from and to the other two."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from support.conversations import (
    anthropic_conversations,
    openai_conversations,
    replies,
    shared_conversations,
)
from support.replies import gather, read_stream, translate, write_stream
from support.response_events import response_events, response_object
from support.responses_conversations import responses_conversations
from vanguard.core.errors import InvalidRequest
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import Conversation, Message, ReplyEvent, Text
from vanguard.dialects.openai_responses import OpenAIResponses
from vanguard.dialects.registry import DIALECTS

RESPONSES = OpenAIResponses()
OTHERS = ["openai_chat", "anthropic_messages"]
FEW = settings(max_examples=max(5, settings.default.max_examples // 8))
ASKED = Conversation("asked", (Message("user", (Text("hi"),)),))


def test_it_is_registered_under_its_name() -> None:
    assert isinstance(DIALECTS["openai_responses"], OpenAIResponses)


@FEW
@given(responses_conversations())
def test_what_responses_carry_comes_back_unchanged(conversation: Conversation) -> None:
    body = RESPONSES.write_request(conversation, Losses(strict=True))
    assert RESPONSES.read_request(body) == conversation


@FEW
@pytest.mark.parametrize("other", OTHERS)
@given(conversation=shared_conversations())
def test_what_all_carry_survives_the_other_apis(other: str, conversation: Conversation) -> None:
    conversation = _replaced(conversation, stop=())
    losses = Losses(strict=True)
    there = DIALECTS[other].read_request(DIALECTS[other].write_request(conversation, losses))
    back = RESPONSES.read_request(RESPONSES.write_request(there, losses))
    assert _flat(back) == _flat(conversation)
    assert [tool.name for tool in back.tools] == [tool.name for tool in conversation.tools]
    assert back.tool_choice == conversation.tool_choice
    assert back.sampling == conversation.sampling
    assert (back.user, back.stream) == (conversation.user, conversation.stream)
    assert back.max_output_tokens == conversation.max_output_tokens


def _replaced(conversation: Conversation, **fields: object) -> Conversation:
    import msgspec

    return msgspec.structs.replace(conversation, **fields)


def _flat(conversation: Conversation) -> list[tuple[str, object]]:
    return [(one.role, part) for one in conversation.messages for part in one.parts]


@FEW
@given(anthropic_conversations() | openai_conversations())
def test_any_conversation_becomes_a_readable_request(conversation: Conversation) -> None:
    RESPONSES.read_request(RESPONSES.write_request(conversation, Losses()))


@FEW
@pytest.mark.parametrize("other", OTHERS)
@given(conversation=responses_conversations())
def test_any_request_becomes_one_of_the_other_apis(other: str, conversation: Conversation) -> None:
    DIALECTS[other].read_request(DIALECTS[other].write_request(conversation, Losses()))


@FEW
@given(replies(sealed=False, hour=False))
def test_a_stream_says_what_its_events_said(events: list[ReplyEvent]) -> None:
    stream = write_stream(RESPONSES.writer(ASKED, "req_1"), events)
    response_events(stream)
    assert gather(read_stream(RESPONSES.reader(), stream)) == gather(events)


@FEW
@given(replies(hour=False))
def test_a_whole_reply_is_what_its_stream_ends_with(events: list[ReplyEvent]) -> None:
    body = RESPONSES.writer(ASKED, "req_1").whole(events)
    response_object(body)
    last = response_events(write_stream(RESPONSES.writer(ASKED, "req_1"), events))[-1]
    whole, ended = response_object(body), last["response"]
    assert isinstance(ended, dict)
    assert whole.model_dump()["output"] == response_object(ended).model_dump()["output"]
    read = gather(RESPONSES.reader().whole(body))
    assert read.text == gather(events).text
    assert read.calls == gather(events).calls
    assert read.usage == gather(events).usage


@FEW
@pytest.mark.parametrize("other", OTHERS)
@given(events=replies(sealed=False))
def test_streams_reach_clients_of_the_others_and_back(other: str, events: list[ReplyEvent]) -> None:
    there = write_stream(DIALECTS[other].writer(ASKED, "req_1"), events)
    stream = translate(DIALECTS[other], RESPONSES, there, ASKED)
    response_events(stream)
    back = translate(RESPONSES, DIALECTS[other], stream, ASKED)
    again = gather(read_stream(DIALECTS[other].reader(), back))
    said = gather(events)
    assert (again.text, again.thinking, again.calls) == (said.text, said.thinking, said.calls)
    assert again.usage is not None
    assert said.usage is not None
    assert again.usage.input_tokens == said.usage.input_tokens


def test_errors_come_in_openais_envelope() -> None:
    assert b'"message":"no"' in RESPONSES.error_body(InvalidRequest("no"), "req_1")
