"""Requests of OpenAI's responses."""

from __future__ import annotations

import contextlib
import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support import corpus
from vanguard.core.errors import InvalidRequest, UnsupportedFeature, VanguardError
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import Conversation, Message, OutputFormat, Reasoning, Text
from vanguard.dialects.openai_responses.read_request import read_request
from vanguard.dialects.registry import DIALECTS


def read(**fields: Any) -> Conversation:
    return read_request(json.dumps({"model": "m", "input": "hi", **fields}).encode())


def lost(**fields: Any) -> list[str]:
    return [one.path for one in read(**fields).foreign]


def test_text_is_one_message_of_the_user() -> None:
    conversation = read(instructions="be brief", stream=True, max_output_tokens=9)
    assert conversation.messages == (Message("user", (Text("hi"),)),)
    assert conversation.system == (Text("be brief"),)
    assert (conversation.stream, conversation.max_output_tokens) == (True, 9)


def test_reasoning_says_effort_and_whether_it_is_shown() -> None:
    assert read(reasoning={"effort": "low"}).reasoning == Reasoning(effort="low")
    shown = read(reasoning={"effort": None, "summary": "detailed"}).reasoning
    assert shown == Reasoning(display="summarized")
    with pytest.raises(InvalidRequest, match="effort"):
        read(reasoning={"effort": "vast"})


def test_forms_of_the_answer() -> None:
    assert read(text={"format": {"type": "text"}}).output == OutputFormat()
    assert read(text={"format": {"type": "json_object"}}).output.kind == "json_object"
    form = {"type": "json_schema", "name": "n", "schema": {"type": "object"}, "strict": True}
    output = read(text={"format": form}).output
    assert (output.kind, output.name, output.strict) == ("json_schema", "n", True)
    for broken in ({"type": "xml"}, {"type": "json_schema", "name": "n"}):
        with pytest.raises(InvalidRequest, match=r"text\.format"):
            read(text={"format": broken})


def test_what_only_openai_has_is_named_unless_it_says_nothing() -> None:
    assert lost(
        metadata={"a": "b"},
        truncation="auto",
        store=True,
        include=["reasoning.encrypted_content", "web_search_call.results"],
        text={"verbosity": "low"},
        reasoning={"mode": "pro"},
        brand_new=1,
    ) == [
        "brand_new",
        "metadata",
        "truncation",
        "text.verbosity",
        "reasoning.mode",
        "store",
        "include[web_search_call.results]",
    ]
    assert not lost(
        metadata={},
        truncation="disabled",
        store=False,
        include=["reasoning.encrypted_content"],
        text={"verbosity": "medium"},
        service_tier="auto",
        stream_options={"include_obfuscation": False},
        previous_response_id=None,
        prompt_cache_key=None,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("previous_response_id", "resp_1"), ("conversation", "conv_1"), ("prompt", {"id": "pmpt_1"})],
)
def test_what_rests_on_openais_memory_is_refused_and_told_what_to_do(
    name: str, value: object
) -> None:
    with pytest.raises(UnsupportedFeature, match="whole conversation") as caught:
        read(**{name: value})
    assert caught.value.param == name


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": None}, "input"),
        ({"input": []}, "input"),
        ({"input": ""}, "input"),
        ({"input": [{"role": "user"}]}, "input[0].content"),
        ({"input": [3]}, "input[0]"),
        ({"input": [{"type": "function_call", "name": "x"}]}, "input[0].arguments"),
        ({"input": [{"role": "wizard", "content": "x"}]}, "input[0].role"),
        ({"max_output_tokens": 0}, "max_output_tokens"),
        ({"temperature": "hot"}, "temperature"),
        ({"tool_choice": "maybe"}, "tool_choice"),
    ],
)
def test_a_malformed_request_names_its_field(fields: dict[str, Any], param: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read(**fields)
    assert caught.value.param == param


def test_what_is_no_text_is_refused_wherever_it_stands() -> None:
    body = b'{"model":"m","input":"hi","metadata":{"a":"\xff"}}'
    with pytest.raises(InvalidRequest, match="not valid JSON"):
        read_request(body)


ODD: list[object] = [None, 5, "x", [], {}, [{}], {"type": 5}, True, -1]
REQUESTS = [corpus.read(path) for path in corpus.cases("requests")]
OWN = [case["request"] for case in REQUESTS if case["dialect"] == "openai_responses"]


@settings(max_examples=max(10, settings.default.max_examples // 3))
@given(st.sampled_from(OWN), st.randoms(use_true_random=False))
def test_a_malformed_request_is_refused_and_nothing_else(request: object, rnd: Random) -> None:
    """Whatever is put in a place of a request, it is read, or refused with an error of the tree."""

    def bent(value: object, odds: float = 0.05) -> object:
        if rnd.random() < odds:
            return rnd.choice(ODD)
        if isinstance(value, dict):
            return {name: bent(one) for name, one in value.items()}
        return [bent(one) for one in value] if isinstance(value, list) else value

    for _ in range(10):
        body = json.dumps(bent(request, 0)).encode()
        try:
            conversation = read_request(body)
        except VanguardError:
            continue
        for dialect in DIALECTS.values():
            with contextlib.suppress(VanguardError):
                dialect.write_request(conversation, Losses())
