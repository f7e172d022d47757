"""The policies by which deployments of equal standing are put in order.

It does not know health, quotas or caches: whoever is passed in may serve.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from vanguard.core.money import Price
from vanguard.snapshot.model import Deployment, RoutingPolicy

# nobody knows how long an answer will be: as long as most
_TYPICAL_OUTPUT_TOKENS = 500


class Candidate(NamedTuple):
    """A deployment that may serve, with what the policies look at.

    Attributes:
        warm: how much of the prompt it is believed to have in its cache, 0 to 1.
        requests, tokens: that it is busy with.
        wait_s: until an answer of this kind begins, as of late; 0 when that is not known.
    """

    deployment: Deployment
    warm: float = 0.0
    requests: int = 0
    tokens: int = 0
    wait_s: float = 0.0


def put_in_order(
    policy: RoutingPolicy, candidates: Sequence[Candidate], input_tokens: int, random: Random
) -> list[Candidate]:
    """The candidates, whoever should serve first.

    Args:
        policy: how to choose.
        candidates: in their configured order.
        input_tokens: of the request.
        random: draws where there is a choice between equals.
    """
    if policy == "order" or len(candidates) < 2:
        return list(candidates)
    mixed = _by_weight(candidates, random)
    if policy == "weighted":
        return mixed
    if policy == "latency":
        return _soonest_of_two(mixed)
    # sorting keeps the mixed order among equals
    return sorted(mixed, key=_keys(input_tokens)[policy])


def _keys(input_tokens: int) -> dict[RoutingPolicy, Callable[[Candidate], float]]:
    return {
        "least_tokens": lambda one: one.tokens / one.deployment.weight,
        "cheapest": lambda one: expected_usd_micros(one, input_tokens),
    }


def _by_weight(candidates: Sequence[Candidate], random: Random) -> list[Candidate]:
    """Drawn one after the other, each as likely as its weight says (Efraimidis and Spirakis, 2006)."""
    drawn = [(random.random() ** (1 / one.deployment.weight), one) for one in candidates]
    drawn.sort(key=lambda pair: pair[0], reverse=True)
    return [one for _, one in drawn]


def _soonest_of_two(mixed: list[Candidate]) -> list[Candidate]:
    """The better of two at random goes first, so that the best is not stormed by everybody.

    What is waiting there already counts as much as the wait itself (Mitzenmacher, 2001: the power of two
    choices). One that is not known yet is asked, and so becomes known, but by few before its first answer.
    """
    least_s = min((one.wait_s for one in mixed if one.wait_s), default=1.0)
    first, second = mixed[0], mixed[1]
    if _delay(second, least_s) < _delay(first, least_s):
        first, second = second, first
    return [first, second, *sorted(mixed[2:], key=lambda one: _delay(one, least_s))]


def _delay(candidate: Candidate, least_s: float) -> float:
    """What a request must expect to wait, in seconds and in company; where unknown, as of the best."""
    if not candidate.wait_s:
        return least_s * candidate.requests
    return candidate.wait_s * (1 + candidate.requests)


def expected_usd_micros(candidate: Candidate, input_tokens: int) -> float:
    """What the request may cost there, with what the cache holds at the cache's price; dear when unknown."""
    price = candidate.deployment.price
    if price is None:
        return float("inf")
    return _expected(price, input_tokens, candidate.warm)


def _expected(price: Price, input_tokens: int, warm: float) -> float:
    rates = price.rates_for(input_tokens)
    read = input_tokens * warm
    total = (input_tokens - read) * rates.input_usd_micros
    total += read * rates.cache_read_usd_micros
    total += _TYPICAL_OUTPUT_TOKENS * rates.output_usd_micros
    return total / 1_000_000 + price.request_usd_micros
