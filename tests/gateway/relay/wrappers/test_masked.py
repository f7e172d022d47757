import pytest

from support import bytes_of_providers as said
from vanguard.core.errors import ContentBlocked
from vanguard.core.policy import Policy, Rule
from vanguard.dialects.passthrough.registry import PASS_THROUGHS
from vanguard.dialects.registry import DIALECTS
from vanguard.dialects.text.registry import TEXT_SLOTS
from vanguard.gateway.relay.passthrough import PassThroughRelay
from vanguard.gateway.relay.wrappers.masked import MaskedRelay
from vanguard.guardrails.regex_policy import CompiledPolicy, check
from vanguard.guardrails.stream import StreamMask

STREAMS = {"openai_chat": said.OPENAI_STREAM, "anthropic_messages": said.ANTHROPIC_STREAM}
BODY = b'{"model":"m","stream":true,"stream_options":{"include_usage":true}}'


def relay(dialect, rule):
    through = PASS_THROUGHS[dialect]
    inner = PassThroughRelay(DIALECTS[dialect], through, through.peek(BODY), BODY)
    policies = (CompiledPolicy(Policy("p", (rule,))),)
    return MaskedRelay(
        inner,
        TEXT_SLOTS[dialect],
        lambda: StreamMask(policies),
        lambda text: check(policies, text).text,
    )


@pytest.mark.parametrize("dialect", list(STREAMS))
@pytest.mark.parametrize("size", [1, 9, 10_000])
def test_a_match_over_two_events_is_masked_and_usage_still_read(dialect, size):
    made = relay(dialect, Rule("r", "lo th"))
    raw = b"".join(STREAMS[dialect])
    out = b"".join(made.feed(raw[at : at + size]) for at in range(0, len(raw), size))
    out += made.finish()
    assert b"Hel" in out
    assert b"[r]" in out
    assert b"Hello" not in out
    assert made.usage().output_tokens == 7
    assert made.done


@pytest.mark.parametrize("dialect", list(STREAMS))
def test_nothing_to_mask_changes_no_byte(dialect):
    made = relay(dialect, Rule("r", "zzz"))
    raw = b"".join(STREAMS[dialect])
    assert made.feed(raw) + made.finish() == raw


@pytest.mark.parametrize("dialect", list(STREAMS))
def test_after_a_block_it_reads_on_for_the_usage_alone(dialect):
    made = relay(dialect, Rule("r", "Hello", action="block"))
    events = STREAMS[dialect]
    at = next(index for index, event in enumerate(events) if b"Hello" in event)
    made.feed(b"".join(events[:at]))
    with pytest.raises(ContentBlocked):
        made.feed(b"".join(events[at:-2]))
    assert made.feed(b"".join(events[-2:])) == b""
    assert made.finish() == b""
    assert made.usage().output_tokens == 7
