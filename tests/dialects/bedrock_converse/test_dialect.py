"""The dialect as the registry has it."""

from __future__ import annotations

import json

import pytest

from support.bedrock import STREAM
from support.bytes_of_providers import ANTHROPIC_STREAM, OPENAI_STREAM
from support.replies import gather
from vanguard.core.errors import ModelNotFound
from vanguard.dialects.conversation import Conversation, Message, Text
from vanguard.dialects.framing import make_splitter
from vanguard.dialects.registry import DIALECTS

ASKED = Conversation("m", (Message("user", (Text("hi"),)),), stream=True)


def events_of(name: str, stream: bytes) -> list[object]:
    reader, splitter = DIALECTS[name].reader(), make_splitter(name)
    events = [event for raw in splitter.feed(stream) for event in reader.event(raw)]
    assert not splitter.rest
    return events + reader.end()


@pytest.mark.parametrize(
    "target", ["openai_chat", "openai_responses", "anthropic_messages", "bedrock_invoke"]
)
def test_a_stream_reaches_clients_of_other_dialects(target: str) -> None:
    writer = DIALECTS[target].writer(ASKED, "r_1")
    read = events_of("bedrock_converse", b"".join(STREAM))
    again = events_of(target, b"".join(writer.event(event) for event in read))
    got = gather(again)
    assert got.text == "Hello there"
    assert [call[1:] for call in got.calls] == [("weather", '{"city":"Oslo"}')]
    assert got.ended


@pytest.mark.parametrize(
    ("source", "stream"),
    [("openai_chat", OPENAI_STREAM), ("anthropic_messages", ANTHROPIC_STREAM)],
)
def test_streams_of_other_dialects_reach_its_clients(source: str, stream: list[bytes]) -> None:
    dialect = DIALECTS["bedrock_converse"]
    writer = dialect.writer(ASKED, "r_1")
    written = b"".join(writer.event(event) for event in events_of(source, b"".join(stream)))
    assert gather(events_of("bedrock_converse", written)).text == "Hello there"


def test_errors_are_in_the_form_of_aws() -> None:
    body = DIALECTS["bedrock_converse"].error_body(ModelNotFound("no such model"), "req_1")
    assert json.loads(body) == {"__type": "ResourceNotFoundException", "message": "no such model"}
