"""Pass-through of OpenAI's responses."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import bytes_of_responses as said
from vanguard.core.errors import InvalidRequest, UnsupportedFeature, UpstreamError
from vanguard.core.usage import Usage
from vanguard.dialects.passthrough.openai_responses import OpenAIResponsesPassThrough

through = OpenAIResponsesPassThrough()
EXPECTED = Usage(120, 7, cache_read_tokens=100, reasoning_tokens=3)
TRAP = said.stream_of(said.message("ends in .delta"), said.message("response.completed"))


def tap_of(events, cuts=()):
    tap = through.tap(through.peek(b'{"model":"m","stream":true}'))
    whole = b"".join(events)
    cuts = sorted(cuts)
    out = b"".join(
        tap.feed(whole[start:stop])
        for start, stop in zip([0, *cuts], [*cuts, len(whole)], strict=True)
    )
    assert out + tap.flush() == whole
    return tap


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@given(cuts=st.lists(st.integers(0, 3000), max_size=10))
def test_every_split_passes_the_same_bytes_and_reads_the_same_usage(end, cuts):
    events = [event.replace(b"\n", end) for event in said.STREAM]
    size = sum(map(len, events))
    tap = tap_of(events, [cut % size for cut in cuts])
    assert tap.usage == EXPECTED
    assert tap.tokens == 2
    assert tap.complete()


def test_words_of_the_answer_are_not_taken_for_events():
    tap = tap_of(TRAP)
    assert (tap.usage, tap.tokens, tap.done) == (EXPECTED, 4, True)
    tap = tap_of(TRAP[:-1])
    assert not tap.complete()


def test_events_without_a_name_are_told_by_their_type():
    bare = [event[event.index(b"data:") :] for event in said.TOOL_STREAM]
    tap = tap_of(bare)
    assert (tap.tokens, tap.usage, tap.complete()) == (4, EXPECTED, True)


def test_an_answer_cut_by_its_cap_is_whole():
    assert tap_of(said.CUT_STREAM).complete()


def test_a_last_event_may_come_without_its_blank_line():
    tap = through.tap(through.peek(b'{"model":"m","stream":true}'))
    tap.feed(b"".join(said.STREAM)[:-2])
    assert not tap.complete()
    assert tap.flush().endswith(b"\n\n")
    assert tap.complete()


@pytest.mark.parametrize(
    "event",
    [
        said.FAILED_STREAM[-1],
        b'event: error\ndata: {"type":"error","code":"x","message":"rate_limit_exceeded"}\n\n',
        b'data: {"type":"error","error":{"code":"rate_limit_exceeded"}}\n\n',
    ],
)
def test_an_in_band_error_is_seen(event):
    tap = tap_of([*said.STREAM[:2], event])
    assert b"rate_limit_exceeded" in tap.error
    assert not tap.complete()


def test_a_stream_broken_off_within_an_event_is_an_error():
    tap = through.tap(through.peek(b'{"model":"m","stream":true}'))
    with pytest.raises(UpstreamError, match="broken off"):
        tap.feed(b'event: response.output_text.delta\ndata: {"type":"x","delta":"a\n\n')


def test_whole_usage_and_errors_in_an_answers_clothes():
    assert through.whole_usage(json.dumps(said.TEXT).encode()) == EXPECTED
    assert through.whole_usage(b'{"status":"completed"}') is None
    for body in (
        b"[]",
        b'{"error":{"message":"no"}}',
        json.dumps({**said.TEXT, "status": "failed", "error": said.FAILED}).encode(),
    ):
        with pytest.raises(UpstreamError):
            through.whole_usage(body)


def test_peek_and_edit():
    body = b'{"model":"gpt","max_output_tokens":10,"stream":true,"input":"hi"}'
    peek = through.peek(body)
    assert (peek.max_output_tokens, peek.stream, peek.wants_usage) == (10, True, True)
    assert through.edit(body, peek, "gpt", None) is body
    assert through.edit(body, peek, "other", None) == body.replace(b'"gpt"', b'"other"')
    capped = through.edit(b'{"model":"gpt"}', through.peek(b'{"model":"gpt"}'), "gpt", 9)
    assert json.loads(capped) == {"model": "gpt", "max_output_tokens": 9}


def test_a_long_body_keeps_every_other_byte():
    long = json.dumps([{"role": "user", "content": "model " * 2000}])
    body = b'{"input":%b, "instructions":%b,"model":"gpt"}' % (
        long.encode(),
        json.dumps("i" * 9000).encode(),
    )
    peek = through.peek(body)
    assert peek.short is not None
    assert through.edit(body, peek, "other", None) == body.replace(b'"gpt"', b'"other"')


@pytest.mark.parametrize(
    ("body", "error", "param"),
    [
        (b'{"model":"m","max_output_tokens":0}', InvalidRequest, "max_output_tokens"),
        (b'{"model":"m","background":true}', UnsupportedFeature, "background"),
        (b'{"input":"hi"}', InvalidRequest, "model"),
        (b"{", InvalidRequest, None),
    ],
)
def test_what_cannot_be_served_is_refused(body, error, param):
    with pytest.raises(error) as caught:
        through.peek(body)
    assert caught.value.param == param


@pytest.mark.parametrize(
    ("body", "media", "open_ended"),
    [
        (b'{"input":"a web_search for input_image"}', False, False),
        (b'{"tools":[{"type":"web_search_preview"}]}', False, True),
        (b'{"previous_response_id":"resp_1"}', False, True),
        (b'{"input":[{"type":"input_image"}]}', True, True),
        (b'{"input":[{"type":"\\u0069nput_image"}]}', True, True),
    ],
)
def test_what_is_read_beyond_the_body(body, media, open_ended):
    assert through.has_media(body) is media
    assert through.is_open_ended(body) is open_ended
