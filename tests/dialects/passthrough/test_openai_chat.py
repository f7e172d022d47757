import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.core.errors import UpstreamError
from vanguard.core.usage import Usage
from vanguard.dialects.passthrough.openai_chat import OpenAIChatPassThrough

through = OpenAIChatPassThrough()
USAGE = {
    "prompt_tokens": 9,
    "completion_tokens": 3,
    "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 2},
}


def chunk(**fields):
    return b"data: " + json.dumps({"id": "c", **fields}, separators=(",", ":")).encode() + b"\n\n"


def delta(text, finish=None, **more):
    return chunk(
        choices=[{"index": 0, "delta": {"content": text}, "finish_reason": finish}], **more
    )


STREAM = [
    chunk(
        choices=[{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}]
    ),
    delta("Hel"),
    delta('lo "usage" {"error"}'),
    delta("", finish="stop"),
    chunk(choices=[], usage=USAGE),
    b"data: [DONE]\n\n",
]


def feed(tap, stream, cuts=()):
    whole = b"".join(stream)
    out = b""
    for start, stop in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        out += tap.feed(whole[start:stop])
    return out


@given(st.lists(st.integers(0, sum(map(len, STREAM))), max_size=10))
def test_every_split_passes_the_same_bytes_and_reads_the_same_usage(cuts):
    tap = through.tap(
        through.peek(b'{"model":"m","stream":true,"stream_options":{"include_usage":true}}')
    )
    assert feed(tap, STREAM, sorted(cuts)) == b"".join(STREAM)
    assert tap.usage == Usage(
        input_tokens=9, output_tokens=3, cache_read_tokens=4, cache_write_tokens=2
    )
    assert tap.tokens == 2
    assert tap.done
    assert tap.complete()


@given(st.lists(st.integers(0, sum(map(len, STREAM))), max_size=10))
def test_usage_that_was_not_asked_for_is_withheld(cuts):
    tap = through.tap(through.peek(b'{"model":"m","stream":true}'))
    expected = [event for event in STREAM if b'"choices":[]' not in event]
    assert feed(tap, STREAM, sorted(cuts)) == b"".join(expected)
    assert tap.usage is not None


def test_null_usage_on_every_chunk_is_no_usage():
    tap = through.tap(through.peek(b'{"model":"m","stream":true}'))
    stream = [delta("a", usage=None), delta("b", usage=None)]
    assert feed(tap, stream) == b"".join(stream)
    assert tap.usage is None
    assert tap.tokens == 2
    assert not tap.complete()


def test_usage_on_the_last_choice_chunk_is_kept_and_read():
    tap = through.tap(through.peek(b'{"model":"m","stream":true}'))
    stream = [delta("a"), delta("", finish="stop", usage=USAGE)]
    assert feed(tap, stream) == b"".join(stream)
    assert tap.usage is not None
    assert tap.complete()
    assert not tap.done


def test_tool_calls_and_reasoning_count_as_tokens():
    tap = through.tap(through.peek(b'{"model":"m","stream":true}'))
    call = {"index": 0, "delta": {"tool_calls": [{"index": 0, "function": {"arguments": "{"}}]}}
    think = {"index": 0, "delta": {"reasoning_content": "hm"}}
    feed(tap, [chunk(choices=[call]), chunk(choices=[think]), b": keep-alive\n\n"])
    assert tap.tokens == 2


def test_an_in_band_error_is_seen():
    tap = through.tap(through.peek(b'{"model":"m","stream":true}'))
    feed(tap, [delta("a"), b'data: {"error":{"message":"overloaded"}}\n\n'])
    assert b"overloaded" in tap.error


def test_edit_asks_for_usage_and_caps_the_output():
    body = b'{"model":"m","stream":true,"messages":[ ]}'
    edited = json.loads(through.edit(body, through.peek(body), "up", 50))
    assert edited == {
        "model": "up",
        "stream": True,
        "messages": [],
        "stream_options": {"include_usage": True},
        "max_tokens": 50,
    }


def test_edit_keeps_other_stream_options_away_only_when_usage_was_off():
    body = b'{"model":"m","stream":true,"stream_options":{"include_usage":false}}'
    assert json.loads(through.edit(body, through.peek(body), "m", None))["stream_options"] == {
        "include_usage": True
    }


def test_edit_touches_nothing_when_nothing_needs_it():
    body = b'{"model":"m", "messages":[]}'
    assert through.edit(body, through.peek(body), "m", None) is body


