"""Converse passing through: bytes, usage, ends, caps."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.bedrock import REPLY, STREAM, USAGE, exception, read_stream
from vanguard.core.errors import InvalidRequest, UpstreamError, UpstreamRateLimited
from vanguard.core.usage import Usage
from vanguard.dialects.passthrough.bedrock_converse import PING, BedrockConversePassThrough

through = BedrockConversePassThrough()
EXPECTED = Usage(120, 7, 60, 30, 10)
ASKED = b'{"messages":[],"inferenceConfig":{"maxTokens":5}}'


@settings(max_examples=40)
@given(st.lists(st.integers(0, sum(map(len, STREAM))), max_size=10))
def test_every_split_passes_the_same_bytes_and_reads_the_same_usage(cuts):
    tap = through.tap(through.peek(ASKED))
    whole = b"".join(STREAM)
    cuts = sorted(cuts)
    ends = zip([0, *cuts], [*cuts, len(whole)], strict=True)
    out = b"".join(tap.feed(whole[start:end]) for start, end in ends)
    assert out == whole
    assert tap.usage == EXPECTED
    assert tap.tokens == 6
    assert not tap.skim(STREAM[4])
    assert tap.done
    assert tap.complete()
    assert tap.flush() == b""


@pytest.mark.parametrize("before", [STREAM[:-1], STREAM])
def test_an_error_in_place_of_the_usage_is_no_end_and_behind_it_changes_nothing(before):
    tap = through.tap(through.peek(ASKED))
    tap.feed(b"".join(before))
    tap.feed(exception("internalServerException", "late"))
    assert b"late" in tap.error
    assert tap.complete() == (before is STREAM)


def test_a_stream_without_its_stop_is_not_complete():
    tap = through.tap(through.peek(ASKED))
    tap.feed(b"".join(STREAM[:-2]))
    assert not tap.complete()
    tap.feed(STREAM[-2])
    assert tap.complete()
    assert not tap.done
    tap.feed(STREAM[-1][:-1])
    assert not tap.complete()


def test_damage_is_not_passed_on():
    tap = through.tap(through.peek(ASKED))
    broken = STREAM[4][:-6] + b"x" + STREAM[4][-5:]
    assert tap.feed(STREAM[0] + broken) == STREAM[0]
    with pytest.raises(UpstreamError):
        tap.feed(STREAM[1])
    assert not tap.complete()


def test_an_exception_is_passed_on_and_seen():
    tap = through.tap(through.peek(ASKED))
    frame = exception("throttlingException", "slow down")
    with pytest.raises(UpstreamRateLimited, match="slow down"):
        tap.feed(STREAM[0] + frame)
    tap = through.tap(through.peek(ASKED))
    assert tap.feed(STREAM[4] + frame) == STREAM[4] + frame
    assert b"slow down" in tap.error


def test_peek_reads_the_cap():
    assert through.peek(ASKED).max_output_tokens == 5
    assert through.peek(b"{}").max_output_tokens is None
    with pytest.raises(InvalidRequest) as caught:
        through.peek(b'{"inferenceConfig":{"maxTokens":0}}')
    assert caught.value.param == "inferenceConfig.maxTokens"
    with pytest.raises(InvalidRequest):
        through.peek(b"{")


def test_nothing_is_edited_but_a_cap():
    peek = through.peek(ASKED)
    assert through.edit(ASKED, peek, "m", None) is ASKED
    capped = through.edit(b'{"messages" : [ ],"x":1.0}', peek, "m", 9)
    assert capped == b'{"messages":[ ],"x":1.0,"inferenceConfig":{"maxTokens":9}}'
    config = b'{"inferenceConfig":{"topP":0.10}}'
    assert through.edit(config, peek, "m", 9) == b'{"inferenceConfig":{"topP":0.10,"maxTokens":9}}'


@pytest.mark.parametrize(
    "body",
    [
        b'{"inferenceConfig":{"maxTokens":1},"inferenceConfig":{"maxTokens":2}}',
        b'{"inferenceConfig":{"maxTokens":1,"maxTokens":2}}',
    ],
)
def test_a_cap_given_twice_is_sent_once_as_it_was_read(body):
    peek = through.peek(body)
    assert peek.max_output_tokens == 2
    edited = through.edit(body, peek, "m", None)
    assert edited.count(b"maxTokens") == 1
    assert json.loads(edited)["inferenceConfig"]["maxTokens"] == 2


def test_usage_of_a_whole_answer():
    assert through.whole_usage(json.dumps(REPLY).encode()) == EXPECTED
    assert through.whole_usage(b'{"output":{}}') is None
    for body in (b"", b"[]", b'{"message":"no"}', json.dumps({"usage": USAGE}).encode()):
        with pytest.raises(UpstreamError):
            through.whole_usage(body)


def test_media():
    assert through.has_media(b'{"image":1}')
    assert not through.has_media(b'{"text":"x"}')


def test_botocore_passes_over_a_ping():
    assert read_stream(PING + STREAM[0]) == [{"messageStart": {"role": "assistant"}}]
    assert read_stream(through.ping) == []
