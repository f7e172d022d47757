"""The request for the rest of an answer."""

import json
from typing import Any

import pytest

from vanguard.dialects.continuing.request import going_on, may_go_on, told_to_go_on
from vanguard.dialects.registry import DIALECTS

USER = {"role": "user", "content": "hi"}
CHAT = {"model": "m", "messages": [USER]}


def may(dialect: str, **more: Any) -> bool:
    body = json.dumps({**CHAT, "max_tokens": 4096, **more}).encode()
    return may_go_on(DIALECTS[dialect].read_request(body))


TOOL = {"name": "f", "input_schema": {"type": "object"}}


@pytest.mark.parametrize(
    ("dialect", "more", "expected"),
    [
        ("openai_chat", {}, True),
        ("openai_chat", {"response_format": {"type": "text"}}, True),
        ("openai_chat", {"response_format": {"type": "json_object"}}, False),
        ("openai_chat", {"reasoning_effort": "none"}, True),
        ("openai_chat", {"reasoning_effort": "high"}, False),
        ("openai_chat", {"messages": [USER, {"role": "assistant", "content": "x"}]}, False),
        ("anthropic_messages", {}, True),
        ("anthropic_messages", {"tools": [TOOL], "tool_choice": {"type": "auto"}}, True),
        ("anthropic_messages", {"tools": [TOOL], "tool_choice": {"type": "any"}}, False),
        ("anthropic_messages", {"thinking": {"type": "disabled"}}, True),
        ("anthropic_messages", {"thinking": {"type": "adaptive"}}, False),
        ("anthropic_messages", {"thinking": {"type": "enabled", "budget_tokens": 1024}}, False),
    ],
)
def test_which_answers_are_plain_text(dialect: str, more: dict[str, Any], expected: bool) -> None:
    assert may(dialect, **more) is expected


def test_what_was_given_is_the_last_message_and_the_rest_stays_as_it_was() -> None:
    body = b'{"odd":1.0,"messages":[{"role":"user","content":"\\u00e9"}],"max_tokens":50}'
    assert going_on(body, "so f\u00e4r", 7) == (
        b'{"odd":1.0,"messages":[{"role":"user","content":"\\u00e9"},'
        b'{"role":"assistant","content":"so f\xc3\xa4r"}],"max_tokens":43}'
    )


@pytest.mark.parametrize(("cap", "left"), [(5, 1), (8, 1), (None, None)])
def test_caps_shrink_and_leave_something(cap: int | None, left: int | None) -> None:
    body = json.dumps({**CHAT, "max_completion_tokens": cap}).encode()
    assert json.loads(going_on(body, "x", 7))["max_completion_tokens"] == left


def test_servers_that_must_be_told() -> None:
    assert told_to_go_on(b'{"a":1,"add_generation_prompt":true}') == (
        b'{"a":1,"add_generation_prompt":false,"continue_final_message":true}'
    )
