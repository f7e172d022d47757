import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.core.usage import Usage
from vanguard.dialects.passthrough.anthropic_messages import AnthropicMessagesPassThrough

through = AnthropicMessagesPassThrough()


def event(kind, **fields):
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


START_USAGE = {
    "input_tokens": 10,
    "cache_read_input_tokens": 100,
    "cache_creation_input_tokens": 30,
    "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 10},
    "output_tokens": 1,
}
STREAM = [
    event("message_start", message={"id": "m", "usage": START_USAGE}),
    event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
    event("ping"),
    event("content_block_delta", index=0, delta={"type": "text_delta", "text": "hi message_stop"}),
    event("content_block_delta", index=0, delta={"type": "text_delta", "text": "!"}),
    event("content_block_stop", index=0),
    event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 12}),
    event("message_stop"),
]
COUNTS = {"input_tokens": 10, "output_tokens": 2}
EXPECTED = Usage(
    input_tokens=140,
    output_tokens=12,
    cache_read_tokens=100,
    cache_write_tokens=20,
    cache_write_1h_tokens=10,
)


@given(st.lists(st.integers(0, sum(map(len, STREAM))), max_size=10))
def test_every_split_passes_the_same_bytes_and_reads_the_same_usage(cuts):
    tap = through.tap(through.peek(b'{"model":"m","stream":true}'))
    whole = b"".join(STREAM)
    cuts = sorted(cuts)
    out = b"".join(
        tap.feed(whole[start:stop])
        for start, stop in zip([0, *cuts], [*cuts, len(whole)], strict=True)
    )
    assert out == whole
    assert tap.usage == EXPECTED
    assert tap.tokens == 2
    assert tap.complete()


def test_a_stream_without_its_stop_is_not_complete():
    tap = through.tap(through.peek(b'{"model":"m","stream":true}'))
    tap.feed(b"".join(STREAM[:-1]))
    assert not tap.complete()
    assert not tap.done


def test_an_in_band_error_is_seen():
    tap = through.tap(through.peek(b'{"model":"m","stream":true}'))
    tap.feed(event("error", error={"type": "overloaded_error", "message": "Overloaded"}))
    assert b"overloaded_error" in tap.error


def test_a_final_delta_may_repeat_all_counts():
    tap = through.tap(through.peek(b'{"model":"m","stream":true}'))
    tap.feed(STREAM[0])
    tap.feed(event("message_delta", delta={}, usage={**START_USAGE, "output_tokens": 12}))
    assert tap.usage == EXPECTED


def test_whole_usage_without_cache_details():
    body = json.dumps(
        {"usage": {"input_tokens": 5, "output_tokens": 2, "cache_creation_input_tokens": 7}}
    )
    assert through.whole_usage(body.encode()) == Usage(12, 2, cache_write_tokens=7)


def test_peek_and_edit():
    body = b'{"model":"claude","max_tokens":10,"stream":true,"messages":[]}'
    peek = through.peek(body)
    assert (peek.max_output_tokens, peek.stream, peek.wants_usage) == (10, True, True)
    assert through.edit(body, peek, "claude", None) is body
    assert json.loads(through.edit(body, peek, "other", None))["model"] == "other"
    assert json.loads(through.edit(b'{"model":"claude"}', peek, "claude", 9)) == {
        "model": "claude",
        "max_tokens": 9,
    }


def test_error_event_has_its_name():
    assert through.error_event(b"{}") == b"event: error\ndata: {}\n\n"


@pytest.mark.parametrize("value", [0, -5])
def test_a_cap_below_one_is_for_the_upstream_to_judge(value):
    """0 fills the prompt cache and answers nothing."""
    body = b'{"model":"m","max_tokens":%d}' % value
    peek = through.peek(body)
    assert peek.max_output_tokens == 0
    assert through.edit(body, peek, "m", None) == body


def test_a_compaction_is_charged_whole_and_streamed():
    runs = [{"type": "compaction", "input_tokens": 180, "output_tokens": 35}, COUNTS]
    body = json.dumps({"type": "message", "usage": {**COUNTS, "iterations": runs}})
    assert through.whole_usage(body.encode()) == Usage(190, 37)
    tap = through.tap(through.peek(b'{"model":"m","stream":true}'))
    tap.feed(event("message_start", message={"usage": {"input_tokens": 10, "output_tokens": 1}}))
    tap.feed(event("message_delta", delta={}, usage={"output_tokens": 2, "iterations": runs}))
    assert tap.usage == Usage(190, 37)


@pytest.mark.parametrize(
    ("body", "media", "open_ended"),
    [
        (b'{"context_management":{"edits":[{"type":"compact_20260112"}]}}', False, True),
        (b'{"context_management":{"edits":[{"type":"clear_thinking_20251015"}]}}', False, False),
        (b'{"context_management":{"edits":[{"type":"\\u0063ompact_20260112"}]}}', True, True),
        (b'{"messages":[{"content":"make it compact_"}]}', False, False),
        (b'{"messages":[{"content":[{"type":"image"}]}]}', True, True),
    ],
)
def test_what_is_read_beyond_the_body(body, media, open_ended):
    assert through.has_media(body) is media
    assert through.is_open_ended(body) is open_ended
