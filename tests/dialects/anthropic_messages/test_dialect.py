"""Round trips through Anthropic's wire."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings

from support.conversations import anthropic_conversations, openai_conversations, replies
from support.effort import times
from support.replies import (
    anthropic_events,
    anthropic_reply,
    gather,
    read_stream,
    write_stream,
)
from vanguard.core.errors import InvalidRequest
from vanguard.dialects.anthropic_messages import AnthropicMessages
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import Conversation, Message, ReplyEvent, Text
from vanguard.dialects.registry import DIALECTS

ANTHROPIC = AnthropicMessages()
HEAVY = settings(max_examples=times(1 / 3))
ASKED = Conversation("asked", (Message("user", (Text("hi"),)),))


def test_it_is_registered_under_its_name() -> None:
    assert isinstance(DIALECTS["anthropic_messages"], AnthropicMessages)


@HEAVY
@given(anthropic_conversations())
def test_what_anthropic_carries_comes_back_unchanged(conversation: Conversation) -> None:
    body = ANTHROPIC.write_request(conversation, Losses(strict=True))
    assert ANTHROPIC.read_request(body) == conversation


@HEAVY
@given(openai_conversations())
def test_any_openai_conversation_becomes_a_readable_anthropic_one(
    conversation: Conversation,
) -> None:
    body = ANTHROPIC.write_request(conversation, Losses())
    if b'"messages":[]' not in body:
        read = ANTHROPIC.read_request(body)
        roles = [one.role for one in read.messages]
        assert all(one != other for one, other in pairwise(roles))


@given(replies())
def test_a_stream_says_what_its_events_said(events: list[ReplyEvent]) -> None:
    stream = write_stream(ANTHROPIC.writer(ASKED, "r"), events)
    anthropic_events(stream)
    assert gather(read_stream(ANTHROPIC.reader(), stream)) == gather(events)


@given(replies())
def test_a_whole_reply_says_what_its_events_said(events: list[ReplyEvent]) -> None:
    body = ANTHROPIC.writer(ASKED, "r").whole(events)
    anthropic_reply(body)
    assert gather(ANTHROPIC.reader().whole(body)) == gather(events)


def test_counting_needs_no_cap() -> None:
    body = b'{"model":"m","messages":[{"role":"user","content":"hi"}]}'
    assert ANTHROPIC.read_count_request(body).max_output_tokens is None
    with pytest.raises(InvalidRequest) as caught:
        ANTHROPIC.read_request(body)
    assert caught.value.param == "max_tokens"


def test_the_default_cap_is_an_argument() -> None:
    body = AnthropicMessages(default_max_tokens=77).write_request(ASKED, Losses())
    assert ANTHROPIC.read_request(body).max_output_tokens == 77


def test_errors_come_in_its_own_envelope() -> None:
    assert b'"message":"no"' in ANTHROPIC.error_body(InvalidRequest("no"), "req_1")
