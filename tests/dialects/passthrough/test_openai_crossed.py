"""What limits must know of a body of the responses API that came to the chat's path."""

from __future__ import annotations

import json

import pytest

from vanguard.dialects.passthrough.openai_chat import OpenAIChatPassThrough
from vanguard.dialects.passthrough.registry import PASS_THROUGHS

CROSSED = PASS_THROUGHS["openai_crossed"]


@pytest.mark.parametrize(
    ("body", "crossed"),
    [
        ({"messages": [{"role": "user", "content": "x"}]}, False),
        ({"input": "x"}, True),
        ({"input": [], "messages": []}, True),
        ({"input": "x", "messages": None}, True),
        # whoever sends both is taken at his path's word
        ({"input": "x", "messages": [{"role": "user", "content": "x"}]}, False),
        ({}, False),
    ],
)
def test_such_a_body_is_told_by_its_fields(body: dict, crossed: bool) -> None:
    peek = OpenAIChatPassThrough().peek(json.dumps({"model": "m", **body}).encode())
    assert peek.crossed is crossed


def test_its_cap_is_that_of_responses_and_its_errors_are_those_of_chat() -> None:
    peek = CROSSED.peek(b'{"model":"m","input":"x","stream":true,"max_output_tokens":7}')
    assert (peek.model, peek.stream, peek.max_output_tokens) == ("m", True, 7)
    assert CROSSED.error_event(b"{}") == b"data: {}\n\n"
    tap = CROSSED.tap(peek)
    tap.feed(b'data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}\n\n')
    assert (tap.tokens, tap.complete()) == (1, True)
