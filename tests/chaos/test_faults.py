"""What the scripted upstream chooses, and the bytes that it says."""

import json
from collections import Counter

import pytest

from support.chaos.faults import FAULTS, LONG_FAULTS, WILD, Wish, plan_for
from support.chaos.speech import Anthropic, OpenAI, told_by
from vanguard.dialects.passthrough.registry import PASS_THROUGHS


def wish(number=0, **more):
    fields = {"kind": "short", "bound": "none", "stream": True, "cap": 60, "text_bytes": 400}
    return Wish(nonce=f"plain.{number}", **{**fields, **more})


def drawn(**more):
    return Counter(plan_for(7, wish(number, **more), 0).fault for number in range(6_000))


def test_the_same_seed_does_the_same_and_another_attempt_something_of_its_own():
    plans = [plan_for(7, wish(number), 0) for number in range(200)]
    assert plans == [plan_for(7, wish(number), 0) for number in range(200)]
    assert plans != [plan_for(8, wish(number), 0) for number in range(200)]
    assert plans != [plan_for(7, wish(number), 1) for number in range(200)]


def test_every_fault_comes_where_it_can_and_nowhere_else():
    streamed, whole = drawn(), drawn(stream=False)
    assert set(streamed) | set(whole) == {*FAULTS, WILD}
    assert all(FAULTS[name].shape != "whole" for name in streamed if name != WILD)
    assert all(FAULTS[name].shape != "stream" for name in whole if name != WILD)
    assert set(drawn(kind="long")) == {"none", *LONG_FAULTS}
    assert set(drawn(kind="tidy")) == set(drawn(kind="held")) == {"none"}


def test_nothing_is_told_that_a_limit_could_not_hold():
    assert WILD not in drawn(bound="budget")
    assert "ignores the cap" in drawn(bound="budget")
    assert not {WILD, "ignores the cap"} & set(drawn(bound="tokens"))
    for number in range(2_000):
        plan = plan_for(7, wish(number, bound="budget", cap=9), 0)
        assert 0 <= plan.cached_tokens <= plan.input_tokens <= 100
        assert plan.events <= 9 or plan.fault == "ignores the cap"


@pytest.mark.parametrize(
    ("speech", "dialect"), [(OpenAI(), "openai_chat"), (Anthropic(), "anthropic_messages")]
)
def test_answers_mean_to_the_gateway_what_the_plan_says(speech, dialect):
    plan = plan_for(7, wish(kind="tidy"), 0)
    told = told_by(plan, plan.events)
    through = PASS_THROUGHS[dialect]
    peek = through.peek(json.dumps({"model": "m", "stream": True, "max_tokens": 9}).encode())
    tap = through.tap(peek)
    for event in [*speech.opening(plan, told), *[speech.word("w ")] * plan.events]:
        tap.feed(event)
    assert tap.tokens == plan.events
    for event in speech.closing(told):
        assert not tap.done
        tap.feed(event)
    assert tap.done
    for usage in (tap.usage, through.whole_usage(speech.whole("w", told))):
        assert usage is not None
        assert (usage.input_tokens, usage.output_tokens, usage.cache_read_tokens) == (
            plan.input_tokens,
            plan.events,
            plan.cached_tokens,
        )
    assert through.whole_usage(speech.whole("w", None)) is None
    failing = through.tap(peek)
    failing.feed(speech.error_event())
    assert failing.error
