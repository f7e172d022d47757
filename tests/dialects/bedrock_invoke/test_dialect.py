"""InvokeModel as a dialect, on the conversations and replies of Anthropic's."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given, settings

from support.bedrock import chunk, exception, read_stream
from support.bytes_of_providers import ANTHROPIC_STREAM
from support.conversations import anthropic_conversations, replies
from support.replies import gather
from vanguard.core.errors import UpstreamError, UpstreamRateLimited
from vanguard.dialects.anthropic_messages import AnthropicMessages
from vanguard.dialects.bedrock_invoke import BedrockInvoke
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import Conversation, Message, ReplyEvent, Text
from vanguard.wire.event_stream import Splitter
from vanguard.wire.sse import event_data

DIALECT = BedrockInvoke()
ASKED = Conversation("m", (Message("user", (Text("hi"),)),), stream=True)
STREAM = [chunk(event_data(one)) for one in ANTHROPIC_STREAM]


def read(*frames: bytes) -> list[ReplyEvent]:
    reader = DIALECT.reader()
    splitter = Splitter()
    events = [one for raw in splitter.feed(b"".join(frames)) for one in reader.event(raw)]
    return events + reader.end()


@settings(max_examples=5, deadline=None)
@given(anthropic_conversations())
def test_requests_are_anthropics_in_another_envelope(conversation: Conversation) -> None:
    body = DIALECT.write_request(conversation, Losses())
    assert not {"model", "stream"} & json.loads(body).keys()
    expected = AnthropicMessages().read_request(
        AnthropicMessages().write_request(conversation, Losses())
    )
    got = DIALECT.read_request(body)
    assert got == msgspec.structs.replace(expected, model="", stream=False)


def test_beta_features_of_a_client_are_named() -> None:
    body = {
        "anthropic_beta": ["x"],
        "max_tokens": 1,
        "messages": [{"role": "user", "content": "a"}],
    }
    (foreign,) = DIALECT.read_request(json.dumps(body).encode()).foreign
    assert (foreign.path, bytes(foreign.value)) == ("anthropic_beta", b'["x"]')


def test_streams_are_anthropics_in_chunks() -> None:
    assert gather(read(*STREAM)).text == "Hello there"
    with pytest.raises(UpstreamError):
        read(*STREAM[:-1])
    with pytest.raises(UpstreamRateLimited, match="slow"):
        read(*STREAM[:3], exception("throttlingException", "slow"))


@settings(max_examples=5, deadline=None)
@given(replies())
def test_what_is_written_is_read_again(events: list[ReplyEvent]) -> None:
    writer = DIALECT.writer(ASKED, "msg_1")
    written = b"".join(writer.event(event) for event in events)
    assert all("chunk" in one for one in read_stream(written, "InvokeModelWithResponseStream"))
    expected, got = gather(events), gather(read(written))
    assert (got.text, got.calls, got.finish) == (expected.text, expected.calls, expected.finish)
    whole = DIALECT.writer(ASKED, "msg_1").whole(events)
    assert gather(DIALECT.reader().whole(whole)).text == expected.text


def test_errors_are_in_the_form_of_aws() -> None:
    error = UpstreamError("it broke")
    assert json.loads(DIALECT.error_body(error, "r"))["__type"] == "ModelErrorException"
    frame = DIALECT.writer(ASKED, "m").error(error, "r")
    with pytest.raises(UpstreamError, match="it broke"):
        read(frame)
    assert isinstance(DIALECT.reader().failure(429, b"{}"), UpstreamRateLimited)
