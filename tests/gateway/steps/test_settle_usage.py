"""Whatever an upstream says it used: the journal has it, sane, at what core/money says it costs."""

import json
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.gateway import PRICE, deployment, snapshot
from support.sans_io import SansIO, chunked_answer, whole_answer
from vanguard.core.money import Price, Rates, Tier, cost_usd_micros
from vanguard.core.usage import Usage

TIERED = Price(
    "test:tiered",
    "1",
    PRICE.rates,
    (Tier(1_000, Rates(7, 11, 13, 17, 19)), Tier(50_000, Rates(1, 2, 3, 4, 5))),
    request_usd_micros=3,
)
MOST = 2**40 - 1
counts = st.integers(0, 200_000) | st.sampled_from([-1, -(10**9), MOST, MOST + 1, 10**30])
told = st.none() | counts


@pytest.fixture(scope="module")
def through(tmp_path_factory):
    made = {}

    def make(dialect, price):
        place = (dialect, price.id)
        if place not in made:
            one = deployment("http://127.0.0.1:9/v1", dialect=dialect, price=price)
            folder = tmp_path_factory.mktemp("sans-io")
            made[place] = SansIO(folder, snapshot([one]))
        return made[place]

    yield make
    for one in made.values():
        one.close()


def exact(price: Price, usage: Usage) -> int:
    """The bill by fractions, rounded up once."""
    rates = price.rates
    for tier in price.tiers:
        if usage.input_tokens > tier.above_input_tokens:
            rates = tier.rates
    cached = usage.cache_read_tokens + usage.cache_write_tokens + usage.cache_write_1h_tokens
    bill = Fraction(max(0, usage.input_tokens - cached) * rates.input_usd_micros, 10**6)
    bill += Fraction(usage.output_tokens * rates.output_usd_micros, 10**6)
    bill += Fraction(usage.cache_read_tokens * rates.cache_read_usd_micros, 10**6)
    bill += Fraction(usage.cache_write_tokens * rates.cache_write_usd_micros, 10**6)
    bill += Fraction(usage.cache_write_1h_tokens * rates.cache_write_1h_usd_micros, 10**6)
    return ceil(bill) + price.request_usd_micros


def sane(*found):
    return [min(max(one or 0, 0), MOST) for one in found]


def check(gateway, price, expected):
    settled = gateway.last()  # read back from the disk: within what readers accept
    assert settled.status == "ok"
    if expected is None:
        assert settled.usage.estimated
    else:
        assert settled.usage == expected
    assert settled.cost_usd_micros == exact(price, settled.usage)
    assert settled.cost_usd_micros == cost_usd_micros(price, settled.usage)
    assert not settled.price_unknown


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("price", [PRICE, TIERED], ids=lambda price: price.id)
@given(counted=st.tuples(told, told, told, told, told), details=st.booleans())
def test_openai(through, stream, price, counted, details):
    prompt, completion, cached, written, reasoning = counted
    usage = {"prompt_tokens": prompt, "completion_tokens": completion}
    if details:
        usage["prompt_tokens_details"] = {"cached_tokens": cached, "cache_write_tokens": written}
        usage["completion_tokens_details"] = {"reasoning_tokens": reasoning}
    else:
        cached = written = reasoning = None
    gateway = through("openai_chat", price)
    body = {"model": "m", "messages": [], "stream": stream}
    if stream:
        chunk = {"choices": [{"index": 0, "delta": {"content": "x"}, "finish_reason": "stop"}]}
        events = [chunk, {"choices": [], "usage": usage}]
        written_events = [b"data: " + json.dumps(one).encode() + b"\n\n" for one in events]
        answer = chunked_answer([*written_events, b"data: [DONE]\n\n"])
    else:
        answer = whole_answer(200, json.dumps({"choices": [], "usage": usage}).encode())
    gateway.play("/v1/chat/completions", json.dumps(body).encode(), [], answer, [])
    given_in, given_out, read, made, thought = sane(prompt, completion, cached, written, reasoning)
    expected = Usage(given_in, given_out, read, made, 0, thought)
    check(gateway, price, None if prompt is None and completion is None else expected)


@pytest.mark.parametrize("price", [PRICE, TIERED], ids=lambda price: price.id)
@given(counted=st.tuples(counts, counts, told, told, told), nested=st.booleans())
def test_anthropic(through, price, counted, nested):
    fresh, output, read, short, long = counted
    usage = {"input_tokens": fresh, "output_tokens": output, "cache_read_input_tokens": read}
    if nested:
        usage["cache_creation"] = {
            "ephemeral_5m_input_tokens": short,
            "ephemeral_1h_input_tokens": long,
        }
    else:
        usage["cache_creation_input_tokens"] = short
        short, long = max(0, short or 0), 0
    gateway = through("anthropic_messages", price)
    answer = whole_answer(200, json.dumps({"type": "message", "usage": usage}).encode())
    gateway.play("/v1/messages", b'{"model":"m","messages":[]}', [], answer, [])
    whole = fresh + (read or 0) + (short or 0) + (long or 0)
    expected = Usage(*sane(whole, output, read, short, long))
    check(gateway, price, expected)
