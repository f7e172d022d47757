"""The one arithmetic of money: integer micro-dollars (1 USD = 1,000,000).

It does not know where prices come from; it never guesses one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from vanguard.core.journal import MOST_USD_MICROS
from vanguard.core.usage import Media, Usage

MICROS_PER_USD = 1_000_000
_TOKENS_PER_RATE = 1_000_000


class MediaRates(msgspec.Struct, frozen=True):
    """Micro-dollars for a million tokens that are not text; each is set, if to the text's."""

    input_audio_usd_micros: int
    input_image_usd_micros: int
    input_video_usd_micros: int
    cached_audio_usd_micros: int
    cached_image_usd_micros: int
    cached_video_usd_micros: int
    output_audio_usd_micros: int
    output_image_usd_micros: int
    output_video_usd_micros: int


class Rates(msgspec.Struct, frozen=True, omit_defaults=True):
    """Micro-dollars for a million tokens of each kind.

    Cache rates that a provider does not publish are set by whoever makes the price, never here.

    Attributes:
        media: where what is no text has a price of its own; None where it costs what text does.
    """

    input_usd_micros: int
    output_usd_micros: int
    cache_read_usd_micros: int
    cache_write_usd_micros: int
    cache_write_1h_usd_micros: int
    media: MediaRates | None = None


class Tier(msgspec.Struct, frozen=True):
    """Rates for requests whose whole input is longer than a threshold."""

    above_input_tokens: int
    rates: Rates


class Price(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one deployment costs.

    Attributes:
        id: where the price comes from, such as `genai-prices:anthropic/claude-sonnet-4-5`.
        version: version of that source, kept on every usage record.
        rates: rates of the first tier.
        tiers: further tiers by rising threshold; the last one exceeded prices the whole request.
        request_usd_micros: charged for each request besides its tokens.
    """

    id: str
    version: str
    rates: Rates
    tiers: tuple[Tier, ...] = ()
    request_usd_micros: int = 0

    def rates_for(self, input_tokens: int) -> Rates:
        """The rates that apply to a whole request with that many input tokens."""
        rates = self.rates
        for tier in self.tiers:
            if input_tokens > tier.above_input_tokens:
                rates = tier.rates
        return rates


def cost_usd_micros(price: Price, usage: Usage) -> int:
    """What a call costs, rounded up once to a whole micro-dollar.

    At most what a journal's row holds, whatever an upstream says that it has used: the sums are sent in
    64 bits.
    """
    rates = price.rates_for(usage.input_tokens) if price.tiers else price.rates
    if usage.media is not None and rates.media is not None:
        total = _with_media(usage, rates, usage.media, rates.media)
        cost = -(-total // _TOKENS_PER_RATE) + price.request_usd_micros
        return cost if cost < MOST_USD_MICROS else MOST_USD_MICROS  # noqa: FURB136 - as below
    read, short, long = (
        usage.cache_read_tokens,
        usage.cache_write_tokens,
        usage.cache_write_1h_tokens,
    )
    fresh, total = usage.input_tokens, usage.output_tokens * rates.output_usd_micros
    if read or short or long:
        fresh = max(0, fresh - read - short - long)
        total += read * rates.cache_read_usd_micros
        total += short * rates.cache_write_usd_micros
        total += long * rates.cache_write_1h_usd_micros
    total += fresh * rates.input_usd_micros
    cost = -(-total // _TOKENS_PER_RATE) + price.request_usd_micros
    # on the way of every request: no call of min()
    return cost if cost < MOST_USD_MICROS else MOST_USD_MICROS  # noqa: FURB136


def _with_media(usage: Usage, rates: Rates, media: Media, apart: MediaRates) -> int:
    """The sum over all kinds, before it is rounded.

    What is no text is never more than there is in all. Where more of the input is told to be audio, say,
    than was read afresh, the rest of it came from the cache, told or not.
    """
    read, output = usage.cache_read_tokens, usage.output_tokens
    short, long = usage.cache_write_tokens, usage.cache_write_1h_tokens
    fresh = max(0, usage.input_tokens - read - short - long)
    total = short * rates.cache_write_usd_micros + long * rates.cache_write_1h_usd_micros
    for tokens, cached, input_usd_micros, cached_usd_micros in (
        (
            media.input_audio_tokens,
            media.cached_audio_tokens,
            apart.input_audio_usd_micros,
            apart.cached_audio_usd_micros,
        ),
        (
            media.input_image_tokens,
            media.cached_image_tokens,
            apart.input_image_usd_micros,
            apart.cached_image_usd_micros,
        ),
        (
            media.input_video_tokens,
            media.cached_video_tokens,
            apart.input_video_usd_micros,
            apart.cached_video_usd_micros,
        ),
    ):
        new = min(fresh, max(0, tokens - cached))
        old = min(read, max(tokens, cached) - new)
        fresh, read = fresh - new, read - old
        total += new * input_usd_micros + old * cached_usd_micros
    for tokens, output_usd_micros in (
        (media.output_audio_tokens, apart.output_audio_usd_micros),
        (media.output_image_tokens, apart.output_image_usd_micros),
        (media.output_video_tokens, apart.output_video_usd_micros),
    ):
        written = min(output, tokens)
        output -= written
        total += written * output_usd_micros
    total += fresh * rates.input_usd_micros + read * rates.cache_read_usd_micros
    return total + output * rates.output_usd_micros


class Ceiling(NamedTuple):
    """The dearest that a price can become in one of its tiers.

    Attributes:
        input_usd_micros: for a million input tokens, cached or not.
        output_usd_micros: for a million output tokens.
        request_usd_micros: for the request itself.
    """

    input_usd_micros: int
    output_usd_micros: int
    request_usd_micros: int


def ceilings(prices: Iterable[Price]) -> tuple[Ceiling, ...]:
    """The ceilings of several prices, each of them once."""
    found = {}
    for price in prices:
        for rates in (price.rates, *(tier.rates for tier in price.tiers)):
            read, written = _dearest(rates)
            found[Ceiling(read, written, price.request_usd_micros)] = True
    return tuple(found)


def _dearest(rates: Rates) -> tuple[int, int]:
    """Of input and of output, whatever they consist of."""
    read = [
        rates.input_usd_micros,
        rates.cache_read_usd_micros,
        rates.cache_write_usd_micros,
        rates.cache_write_1h_usd_micros,
    ]
    written = [rates.output_usd_micros]
    if rates.media is not None:
        for name in rates.media.__struct_fields__:
            kinds = written if name.startswith("output_") else read
            kinds.append(getattr(rates.media, name))
    return max(read), max(written)


def bound_usd_micros(ceilings: tuple[Ceiling, ...], input_tokens: int, output_tokens: int) -> int:
    """The most a call can cost when neither count is exceeded, whatever is cached or tiered; at most 2**53."""
    most = 0
    for input_usd_micros, output_usd_micros, request_usd_micros in ceilings:
        total = input_tokens * input_usd_micros + output_tokens * output_usd_micros
        cost = -(-total // _TOKENS_PER_RATE) + request_usd_micros
        if cost > most:  # noqa: PLR1730 - on the way of every request: no call of max()
            most = cost
    return most if most < MOST_USD_MICROS else MOST_USD_MICROS  # noqa: FURB136 - as above


def usd(micros: int) -> str:
    """Micro-dollars for people: `$1.25`, `$0.000420`."""
    sign = "-" if micros < 0 else ""
    whole, fraction = divmod(abs(micros), MICROS_PER_USD)
    digits = f"{fraction:06d}"
    return f"{sign}${whole:,}.{digits[:2] if digits[2:] == '0000' else digits}"
