"""Round trips through Google's wire, and every way to cut its streams."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support import bytes_of_google as google
from support.conversations import anthropic_conversations, openai_conversations
from support.effort import times
from support.google_conversations import google_conversations, google_replies
from vanguard.core.errors import UpstreamError
from vanguard.core.usage import Usage
from vanguard.dialects.anthropic_messages import AnthropicMessages
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import (
    Conversation,
    Message,
    Reasoning,
    Text,
    TextDelta,
    ThinkingDelta,
    ToolArguments,
    ToolStart,
    UsageTold,
)
from vanguard.dialects.google_generate import GoogleGenerate
from vanguard.dialects.openai_chat import OpenAIChat
from vanguard.dialects.registry import DIALECTS
from vanguard.wire.google_generate import snake, tidy
from vanguard.wire.sse import Splitter

GOOGLE = GoogleGenerate()
HEAVY = settings(max_examples=times(1 / 4))
SHOWN = Conversation(
    "asked", (Message("user", (Text("hi"),)),), reasoning=Reasoning("adaptive"), stream=True
)


def test_it_is_registered_under_its_name() -> None:
    assert isinstance(DIALECTS["google_generate"], GoogleGenerate)


@HEAVY
@given(google_conversations())
def test_what_google_carries_comes_back_unchanged(conversation: Conversation) -> None:
    losses = Losses()
    body = GOOGLE.write_request(conversation, losses)
    assert losses.names == []
    back = GOOGLE.read_request(body)
    assert msgspec.structs.replace(back, model="gemini-2.5-flash") == conversation


def in_snake_case(value, name=""):
    """The body as a client writes it that uses the other case."""
    free = {"args", "response", "parametersJsonSchema", "responseJsonSchema"}
    if name in free:
        return value
    if isinstance(value, list):
        return [in_snake_case(one) for one in value]
    if isinstance(value, dict):
        return {snake(key): in_snake_case(one, key) for key, one in value.items()}
    return value


@HEAVY
@given(google_conversations())
def test_names_in_the_other_case_are_read_the_same(conversation: Conversation) -> None:
    body = GOOGLE.write_request(conversation, Losses())
    other = msgspec.json.encode(in_snake_case(msgspec.json.decode(body)))
    assert msgspec.json.decode(tidy(other)) == msgspec.json.decode(body)
    assert GOOGLE.read_request(other) == GOOGLE.read_request(body)


@HEAVY
@given(
    openai_conversations() | anthropic_conversations(),
    st.sampled_from(["gemini-2.5-pro", "gemini-3-flash"]),
)
def test_whatever_others_send_becomes_a_request_that_google_can_read(
    conversation: Conversation, model: str
) -> None:
    named = msgspec.structs.replace(conversation, model=model)
    body = GOOGLE.write_request(named, Losses())
    # such a conversation may hold nothing that can be said
    if msgspec.json.decode(body)["contents"]:
        GOOGLE.read_request(body)


@HEAVY
@given(google_conversations())
def test_whatever_google_sends_can_be_written_for_the_others(conversation: Conversation) -> None:
    for dialect in (OpenAIChat(), AnthropicMessages()):
        losses = Losses()
        dialect.read_request(dialect.write_request(conversation, losses))
        if conversation.foreign:
            assert "safetySettings" in losses.names


def merged(events: list) -> list:
    """Deltas of a kind joined, usage at its last value: what a reply says, however it is cut."""
    out: list = []
    usage = None
    for event in events:
        last = out[-1] if out else None
        if isinstance(event, UsageTold):
            usage = event
        elif isinstance(event, TextDelta | ThinkingDelta) and type(last) is type(event):
            out[-1] = type(event)(last.text + event.text)
        else:
            out.append(event)
    return [*out, usage]


@HEAVY
@given(google_replies(), st.lists(st.integers(0, 3000), max_size=8))
def test_a_reply_comes_back_whole_and_streamed_under_any_cut(events: list, cuts: list) -> None:
    writer = GOOGLE.writer(SHOWN, "r-1")
    written = b"".join(writer.event(event) for event in events)
    splitter, reader = Splitter(), GOOGLE.reader()
    ends = sorted({0, *(cut for cut in cuts if cut < len(written)), len(written)})
    found = [
        event
        for start, stop in pairwise(ends)
        for raw in splitter.feed(written[start:stop])
        for event in reader.event(raw)
    ]
    found += reader.end()
    assert merged(found) == merged(events)
    body = GOOGLE.writer(SHOWN, "r-1").whole(events)
    assert merged(GOOGLE.reader().whole(body)) == merged(events)


@pytest.mark.parametrize("stream", [google.STREAM, google.TOOL_STREAM, google.THINKING_STREAM])
def test_a_stream_of_googles_reads_the_same_at_every_chunk_boundary(stream: list[bytes]) -> None:
    whole = b"".join(stream)

    def read(at: int) -> list:
        splitter, reader = Splitter(), GOOGLE.reader()
        raws = splitter.feed(whole[:at]) + splitter.feed(whole[at:])
        return [event for raw in raws for event in reader.event(raw)] + reader.end()

    expected = read(len(whole))
    assert len(expected) > 4
    ids = [event for event in expected if isinstance(event, ToolStart)]
    assert [one.id for one in ids] == (["c1", "c2"] if stream is google.TOOL_STREAM else [])
    for at in range(len(whole)):
        assert read(at) == expected


def test_calls_that_come_in_turns_are_written_each_whole() -> None:
    writer = GOOGLE.writer(SHOWN, "r")
    for event in (
        ToolStart(0, "a", "f"),
        ToolStart(1, "b", "g"),
        ToolArguments(1, '{"x"'),
        ToolArguments(0, '{"y":2}'),
        ToolArguments(1, ":1}"),
        UsageTold(Usage(1, 2)),
    ):
        assert writer.event(event) == b""
    with pytest.raises(UpstreamError):
        writer.event(ToolArguments(7, "{}"))
    body = msgspec.json.decode(
        GOOGLE.writer(SHOWN, "r").whole([ToolStart(0, "a", "f"), ToolArguments(0, "no json")])
    )
    (part,) = body["candidates"][0]["content"]["parts"]
    assert part["functionCall"]["args"] == {"arguments": "no json"}
