"""Google to Google: what is peeked at, what is edited, and what is read off in passing."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import bytes_of_google as google
from vanguard.core.errors import InvalidRequest, UpstreamError
from vanguard.core.usage import Usage
from vanguard.dialects.passthrough.contract import Peek
from vanguard.dialects.passthrough.google_generate import GoogleGeneratePassThrough

THROUGH = GoogleGeneratePassThrough()
BODY = (
    b'{ "contents": [{"role": "model", "parts": []}], "odd":1e2 , "generationConfig": {"topK":3} }'
)
USED = Usage(120, 12, cache_read_tokens=100, reasoning_tokens=5)


def peek(**fields) -> Peek:
    return THROUGH.peek(json.dumps(fields).encode())


@pytest.mark.parametrize(
    ("fields", "cap", "answers"),
    [
        ({}, None, 1),
        ({"generationConfig": None}, None, 1),
        ({"generationConfig": {"maxOutputTokens": 5, "candidateCount": 3}}, 5, 3),
        ({"generation_config": {"max_output_tokens": 5}}, 5, 1),
        ({"generationConfig": {"max_output_tokens": "7"}}, 7, 1),
    ],
)
def test_what_limits_must_know(fields, cap, answers):
    found = peek(**fields)
    assert (found.max_output_tokens, found.answers) == (cap, answers)


@pytest.mark.parametrize(
    "fields",
    [
        {"generationConfig": {"maxOutputTokens": 0}},
        {"generationConfig": {"maxOutputTokens": "many"}},
        {"generationConfig": {"maxOutputTokens": 5}, "generation_config": {}},
        {"generationConfig": {"maxOutputTokens": 5, "max_output_tokens": 9}},
        {"generationConfig": 7},
    ],
)
def test_what_nobody_can_bound_is_refused(fields):
    with pytest.raises(InvalidRequest):
        peek(**fields)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff"])
def test_what_is_no_request_is_refused(body):
    with pytest.raises(InvalidRequest):
        THROUGH.peek(body)


def test_a_plain_body_keeps_every_byte():
    assert THROUGH.edit(BODY, THROUGH.peek(BODY), "up", None) is BODY


def test_a_cap_is_put_where_google_reads_it():
    capped = THROUGH.edit(BODY, THROUGH.peek(BODY), "up", 9)
    assert b'"odd":1e2' in capped
    assert json.loads(capped)["generationConfig"] == {"topK": 3, "maxOutputTokens": 9}
    assert THROUGH.edit(b'{"contents":[ ]}', Peek(""), "up", 9) == (
        b'{"generationConfig":{"maxOutputTokens":9},"contents":[ ]}'
    )
    snake = THROUGH.edit(b'{"generation_config":{"max_output_tokens":null}}', Peek(""), "up", 9)
    assert json.loads(snake) == {"generation_config": {"maxOutputTokens": 9}}


def test_a_long_body_is_edited_around_its_long_values():
    text = "word " * 3_000
    body = json.dumps({"contents": [{"parts": [{"text": text}]}], "model": "models/m"}).encode()
    seen = THROUGH.peek(body)
    assert seen.short is not None
    edited = THROUGH.edit(body, seen, "up", 9)
    assert json.loads(edited) == {
        **json.loads(body),
        "model": "models/up",
        "generationConfig": {"maxOutputTokens": 9},
    }


@pytest.mark.parametrize(
    "value",
    [
        {"model": "models/m", "content": {}},
        {"requests": [{"model": "models/m", "content": {}}, {"content": {}}]},
        {"generateContentRequest": {"model": "models/m", "contents": []}},
    ],
)
def test_a_body_that_names_the_model_agrees_with_the_path(value):
    body = json.dumps(value).encode()
    edited = THROUGH.edit(body, Peek("m"), "up", None)
    assert json.loads(edited) == json.loads(body.replace(b"models/m", b"models/up"))


def test_names_twice_or_behind_escapes_are_written_once():
    body = b'{"generationConfig":{"maxOutputTokens":9,"maxOutputTokens":5},"contents":[]}'
    edited = THROUGH.edit(body, THROUGH.peek(body), "up", None)
    assert edited == b'{"generationConfig":{"maxOutputTokens":5},"contents":[]}'
    assert THROUGH.peek(body).max_output_tokens == 5
    hidden = rb'{"generation\u0043onfig":{"maxOutputTokens":5}}'
    assert json.loads(THROUGH.edit(hidden, THROUGH.peek(hidden), "up", None)) == {
        "generationConfig": {"maxOutputTokens": 5}
    }


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (b'{"contents":[]}', False),
        (b'{"a":{"inlineData":1}}', True),
        (b'{"a":{"file_data":1}}', True),
        (b'{"tools":[{"googleSearch":{}}]}', True),
        (b'{"cachedContent":"x"}', True),
        (rb'{"\u0069nlineData":1}', True),
    ],
)
def test_what_may_cost_more_than_its_bytes(body, media):
    assert THROUGH.has_media(body) is media
    assert THROUGH.is_open_ended(body) is media


def test_usage_of_whole_answers():
    assert THROUGH.whole_usage(json.dumps(google.TEXT).encode()) == USED
    assert THROUGH.whole_usage(b'{"embedding":{"values":[1]}}') is None
    for body in (b"[]", b"{", json.dumps(google.OVERLOADED).encode()):
        with pytest.raises(UpstreamError):
            THROUGH.whole_usage(body)


@pytest.mark.parametrize("stream", [google.STREAM, google.TOOL_STREAM, google.THINKING_STREAM])
def test_a_stream_passes_unchanged_at_every_chunk_boundary(stream):
    whole = b"".join(stream)
    for at in range(len(whole) + 1):
        tap = THROUGH.tap(Peek(""))
        out = tap.feed(whole[:at]) + tap.feed(whole[at:])
        assert not tap.done  # usage may follow a reason to finish
        assert out + tap.flush() == whole
        assert (tap.usage, tap.done, tap.complete()) == (USED, True, True)
        assert tap.tokens >= 2


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9), max_size=8)
)
def test_what_is_skimmed_is_what_feeding_would_have_given(texts):
    events = [
        b"data: " + msgspec.json.encode(google.reply([{"text": one}], None)) + b"\n\n"
        for one in texts
    ]
    skimming, feeding = THROUGH.tap(Peek("")), THROUGH.tap(Peek(""))
    for event in [*events, *google.STREAM]:
        if not (skimming.tokens and skimming.skim(event)):
            assert skimming.feed(event) == event
        feeding.feed(event)
    for tap in (skimming, feeding):
        tap.flush()
    assert (skimming.usage, skimming.done) == (feeding.usage, feeding.done) == (USED, True)
    assert skimming.tokens == feeding.tokens


def test_a_broken_or_failed_stream_is_not_whole():
    tap = THROUGH.tap(Peek(""))
    tap.feed(b"".join(google.STREAM[:2]))
    assert (tap.flush(), tap.done, tap.complete()) == (b"", False, False)
    tap.feed(google.event(google.OVERLOADED))
    assert b"overloaded" in tap.error
    with pytest.raises(UpstreamError):
        THROUGH.tap(Peek("")).feed(b'data: {"candidates":[\n\n')


def test_each_of_several_answers_must_finish():
    tap = THROUGH.tap(Peek("", answers=2))
    tap.feed(google.event(google.TEXT))
    assert not tap.complete()
    second = google.reply([{"text": "x"}])
    second["candidates"][0]["index"] = 1
    tap.feed(google.event(second))
    assert tap.complete()
    blocked = THROUGH.tap(Peek("", answers=2))
    blocked.feed(google.event(google.BLOCKED))
    assert blocked.complete()


def test_what_the_gateway_says_itself():
    assert THROUGH.error_event(b'{"error":{}}') == b'data: {"error":{}}\n\n'
    assert not THROUGH.ping.strip()
