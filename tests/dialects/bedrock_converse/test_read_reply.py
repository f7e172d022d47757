"""Replies of Bedrock as events, at every chunk boundary, whole and broken."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.bedrock import REPLY, STREAM, delta, exception, frame, stop
from support.replies import Gathered, gather
from vanguard.core.errors import (
    UpstreamError,
    UpstreamRateLimited,
    UpstreamTruncated,
)
from vanguard.core.usage import Usage
from vanguard.dialects.bedrock_converse.read_reply import BedrockConverseReader
from vanguard.dialects.conversation import Finish, ReplyEvent
from vanguard.wire.event_stream import Splitter

EXPECTED = Gathered(
    text="Hello there",
    thinking="hm",
    seals=["c2VhbA=="],
    calls=[("t1", "weather", '{"city":"Oslo"}')],
    finish=Finish("tool_calls"),
    usage=Usage(120, 7, 60, 30, 10),
    ended=True,
)


def read(*pieces: bytes) -> list[ReplyEvent]:
    reader, splitter = BedrockConverseReader(), Splitter()
    events = [one for piece in pieces for raw in splitter.feed(piece) for one in reader.event(raw)]
    if splitter.rest:
        events += reader.event(splitter.rest + b"\n\n")
    return events + reader.end()


def test_a_whole_reply() -> None:
    body = json.dumps(REPLY, separators=(",", ":")).encode()
    assert gather(BedrockConverseReader().whole(body)) == EXPECTED


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"output":{}}', b'{"message":"no"}'])
def test_what_is_no_reply_is_refused(body: bytes) -> None:
    with pytest.raises(UpstreamError):
        BedrockConverseReader().whole(body)


def test_citations_and_sealed_reasoning_of_a_whole_reply() -> None:
    content = [
        {"reasoningContent": {"redactedContent": "AA=="}},
        {"citationsContent": {"content": [{"text": "cited"}], "citations": []}},
        {"toolUse": {"toolUseId": "s", "name": "web", "input": {}, "type": "server_tool_use"}},
    ]
    reply = {"output": {"message": {"content": content}}, "stopReason": "guardrail_intervened"}
    got = gather(BedrockConverseReader().whole(json.dumps(reply).encode()))
    assert (got.text, got.seals, got.calls) == ("cited", ["AA=="], [])
    assert got.finish == Finish("refusal")


@settings(max_examples=30)
@given(st.lists(st.integers(0, sum(map(len, STREAM))), max_size=6))
def test_every_split_reads_the_same(cuts: list[int]) -> None:
    whole, cuts = b"".join(STREAM), sorted(cuts)
    ends = zip([0, *cuts], [*cuts, len(whole)], strict=True)
    assert gather(read(*(whole[start:end] for start, end in ends))) == EXPECTED


def test_no_beginning_of_a_stream_is_a_reply() -> None:
    whole = b"".join(STREAM)
    said = len(whole) - len(STREAM[-1])  # the answer is whole before its usage
    for end in range(0, len(whole), 7):
        if end == said:
            continue
        with pytest.raises(UpstreamError):
            read(whole[:end])
    assert gather(read(whole[:said])).usage is None
    with pytest.raises(UpstreamTruncated):
        read(*STREAM[:-2])


def test_a_flipped_bit_anywhere_is_no_reply() -> None:
    whole = b"".join(STREAM)
    for at in range(0, len(whole), 11):
        broken = bytearray(whole)
        broken[at] ^= 4
        with pytest.raises(UpstreamError):
            read(bytes(broken))


def test_an_exception_is_raised_as_what_it_is() -> None:
    with pytest.raises(UpstreamRateLimited, match="slow down"):
        read(*STREAM[:5], exception("throttlingException", "slow down"))


def test_a_call_without_arguments_has_an_empty_object() -> None:
    start = {"contentBlockIndex": 0, "start": {"toolUse": {"toolUseId": "t", "name": "n"}}}
    got = gather(read(frame("contentBlockStart", start), stop(0), *STREAM[-2:]))
    assert got.calls == [("t", "n", "{}")]


def test_tools_that_the_service_runs_and_unknown_events_are_left_out() -> None:
    use = {"toolUse": {"toolUseId": "s", "name": "web", "type": "server_tool_use"}}
    got = gather(
        read(
            frame("contentBlockStart", {"contentBlockIndex": 0, "start": use}),
            delta(0, {"toolUse": {"input": "{}"}}),
            delta(0, {"citation": {"title": "t"}}),
            frame("somethingNew", {"a": 1}),
            *STREAM[-2:],
        )
    )
    assert got.calls == []
    assert got.text == ""


def test_a_payload_that_is_none_is_damage() -> None:
    with pytest.raises(UpstreamError, match="could not be read"):
        read(frame("messageStart", {}), STREAM[4][:0] + frame("messageStop", {"stopReason": 3}))


def test_an_answer_of_a_high_status_is_an_error() -> None:
    failed = BedrockConverseReader().failure(429, b'{"message":"Too many requests"}')
    assert isinstance(failed, UpstreamRateLimited)
