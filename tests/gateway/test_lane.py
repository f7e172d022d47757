import pytest

from support.gateway import PRICE, deployment
from vanguard.core.errors import GuardUnavailable, ModelNotFound, UnboundedCost, UnsupportedFeature
from vanguard.core.policy import Policy
from vanguard.gateway.lane import Place, make_lane
from vanguard.gateway.metrics import ModelMeter
from vanguard.guardrails.regex_policy import CompiledPolicy
from vanguard.snapshot.model import Key, Model

KEY = Key("key", "hash", "ada", ("key",), "org", "team", "user", policies=("out",))
MODEL = Model("m", "chat", ("m/0", "m/1"), policies=("in",))
IN = CompiledPolicy(Policy("in", (), on_input=True, on_output=False))
OUT = CompiledPolicy(Policy("out", (), on_input=False, on_output=True))
KNOWN = {"in": IN, "out": OUT}


def lane(*places, model=MODEL, known=KNOWN, operation="chat", attempts=3):
    return make_lane(KEY, model, places, known, Place(operation, attempts, ModelMeter()))


def place(name="m/0", **more):
    return deployment("http://127.0.0.1:1/v1", name=name, **more)


def test_attempts_repeat_what_is_able_up_to_the_bound():
    both = place(), place("m/1", reads_media=False)
    made = lane(*both)
    assert made.attempts == (*both, both[0])
    assert not made.reads_media
    assert lane(both[0]).reads_media


def test_policies_of_model_and_key_by_direction():
    made = lane(place())
    assert (made.on_input, made.on_output) == ((IN,), (OUT,))
    with pytest.raises(GuardUnavailable, match="'out'"):
        lane(place(), known={"in": IN})


def test_the_dearest_deployment_bounds_the_cost():
    cheap, dear = place(), place("m/1", price=PRICE)
    made = lane(cheap, dear)
    assert made.costs
    assert made.bound_usd_micros(1_000_000, 0) == 6_000_000  # the dearest kind of input
    assert made.bound_usd_micros(0, 1_000_000) == 15_000_000
    assert made.guess_usd_micros(1_000_000, 0) == 6_000_000
    unknown = lane(cheap, place("m/1", price=None))
    assert unknown.costs
    assert unknown.guess_usd_micros(1, 1) == 0
    with pytest.raises(UnboundedCost, match="'m/1'"):
        unknown.bound_usd_micros(1, 1)


def test_no_more_is_guessed_than_the_longest_answer():
    dear = place(price=PRICE, max_output_tokens=1_000, context_tokens=9_000)
    assert lane(dear).guess_usd_micros(0, 2**63) == 15_000
    assert lane(place(price=PRICE, context_tokens=9_000)).guess_usd_micros(0, 2**63) == 135_000
    assert lane(dear, place("m/1", price=PRICE)).guess_usd_micros(0, 2**63) == 3_000_000
    assert lane(dear).bound_usd_micros(0, 2_000) == 30_000


def test_pictures_count_by_the_longest_context():
    assert (
        lane(place(context_tokens=8_000), place("m/1", context_tokens=9_000)).media_tokens == 9_000
    )
    assert lane(place()).media_tokens == 200_000


def test_operations_and_kinds_that_do_not_fit():
    with pytest.raises(ModelNotFound, match="for chat, not for embedding"):
        lane(place(), operation="embeddings")
    assert lane(place(), operation="count_tokens").attempts == ()
    with pytest.raises(UnsupportedFeature, match="offers models"):
        lane(place(), operation="models")


GOES_ON = Model("m", "chat", ("m/0", "m/1"), policies=("in",), continuations=2)
PLAIN = Key("key", "hash", "ada", ("key",), "org", "team", "user")


def test_answers_are_carried_on_where_another_can_and_no_mask_is_in_between():
    def made(*places, key=PLAIN, model=GOES_ON, operation="chat"):
        where = Place(operation, 3, ModelMeter())
        return make_lane(key, model, places, KNOWN, where)

    able = place("m/1", continues="prefill")
    assert made(place(), able).continuations == 2
    assert made(place(), able).wraps
    for one in (
        made(able),
        made(place(), place("m/1")),
        made(place(), able, key=KEY),
        made(place(), able, model=MODEL),
        made(place(counts_tokens=True), able, operation="count_tokens"),
    ):
        assert one.continuations == 0
    assert not made(place(), place("m/1")).wraps
    assert made(place(), able, key=KEY).wraps
