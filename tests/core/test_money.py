"""Money is exact: against fractions, at tier edges, and as a bound."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.core.money import Price, Rates, Tier, bound_usd_micros, ceilings, cost_usd_micros, usd
from vanguard.core.usage import Usage

SONNET = Rates(3_000_000, 15_000_000, 300_000, 3_750_000, 6_000_000)

rate = st.integers(0, 200_000_000)
tokens = st.integers(0, 5_000_000)
rates = st.builds(Rates, rate, rate, rate, rate, rate)
tiers = st.lists(st.tuples(st.integers(0, 2_000_000), rates), max_size=3).map(
    lambda pairs: tuple(Tier(above, kind) for above, kind in sorted(pairs, key=lambda p: p[0]))
)
prices = st.builds(
    Price, st.just("p"), st.just("1"), rates, tiers, request_usd_micros=st.integers(0, 10**7)
)


@st.composite
def usages(draw):
    """Usage whose cached parts lie within the input, as providers report it."""
    parts = draw(st.tuples(tokens, tokens, tokens, tokens))
    return Usage(
        input_tokens=sum(parts),
        output_tokens=draw(tokens),
        cache_read_tokens=parts[1],
        cache_write_tokens=parts[2],
        cache_write_1h_tokens=parts[3],
    )


def price(kind: Rates = SONNET, **other) -> Price:
    return Price("test:sonnet", "1", kind, **other)


def test_a_known_call():
    usage = Usage(
        input_tokens=10_000, output_tokens=500, cache_read_tokens=8_000, cache_write_tokens=1_000
    )
    # 1,000 plain at $3, 8,000 read at $0.30, 1,000 written at $3.75, 500 out at $15, per million
    assert cost_usd_micros(price(), usage) == 3_000 + 2_400 + 3_750 + 7_500


@given(prices, usages())
def test_cost_is_the_exact_sum_rounded_up_once(price, usage):
    kind = price.rates_for(usage.input_tokens)
    plain = (
        usage.input_tokens
        - usage.cache_read_tokens
        - usage.cache_write_tokens
        - usage.cache_write_1h_tokens
    )
    exact = sum(
        Fraction(count * per_million, 1_000_000)
        for count, per_million in (
            (plain, kind.input_usd_micros),
            (usage.output_tokens, kind.output_usd_micros),
            (usage.cache_read_tokens, kind.cache_read_usd_micros),
            (usage.cache_write_tokens, kind.cache_write_usd_micros),
            (usage.cache_write_1h_tokens, kind.cache_write_1h_usd_micros),
        )
    )
    assert cost_usd_micros(price, usage) == ceil(exact) + price.request_usd_micros


@given(prices, usages())
def test_no_call_costs_more_than_its_bound(price, usage):
    bound = bound_usd_micros(ceilings([price]), usage.input_tokens, usage.output_tokens)
    assert cost_usd_micros(price, usage) <= bound


@given(prices, usages(), tokens, tokens)
def test_the_bound_holds_for_any_shorter_call(price, usage, more_input, more_output):
    bound = bound_usd_micros(
        ceilings([price]), usage.input_tokens + more_input, usage.output_tokens + more_output
    )
    assert cost_usd_micros(price, usage) <= bound


@given(prices, usages())
def test_money_is_a_whole_number_and_never_negative(price, usage):
    cost = cost_usd_micros(price, usage)
    assert type(cost) is int
    assert cost >= 0


def test_a_cache_larger_than_the_input_is_no_refund():
    odd = Usage(input_tokens=10, cache_read_tokens=1_000)
    assert cost_usd_micros(price(), odd) == 300


def test_a_tier_begins_above_its_threshold_and_prices_the_whole_request():
    dear = Rates(6_000_000, 22_500_000, 600_000, 7_500_000, 12_000_000)
    tiered = price(tiers=(Tier(200_000, dear),))
    assert tiered.rates_for(200_000) is tiered.rates
    assert tiered.rates_for(200_001) is dear
    assert cost_usd_micros(tiered, Usage(input_tokens=200_000)) == 600_000
    assert cost_usd_micros(tiered, Usage(input_tokens=200_001)) == 1_200_006


def test_the_highest_tier_exceeded_applies():
    first, second = Rates(1, 1, 1, 1, 1), Rates(2, 2, 2, 2, 2)
    tiered = price(tiers=(Tier(100, first), Tier(1_000, second)))
    assert tiered.rates_for(500) is first
    assert tiered.rates_for(5_000) is second


def test_one_token_of_a_cheap_model_is_not_free():
    assert cost_usd_micros(price(Rates(1, 1, 1, 1, 1)), Usage(input_tokens=1)) == 1


def test_a_price_of_zero_is_zero():
    free = price(Rates(0, 0, 0, 0, 0))
    assert cost_usd_micros(free, Usage(input_tokens=10**9, output_tokens=10**9)) == 0
    assert bound_usd_micros(ceilings([free]), 10**9, 10**9) == 0


def test_a_fee_for_the_request_is_added_once():
    assert cost_usd_micros(price(request_usd_micros=7), Usage()) == 7
    assert bound_usd_micros(ceilings([price(request_usd_micros=7)]), 0, 0) == 7


@pytest.mark.parametrize(
    ("micros", "shown"),
    [
        (0, "$0.00"),
        (1, "$0.000001"),
        (420, "$0.000420"),
        (1_250_000, "$1.25"),
        (1_234_567_890_000, "$1,234,567.89"),
        (-1_500_000, "-$1.50"),
        (999_999, "$0.999999"),
    ],
)
def test_money_for_people(micros, shown):
    assert usd(micros) == shown


@given(st.integers(-(10**15), 10**15))
def test_money_for_people_loses_nothing(micros):
    shown = usd(micros)
    assert Fraction(shown.replace("$", "").replace(",", "")) * 1_000_000 == micros
