"""Prices: the flattened figure equals the list's own calculation; the unknown stays unknown."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.control.prices import (
    FREE,
    ModelFacts,
    list_of_url,
    listed_price,
    model_facts,
    operator_price,
)
from vanguard.core.money import Price, Rates, ceilings, cost_usd_micros
from vanguard.core.settings.tree import PriceSettings
from vanguard.core.usage import Media, Usage

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def listed(list_id: str, model: str, *, embedding: bool = False) -> Price:
    price = listed_price(list_id, model, embedding=embedding, at=AT)
    assert price is not None
    return price


def test_a_price_names_its_source_and_version() -> None:
    price = listed("anthropic", "claude-sonnet-4-5")
    assert price.id == "genai-prices:anthropic/claude-sonnet-4-5"
    assert price.version[0].isdigit()


def test_tiers_and_cache_kinds_are_taken_over() -> None:
    price = listed("anthropic", "claude-sonnet-4-5")
    assert price.rates == Rates(3_000_000, 15_000_000, 300_000, 3_750_000, 6_000_000)
    (tier,) = price.tiers
    assert tier.above_input_tokens == 200_000
    assert tier.rates == Rates(6_000_000, 22_500_000, 600_000, 7_500_000, 12_000_000)


def test_cache_kinds_that_are_not_listed_cost_what_input_costs() -> None:
    rates = listed("groq", "llama-3.3-70b-versatile").rates
    assert rates == Rates(590_000, 790_000, 590_000, 590_000, 590_000)


@pytest.mark.parametrize(
    ("list_id", "model"),
    [("openai", "no-such-model"), ("no-such-list", "gpt-4o"), ("openai", "")],
)
def test_what_no_list_names_is_unknown(list_id: str, model: str) -> None:
    assert listed_price(list_id, model, embedding=False) is None


def test_a_model_without_an_output_price_is_unknown_unless_it_embeds() -> None:
    assert listed_price("openai", "text-embedding-3-small", embedding=False, at=AT) is None
    assert listed("openai", "text-embedding-3-small", embedding=True).rates.output_usd_micros == 0


@given(
    model=st.sampled_from(
        [
            ("anthropic", "claude-sonnet-4-5"),
            ("anthropic", "claude-opus-4-5"),
            ("openai", "gpt-4o"),
            ("openai", "gpt-5.4"),
            ("google", "gemini-2.5-pro"),
            ("deepseek", "deepseek-chat"),
            ("groq", "llama-3.3-70b-versatile"),
        ]
    ),
    plain=st.integers(0, 400_000),
    output=st.integers(0, 100_000),
    read=st.integers(0, 300_000),
    write=st.integers(0, 100_000),
)
def test_our_arithmetic_equals_the_lists(
    model: tuple[str, str], plain: int, output: int, read: int, write: int
) -> None:
    import genai_prices

    list_id, name = model
    writes = write if list_id == "anthropic" else 0  # who else lists a rate for writing
    reads = 0 if list_id == "groq" else read
    total = plain + reads + writes
    theirs = genai_prices.calc_price(
        genai_prices.Usage(
            input_tokens=total,
            output_tokens=output,
            cache_read_tokens=reads,
            cache_write_tokens=writes,
        ),
        name,
        provider_id=list_id,
        genai_request_timestamp=AT,
    ).total_price
    ours = cost_usd_micros(
        listed(list_id, name),
        Usage(
            input_tokens=total,
            output_tokens=output,
            cache_read_tokens=reads,
            cache_write_tokens=writes,
        ),
    )
    assert ours == math.ceil(theirs * 1_000_000)


@pytest.mark.parametrize(
    ("list_id", "model", "usage", "micros"),
    [
        ("openai", "gpt-audio", Usage(1000, 500), 7_500),
        ("openai", "gpt-audio", Usage(1000, 500, media=Media(1000, output_audio_tokens=500)), 64_000),
        # the list knows no price of its own for audio that was cached
        ("openai", "gpt-audio", Usage(1000, 0, 400, media=Media(1000, 0, 0, 400)), 32_000),
        ("google", "gemini-2.5-flash-image", Usage(10, 1290), 3_228),
        ("google", "gemini-2.5-flash-image", Usage(10, 1290, media=Media(output_image_tokens=1290)),
         38_703),
        ("google", "gemini-2.5-flash", Usage(1000, 100, 500, media=Media(800, 0, 0, 400)),
         400 + 40 + 30 + 3 + 250),
        # a picture that has no price of its own costs what text does
        ("google", "gemini-2.5-flash", Usage(1000, 100, media=Media(0, 1000)), 550),
    ],
)  # fmt: skip
def test_what_is_no_text_costs_what_the_list_says(
    list_id: str, model: str, usage: Usage, micros: int
) -> None:
    assert cost_usd_micros(listed(list_id, model), usage) == micros


def test_a_bound_is_that_of_the_dearest_kind() -> None:
    (ceiling,) = ceilings([listed("openai", "gpt-audio")])
    assert ceiling == (32_000_000, 64_000_000, 0)
    assert listed("openai", "gpt-4o").rates.media is None


@given(
    model=st.sampled_from(["gpt-realtime", "gpt-4o-mini-realtime-preview"]),
    fresh=st.tuples(*[st.integers(0, 100_000)] * 2),
    cached=st.tuples(*[st.integers(0, 100_000)] * 2),
    made=st.tuples(*[st.integers(0, 100_000)] * 2),
)
def test_our_arithmetic_of_audio_equals_the_lists(
    model: str, fresh: tuple[int, int], cached: tuple[int, int], made: tuple[int, int]
) -> None:
    import genai_prices

    counts = {
        "input_tokens": sum(fresh) + sum(cached),
        "output_tokens": sum(made),
        "cache_read_tokens": sum(cached),
    }
    theirs = genai_prices.calc_price(
        genai_prices.Usage(
            **counts,
            input_audio_tokens=fresh[1] + cached[1],
            cache_audio_read_tokens=cached[1],
            output_audio_tokens=made[1],
        ),
        model,
        provider_id="openai",
        genai_request_timestamp=AT,
    ).total_price
    media = Media(
        input_audio_tokens=fresh[1] + cached[1],
        cached_audio_tokens=cached[1],
        output_audio_tokens=made[1],
    )
    ours = cost_usd_micros(listed("openai", model), Usage(**counts, media=media))
    assert ours == math.ceil(theirs * 1_000_000)


def test_every_listed_price_can_be_flattened() -> None:
    from genai_prices.data import providers

    flattened = 0
    for provider in providers:
        for model in provider.models:
            price = listed_price(provider.id, model.id, embedding=False, at=AT)
            if price is not None:
                flattened += 1
                starts = [tier.above_input_tokens for tier in price.tiers]
                assert starts == sorted(set(starts))
    assert flattened > 1_500


def test_an_operators_price() -> None:
    price = operator_price(PriceSettings(input=0.15, output=0.6, request=0.001), "m/0-x")
    assert price.id == "operator:m/0-x"
    assert price.rates == Rates(150_000, 600_000, 150_000, 150_000, 150_000)
    assert price.request_usd_micros == 1_000
    cached = PriceSettings(input=3, output=15, cache_read=0.3, cache_write=3.75)
    assert operator_price(cached, "m").rates == Rates(
        3_000_000, 15_000_000, 300_000, 3_750_000, 3_750_000
    )


def test_the_version_of_an_operators_price_changes_with_its_figures() -> None:
    one = operator_price(PriceSettings(input=1), "m").version
    assert operator_price(PriceSettings(input=1), "m").version == one
    assert operator_price(PriceSettings(input=1, request=0.5), "m").version != one
    assert operator_price(PriceSettings(input=1.000001), "m").version != one


def test_free_is_zero_and_says_so() -> None:
    assert FREE.id == "operator:free"
    assert cost_usd_micros(FREE, Usage(input_tokens=10**9, output_tokens=10**9)) == 0


def test_addresses_that_a_list_knows() -> None:
    assert list_of_url("https://api.groq.com/openai/v1") == "groq"
    assert list_of_url("http://10.0.0.7:8000/v1") == ""


def test_lengths() -> None:
    facts = model_facts("anthropic", "claude-sonnet-4-5")
    assert facts.context_tokens >= 200_000
    assert facts.max_output_tokens >= 32_000
    assert model_facts("anthropic", "no-such") == ModelFacts(0, 0)
    assert model_facts("no-such", "x") == ModelFacts(0, 0)