def test_peek_reads_caps_and_choices():
    body = b'{"model":"m","max_tokens":5,"max_completion_tokens":7,"n":2,"messages":[]}'
    peek = through.peek(body)
    assert (peek.max_output_tokens, peek.answers, peek.stream) == (7, 2, False)


def test_media_are_noticed():
    assert through.has_media(b'{"messages":[{"content":[{"type":"image_url"}]}]}')
    assert not through.has_media(b'{"messages":[{"content":"an image_url"}]}')


def test_whole_usage():
    assert through.whole_usage(json.dumps({"usage": USAGE}).encode()) == Usage(9, 3, 4, 2)
    assert through.whole_usage(b'{"id":"x"}') is None
    assert through.whole_usage(b'{"usage":{}}') is None
    for bad in (b"not json", b"", b"[]", b"\xff{}", b"[" * 5000, b'{"error":{"message":"no"}}'):
        with pytest.raises(UpstreamError):
            through.whole_usage(bad)


def test_error_event_is_one_event():
    assert through.error_event(b"{}") == b"data: {}\n\n"


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
@pytest.mark.parametrize("value", [0, -5])
def test_a_cap_below_one_is_for_the_upstream_to_judge(field, value):
    body = json.dumps({"model": "m", field: value}).encode()
    peek = through.peek(body)
    assert peek.max_output_tokens == 0
    assert through.edit(body, peek, "m", None) == body
    other = {"max_tokens": 7, "max_completion_tokens": 7, field: value}
    assert through.peek(json.dumps({"model": "m", **other}).encode()).max_output_tokens == 7


def test_the_cap_that_is_put_in_wins_over_null_and_has_the_models_name_for_it():
    body = b'{"model":"m","max_tokens":null}'
    assert json.loads(through.edit(body, through.peek(body), "gpt-4o", 9))["max_tokens"] == 9
    assert through.edit(body, through.peek(body), "gpt-4o", 9).count(b"max_tokens") == 1
    assert (
        json.loads(through.edit(body, through.peek(body), "gpt-5", 9))["max_completion_tokens"] == 9
    )


def parts(text, **more):
    """As Mistral's models reason."""
    thinking = [{"type": "text", "text": text}]
    content = [{"type": "thinking", "thinking": thinking}]
    return chunk(choices=[{"index": 0, "delta": {"content": content}, **more}])


def test_content_in_parts_is_counted_like_text():
    tap = through.tap(through.peek(b'{"model":"m","stream":true}'))
    stream = [parts("a", finish_reason=None), parts("b"), parts("c", finish_reason=None)]
    assert feed(tap, stream) == b"".join(stream)
    assert tap.tokens == 3
    tap.feed(chunk(choices=[{"index": 0, "delta": {"content": []}}]))
    assert tap.tokens == 3
    assert not tap.complete()
    tap.feed(parts("d", finish_reason="stop"))
    assert tap.tokens == 4
    assert tap.complete()


@pytest.mark.parametrize(
    "choices",
    [
        [{"index": 0, "delta": {"content": {"text": "a"}}, "finish_reason": None}],
        [{"delta": {"content": "a", "reasoning": ["b"]}}],
        [{"delta": "a", "finish_reason": None}],
        {"delta": {"content": "a"}},
        ["a"],
    ],
)
def test_a_choice_that_cannot_be_read_counts_as_content(choices):
    tap = through.tap(through.peek(b'{"model":"m","stream":true}'))
    raw = chunk(choices=choices)
    assert tap.feed(raw) == raw
    assert tap.tokens == 1
    assert not tap.error
    assert not tap.complete()


def test_what_stands_beside_a_choice_that_cannot_be_read_is_read():
    tap = through.tap(through.peek(b'{"model":"m","stream":true}'))
    choices = [{"delta": {"content": 5}, "finish_reason": "stop"}]
    raw = chunk(choices=choices, usage={**USAGE, "completion_tokens": 3.0}, error={"code": 5})
    assert tap.feed(raw) == raw
    assert tap.usage == Usage(9, 3, 4, 2)
    assert tap.complete()
    assert json.loads(tap.error) == {"code": 5}


def test_an_odd_chunk_without_choices_holds_no_content():
    tap = through.tap(through.peek(b'{"model":"m","stream":true}'))
    tap.feed(chunk(choices=None, usage="none", error=None) + b"data: hello\n\n")
    assert (tap.tokens, tap.usage, tap.error) == (0, None, b"")
