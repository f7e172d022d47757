import json

import pytest

from support import bytes_of_providers as said
from vanguard.core.errors import (
    RateLimited,
    UpstreamError,
    UpstreamOverloaded,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamTruncated,
    UpstreamUnavailable,
)
from vanguard.core.usage import Usage
from vanguard.dialects.passthrough.contract import Peek
from vanguard.dialects.passthrough.registry import PASS_THROUGHS
from vanguard.dialects.registry import DIALECTS
from vanguard.gateway.relay.passthrough import PassThroughRelay, error_in

STREAMS = {"openai_chat": said.OPENAI_STREAM, "anthropic_messages": said.ANTHROPIC_STREAM}
BOTH = pytest.mark.parametrize("dialect", list(STREAMS))


def relay(dialect, body=b'{"model":"m","stream":true,"stream_options":{"include_usage":true}}'):
    through = PASS_THROUGHS[dialect]
    return PassThroughRelay(DIALECTS[dialect], through, through.peek(body), body)


@BOTH
@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
def test_streams_are_the_same_bytes_and_tell_their_usage(dialect, size):
    raw = b"".join(STREAMS[dialect])
    made = relay(dialect)
    out = b"".join(made.feed(raw[at : at + size]) for at in range(0, len(raw), size))
    assert out + made.finish() == raw
    assert made.done
    assert made.usage().output_tokens == 7
    assert made.tokens == 2
    assert not made.losses
    assert made.stopped()


@BOTH
def test_a_stream_without_its_end_is_truncated(dialect):
    made = relay(dialect)
    made.feed(b"".join(STREAMS[dialect][:3]))
    assert not made.stopped()
    with pytest.raises(UpstreamTruncated):
        made.finish()


def test_an_error_before_the_first_token_lets_another_try_and_later_it_passes_through():
    error = said.anthropic_event("error", error=said.ANTHROPIC_OVERLOADED["error"])
    with pytest.raises(UpstreamOverloaded, match="Overloaded"):
        relay("anthropic_messages").feed(said.ANTHROPIC_STREAM[0] + error)
    made = relay("anthropic_messages")
    made.feed(b"".join(said.ANTHROPIC_STREAM[:4]))
    assert made.feed(error) == error
    assert made.finish() == b""


def sse(value):
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def claude(kind):
    return said.anthropic_event("error", error={"type": kind, "message": "words"})


def openai(**error):
    return sse({"error": {"message": "words", **error}})


def google(code, status):
    return sse({"error": {"code": code, "message": "words", "status": status}})


@pytest.mark.parametrize(
    ("dialect", "event", "kind"),
    [
        ("anthropic_messages", claude("overloaded_error"), UpstreamOverloaded),
        ("anthropic_messages", claude("rate_limit_error"), UpstreamRateLimited),
        ("anthropic_messages", claude("invalid_request_error"), UpstreamRejected),
        ("anthropic_messages", claude("api_error"), UpstreamError),
        ("openai_chat", openai(type="tokens", code="rate_limit_exceeded"), UpstreamRateLimited),
        ("openai_chat", openai(type="invalid_request_error"), UpstreamRejected),
        ("openai_chat", openai(type="server_error") + b"data: [DONE]\n\n", UpstreamError),
        ("google_generate", google(429, "RESOURCE_EXHAUSTED"), UpstreamRateLimited),
        ("google_generate", google(400, "INVALID_ARGUMENT"), UpstreamRejected),
        ("google_generate", google(503, "UNAVAILABLE"), UpstreamUnavailable),
        (
            "openai_responses",
            sse({"type": "error", "code": "rate_limit_exceeded", "message": "words"}),
            UpstreamRateLimited,
        ),
    ],
)
def test_an_error_before_the_first_token_keeps_its_kind(dialect, event, kind):
    made = PassThroughRelay(
        DIALECTS[dialect], PASS_THROUGHS[dialect], Peek("m", stream=True), b"{}"
    )
    with pytest.raises(UpstreamError, match="words") as caught:
        made.feed(event)
    assert type(caught.value) is kind
    assert caught.value.quotes


def test_what_no_reader_finds_an_error_in_is_a_failure():
    assert type(error_in(DIALECTS["openai_chat"], b": ping\n\n")) is UpstreamError


def test_whole_answers_are_untouched():
    made = relay("openai_chat", b'{"model":"m"}')
    body = b'{"usage":{"prompt_tokens":3,"completion_tokens":1}}'
    assert made.whole(body) is body
    assert made.usage() == Usage(3, 1)
    assert made.failure(400, b"words") == b"words"
    assert made.request_body() == b'{"model":"m"}'


@BOTH
def test_error_events_name_the_request(dialect):
    event = relay(dialect).error_event(RateLimited("later"), "req_9")
    assert event.endswith(b"\n\n")
    assert b"later" in event
