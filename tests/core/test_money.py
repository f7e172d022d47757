"""Money is exact: against fractions, at tier edges, and as a bound."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.core.journal import MOST_USD_MICROS
from vanguard.core.money import (
    MediaRates,
    Price,
    Rates,
    Tier,
    bound_usd_micros,
    ceilings,
    cost_usd_micros,
    usd,
)
from vanguard.core.usage import Media, Usage

SONNET = Rates(3_000_000, 15_000_000, 300_000, 3_750_000, 6_000_000)

rate = st.integers(0, 200_000_000)
tokens = st.integers(0, 5_000_000)
media_rates = st.builds(MediaRates, *[rate] * 9)
rates = st.builds(Rates, *[rate] * 5)
rates_of_media = st.builds(Rates, *[rate] * 5, media=media_rates)
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


def test_nothing_costs_more_than_can_be_written_and_summed():
    dear = Rates(*[10**30] * 5, MediaRates(*[10**30] * 9))
    for usage in (Usage(5, 5), Usage(5, 5, media=Media(input_audio_tokens=5))):
        assert cost_usd_micros(price(dear), usage) == MOST_USD_MICROS
    assert bound_usd_micros(ceilings([price(dear)]), 5, 5) == MOST_USD_MICROS
    assert cost_usd_micros(price(request_usd_micros=MOST_USD_MICROS - 1), Usage()) < MOST_USD_MICROS


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


@st.composite
def media_usages(draw):
    """Usage of which each kind lies within what it is a part of."""
    fresh, cached, made = (draw(st.tuples(*[tokens] * 4)) for _ in range(3))
    written = draw(tokens)
    usage = Usage(
        input_tokens=sum(fresh) + sum(cached) + written,
        output_tokens=sum(made),
        cache_read_tokens=sum(cached),
        cache_write_tokens=written,
        media=Media(
            *(new + old for new, old in zip(fresh[1:], cached[1:], strict=True)),
            *cached[1:],
            *made[1:],
        ),
    )
    return usage, fresh, cached, made, written


@given(rates_of_media, media_usages())
def test_each_kind_costs_its_own_rate(kind, drawn):
    usage, fresh, cached, made, written = drawn
    own = kind.media
    exact = sum(
        Fraction(count * per_million, 1_000_000)
        for counts, per_millions in (
            (fresh, (kind.input_usd_micros, own.input_audio_usd_micros,
                     own.input_image_usd_micros, own.input_video_usd_micros)),
            (cached, (kind.cache_read_usd_micros, own.cached_audio_usd_micros,
                      own.cached_image_usd_micros, own.cached_video_usd_micros)),
            (made, (kind.output_usd_micros, own.output_audio_usd_micros,
                    own.output_image_usd_micros, own.output_video_usd_micros)),
            ((written,), (kind.cache_write_usd_micros,)),
        )
        for count, per_million in zip(counts, per_millions, strict=True)
    )  # fmt: skip
    assert cost_usd_micros(price(kind), usage) == ceil(exact)


@given(rates_of_media, usages(), st.builds(Media, *[tokens] * 9))
def test_whatever_is_told_of_media_a_call_costs_no_more_than_its_bound(kind, usage, media):
    told = msgspec.structs.replace(usage, media=media)
    bound = bound_usd_micros(ceilings([price(kind)]), usage.input_tokens, usage.output_tokens)
    assert 0 <= cost_usd_micros(price(kind), told) <= bound


@given(prices, usages(), st.builds(Media, *[tokens] * 9))
def test_media_without_rates_of_its_own_costs_what_text_does(price, usage, media):
    told = msgspec.structs.replace(usage, media=media)
    assert cost_usd_micros(price, told) == cost_usd_micros(price, usage)


def test_audio_of_which_nobody_says_what_was_cached():
    million = 1_000_000
    own = MediaRates(*(rate * million for rate in (10, 4, 4, 3, 1, 1, 8, 8, 8)))
    kind = Rates(4 * million, 8 * million, 1 * million, 4 * million, 4 * million, own)
    # 60 of 100 were read afresh, and 80 are audio: 20 of them came from the cache
    usage = Usage(100, cache_read_tokens=40, media=Media(input_audio_tokens=80))
    assert cost_usd_micros(price(kind), usage) == 60 * 10 + 20 * 3 + 20 * 1


def test_rates_of_another_version_can_be_read():
    """A snapshot may have been written before there were any of media, or be read by who knows none."""

    class Earlier(msgspec.Struct):
        input_usd_micros: int

    own = Rates(1, 2, 3, 4, 5, MediaRates(*range(9)))
    assert msgspec.json.decode(msgspec.json.encode(own), type=Rates) == own
    assert msgspec.json.decode(msgspec.json.encode(own), type=Earlier).input_usd_micros == 1
    assert b"media" not in msgspec.json.encode(SONNET)
    assert msgspec.json.decode(msgspec.json.encode(SONNET), type=Rates) == SONNET


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
