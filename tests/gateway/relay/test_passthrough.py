import pytest

from support import bytes_of_providers as said
from vanguard.core.errors import RateLimited, UpstreamError, UpstreamTruncated
from vanguard.core.usage import Usage
from vanguard.dialects.passthrough.registry import PASS_THROUGHS
from vanguard.dialects.registry import DIALECTS
from vanguard.gateway.relay.passthrough import PassThroughRelay

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
    with pytest.raises(UpstreamError, match="overloaded_error"):
        relay("anthropic_messages").feed(said.ANTHROPIC_STREAM[0] + error)
    made = relay("anthropic_messages")
    made.feed(b"".join(said.ANTHROPIC_STREAM[:4]))
    assert made.feed(error) == error
    assert made.finish() == b""


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
