"""Google's replies, whole, streamed and broken."""

from __future__ import annotations

import json

import pytest

from support import bytes_of_google as google
from vanguard.core.errors import UpstreamError, UpstreamTruncated, UpstreamUnavailable
from vanguard.core.usage import Usage
from vanguard.dialects.conversation import (
    End,
    Finish,
    RefusalDelta,
    Start,
    TextDelta,
    ThinkingDelta,
    ThinkingSignature,
    ToolArguments,
    ToolStart,
    UsageTold,
)
from vanguard.dialects.google_generate.read_reply import GoogleGenerateReader
from vanguard.dialects.google_generate.signatures import enclosed

USED = Usage(120, 12, cache_read_tokens=100, reasoning_tokens=5)
START = Start("r-1", "gemini-2.5-flash")


def whole(reply):
    return GoogleGenerateReader().whole(json.dumps(reply).encode())


def streamed(events):
    reader = GoogleGenerateReader()
    return [event for raw in events for event in reader.event(raw)] + reader.end()


def test_text():
    expected = [START, TextDelta("Hello there"), UsageTold(USED), Finish("stop"), End()]
    assert whole(google.TEXT) == expected


def test_calls_with_the_first_ones_signature():
    assert whole(google.TOOLS) == [
        START,
        ThinkingSignature(enclosed(google.SIGNATURE, "call")),
        ToolStart(0, "c1", "weather"),
        ToolArguments(0, '{"city": "Cairo"}'),
        ToolStart(1, "c2", "weather"),
        ToolArguments(1, '{"city": "Oslo"}'),
        UsageTold(USED),
        Finish("tool_calls"),
        End(),
    ]


def test_a_call_without_an_id_gets_one():
    reply = google.reply([{"functionCall": {"name": "f"}}])
    events = whole(reply)
    assert isinstance(events[1], ToolStart)
    assert events[1].id.startswith("call_")
    assert events[2] == ToolArguments(0, "{}")


def test_a_stream_tells_its_reason_at_the_end_with_what_came_after_it():
    events = streamed(google.THINKING_STREAM)
    early = Usage(120)
    assert events == [
        START,
        ThinkingDelta("Let me"),
        UsageTold(early),
        ThinkingDelta(" think"),
        TextDelta("Hello there"),
        ThinkingSignature(enclosed(google.SIGNATURE, "text")),
        UsageTold(USED),
        Finish("stop"),
        End(),
    ]


def test_a_reason_in_every_chunk_is_told_once():
    """Older models write one in each."""
    events = streamed([google.event(google.reply([{"text": one}])) for one in "ab"])
    assert [one for one in events if isinstance(one, Finish)] == [Finish("stop")]
    assert events[-2:] == [Finish("stop"), End()]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("MAX_TOKENS", "length"),
        ("SAFETY", "refusal"),
        ("RECITATION", "refusal"),
        ("PROHIBITED_CONTENT", "refusal"),
        ("OTHER", "stop"),
        ("A_NEW_ONE", "stop"),
    ],
)
def test_reasons(reason, expected):
    assert whole(google.reply([{"text": "x"}], reason))[-2] == Finish(expected)


def test_a_blocked_prompt_is_a_refusal():
    for events in (whole(google.BLOCKED), streamed([google.event(google.BLOCKED)])):
        assert RefusalDelta("the model's provider blocked the prompt (SAFETY)") in events
        assert events[-2:] == [Finish("refusal"), End()]
        assert UsageTold(Usage(120)) in events


def test_other_candidates_are_left_out():
    reply = google.reply([{"text": "first"}])
    reply["candidates"].append({"index": 1, "content": {"parts": [{"text": "second"}]}})
    assert [one.text for one in whole(reply) if isinstance(one, TextDelta)] == ["first"]


@pytest.mark.parametrize("reason", ["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL"])
def test_an_answer_that_is_none_is_an_error(reason):
    with pytest.raises(UpstreamError, match=reason):
        whole(google.reply([], reason))


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"candidates":[]}', b'{"candidates":[{"content":{}}]}', b"\xff"]
)
def test_what_is_no_reply_is_an_error(body):
    with pytest.raises(UpstreamError):
        GoogleGenerateReader().whole(body)


def test_an_error_in_a_replys_clothes():
    with pytest.raises(UpstreamUnavailable, match="overloaded"):
        whole(google.OVERLOADED)
    reader = GoogleGenerateReader()
    reader.event(google.STREAM[0])
    with pytest.raises(UpstreamUnavailable, match="overloaded"):
        reader.event(google.event(google.OVERLOADED))


def test_a_stream_that_breaks_off():
    reader = GoogleGenerateReader()
    for raw in google.STREAM[:2]:
        reader.event(raw)
    with pytest.raises(UpstreamTruncated):
        reader.end()
    with pytest.raises(UpstreamError):
        GoogleGenerateReader().event(b'data: {"candidates": [\n\n')


def test_after_the_end_nothing_more_is_said():
    reader = GoogleGenerateReader()
    for raw in [*google.STREAM, b": a comment\n\n"]:
        reader.event(raw)
    assert reader.end() == [Finish("stop"), End()]
    assert reader.event(google.STREAM[0]) == reader.end() == []
    assert reader.failure(503, json.dumps(google.OVERLOADED).encode()).status == 503
