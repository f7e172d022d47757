"""InvokeModel passing through: bytes, usage, ends, caps."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.bedrock import chunk, exception, read_stream
from support.bytes_of_providers import ANTHROPIC_STREAM
from vanguard.core.errors import InvalidRequest, UpstreamError
from vanguard.core.usage import Usage
from vanguard.dialects.passthrough.anthropic_messages import AnthropicMessagesPassThrough
from vanguard.dialects.passthrough.bedrock_invoke import BedrockInvokePassThrough
from vanguard.wire.sse import event_data

through = BedrockInvokePassThrough()
STREAM = [chunk(event_data(one)) for one in ANTHROPIC_STREAM]
ASKED = through.peek(b'{"max_tokens":5,"messages":[]}')


def anthropics():
    """What Anthropic's own tap reads of the same stream."""
    peek = AnthropicMessagesPassThrough().peek(b'{"model":"m","stream":true}')
    tap = AnthropicMessagesPassThrough().tap(peek)
    tap.feed(b"".join(ANTHROPIC_STREAM))
    return tap


@settings(max_examples=30)
@given(st.lists(st.integers(0, sum(map(len, STREAM))), max_size=10))
def test_every_split_passes_the_same_bytes_and_reads_the_same_usage(cuts):
    tap, whole = through.tap(ASKED), b"".join(STREAM)
    cuts = sorted(cuts)
    ends = zip([0, *cuts], [*cuts, len(whole)], strict=True)
    assert b"".join(tap.feed(whole[start:end]) for start, end in ends) == whole
    expected = anthropics()
    assert tap.usage == expected.usage
    assert tap.tokens == expected.tokens > 0
    assert tap.complete()


def test_ends_and_errors():
    tap = through.tap(ASKED)
    tap.feed(b"".join(STREAM[:-1]))
    assert not tap.complete()
    tap.feed(exception("internalServerException", "broke"))
    assert b"broke" in tap.error
    inner = through.tap(ASKED)
    inner.feed(chunk({"type": "error", "error": {"type": "overloaded_error"}}))
    assert b"overloaded_error" in inner.error


def test_peek_and_edit():
    assert ASKED.max_output_tokens == 5
    body = b'{"max_tokens" : 5, "x":1.0}'
    assert through.edit(body, ASKED, "m", None) is body
    assert json.loads(through.edit(b'{"x":1}', ASKED, "m", 7)) == {"x": 1, "max_tokens": 7}
    twice = through.edit(b'{"max_tokens":1,"max_tokens":2}', ASKED, "m", None)
    assert twice == b'{"max_tokens":2}'
    assert through.peek(b'{"max_tokens":0,"messages":[]}').max_output_tokens == 0
    assert through.peek(b'{"inputText":"x"}').max_output_tokens is None
    assert through.peek(b'{"texts":["x"]}').max_output_tokens is None


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b'{"prompt":"x"}',
        b'{"messages":[],"prompt":""}',
    ],
)
def test_bodies_whose_texts_nobody_knows_are_refused(body):
    with pytest.raises(InvalidRequest):
        through.peek(body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"type":"message","usage":{"input_tokens":3,"output_tokens":2}}', Usage(3, 2)),
        (b'{"embedding":[0.1],"inputTextTokenCount":6}', Usage(6)),
        (b'{"embeddings":[[0.1]],"id":"x"}', None),
    ],
)
def test_usage_of_a_whole_answer(body, expected):
    assert through.whole_usage(body) == expected


@pytest.mark.parametrize("body", [b"", b'{"embedding":', b'{"type":"error","error":{}}'])
def test_what_is_no_answer_is_refused(body):
    with pytest.raises(UpstreamError):
        through.whole_usage(body)


def test_a_ping_is_anthropics_own():
    (event,) = read_stream(through.ping, "InvokeModelWithResponseStream")
    assert json.loads(event["chunk"]["bytes"]) == {"type": "ping"}
