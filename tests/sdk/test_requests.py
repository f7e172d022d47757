"""Bodies and queries."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from vanguard.core.errors import InvalidRequest
from vanguard.sdk.requests import chat_body, embed_body, key_body, usage_query
from vanguard.sdk.values import Message


def test_chat_options_stand_beside_the_messages_and_extra_wins() -> None:
    body = chat_body(
        [Message("tool", "42", tool_call_id="t")],
        "m",
        {"temperature": 0.5, "stop": ["x"], "extra": {"temperature": 1, "top_k": 3}},
        stream=False,
    )
    assert json.loads(body) == {
        "model": "m",
        "messages": [{"role": "tool", "content": "42", "tool_call_id": "t"}],
        "temperature": 1,
        "stop": ["x"],
        "top_k": 3,
    }


def test_several_answers_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="ask several times") as caught:
        chat_body("x", "m", {"extra": {"n": 2}}, stream=True)
    assert caught.value.param == "n"


def test_one_text_to_embed_is_a_list_of_one() -> None:
    assert json.loads(embed_body("a", "e"))["input"] == ["a"]


@pytest.mark.parametrize("amount", ["12.50", Decimal("12.50")])
def test_money_travels_as_its_digits(amount: str | Decimal) -> None:
    assert json.loads(key_body("k", {"budget_usd": amount})) == {
        "name": "k",
        "budget_usd": "12.50",
    }


@pytest.mark.parametrize("days", [float("nan"), float("inf"), float("-inf")])
def test_days_that_are_no_number_do_not_make_a_key_for_ever(days: float) -> None:
    with pytest.raises(InvalidRequest, match="expires_in_days"):
        key_body("k", {"expires_in_days": days})


def test_usage_query_leaves_out_what_is_empty() -> None:
    assert usage_query((), {"since": "", "key": "a"}) == {"key": "a"}
    assert usage_query("day", {"until": "2026-11-01"}) == {"group_by": "day", "to": "2026-11-01"}
