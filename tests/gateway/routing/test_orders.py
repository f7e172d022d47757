from collections import Counter
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from support.gateway import deployment
from vanguard.core.money import Price, Rates
from vanguard.gateway.routing.orders import Candidate, put_in_order


def one(name, *, weight=1, price=(3, 15, 0.3), **more):
    rates = None
    if price is not None:
        micros = [int(usd * 1_000_000) for usd in price]
        rates = Price("p", "1", Rates(micros[0], micros[1], micros[2], micros[0], micros[0]))
    made = deployment("http://127.0.0.1:1/v1", name=name, weight=weight, price=rates)
    return Candidate(made, **more)


def first(policy, candidates, *, input_tokens=1_000, times=1, random=None):
    drawn = random or Random(7)
    return Counter(
        put_in_order(policy, candidates, input_tokens, drawn)[0].deployment.id for _ in range(times)
    )


def test_in_order_is_as_configured():
    places = [one("a"), one("b")]
    assert put_in_order("order", places, 1, Random(1)) == places


def test_weights_are_shares():
    shares = first("weighted", [one("a", weight=3), one("b"), one("c", weight=6)], times=5_000)
    assert abs(shares["a"] / 5_000 - 0.3) < 0.03
    assert abs(shares["b"] / 5_000 - 0.1) < 0.03


def test_fewest_tokens_in_flight_for_its_weight():
    busy, double, idle = one("a", tokens=100), one("b", tokens=150, weight=2), one("c", tokens=80)
    assert first("least_tokens", [busy, double, idle]) == {"b": 1}
    equal = first("least_tokens", [one("a"), one("b")], times=1_000)
    assert min(equal.values()) > 400


def test_the_sooner_of_two_and_the_unknown_is_tried():
    slow, fast = one("a", wait_s=2.0), one("b", wait_s=0.5)
    assert first("latency", [slow, fast], times=50) == {"b": 50}
    crowded = one("b", wait_s=0.5, requests=10)
    assert first("latency", [slow, crowded], times=50) == {"a": 50}
    assert first("latency", [slow, one("new")], times=50) == {"new": 50}
    # as good as the best until its first answer says otherwise: not everybody is sent there
    assert first("latency", [fast, one("new", requests=2)], times=50) == {"b": 50}
    asked, unasked = one("new", requests=1), one("newer")
    assert first("latency", [asked, unasked], times=50) == {"newer": 50}
    three = first("latency", [slow, fast, one("c", wait_s=0.6)], times=900)
    # of two at random the slowest is never the better, and the fastest is in two pairs of three
    assert set(three) == {"b", "c"}
    assert three["b"] > three["c"]


def test_the_cheapest_for_this_request_with_what_its_cache_holds():
    cheap, dear, unknown = one("a", price=(1, 5, 0.1)), one("b"), one("c", price=None)
    assert first("cheapest", [dear, unknown, cheap]) == {"a": 1}
    # a warm cache makes the dear one cheaper for a long prompt
    assert first("cheapest", [one("b", warm=1.0), unknown, cheap], input_tokens=100_000) == {"b": 1}
    order = put_in_order("cheapest", [unknown, dear], 1, Random(1))
    assert order[-1].deployment.id == "c"


@settings(max_examples=40)
@given(
    st.sampled_from(["order", "weighted", "least_tokens", "latency", "cheapest"]),
    st.lists(st.tuples(st.integers(1, 9), st.floats(0, 1), st.integers(0, 99)), max_size=6),
    st.integers(0, 10**6),
)
def test_nobody_is_lost_or_doubled(policy, kinds, seed):
    places = [
        one(f"d{index}", weight=weight, warm=warm, tokens=tokens, wait_s=float(tokens))
        for index, (weight, warm, tokens) in enumerate(kinds)
    ]
    order = put_in_order(policy, places, 1_000, Random(seed))
    assert len(order) == len(places)
    assert {id(made) for made in order} == {id(made) for made in places}
