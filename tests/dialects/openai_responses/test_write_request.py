"""Conversations written as responses requests."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from vanguard.core.errors import UnsupportedFeature
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import (
    Cache,
    Conversation,
    Foreign,
    Message,
    OutputFormat,
    Reasoning,
    Sampling,
    Text,
    Tool,
    ToolChoice,
)
from vanguard.dialects.openai_responses.write_request import write_request

HI = (Message("user", (Text("hi"),)),)


def write(losses: Losses | None = None, model: str = "gpt-5", **fields: Any) -> dict[str, Any]:
    conversation = Conversation(model, HI, **fields)
    written: dict[str, Any] = msgspec.json.decode(
        write_request(conversation, losses or Losses(strict=True))
    )
    return written


def lost(**fields: Any) -> list[str]:
    losses = Losses()
    write(losses, **fields)
    return losses.names


def test_nothing_is_kept_and_reasoning_models_seal_their_reasoning() -> None:
    assert write() == {
        "model": "gpt-5",
        "input": [
            {
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": "hi"}],
            }
        ],
        "store": False,
        "include": ["reasoning.encrypted_content"],
    }
    # others refuse to be asked for it
    assert "include" not in write(model="gpt-4o")
    assert "include" not in write(model="gpt-5-chat-latest")


def test_instructions_stand_apart_and_their_markers_are_not_needed() -> None:
    system = (Text("one", Cache()), Text("two"))
    losses = Losses()
    assert write(losses, system=system)["instructions"] == "one\n\ntwo"
    assert losses.names == ["cache_control"]
    billing = (Foreign("anthropic_messages", "system[0]", msgspec.Raw(b"{}")),)
    assert lost(system=billing) == ["system[0]"]


@pytest.mark.parametrize(
    ("reasoning", "written"),
    [
        (Reasoning(), None),
        (Reasoning(effort="low"), {"effort": "low"}),
        (Reasoning("adaptive"), {"summary": "auto"}),
        (Reasoning("adaptive", effort="high", display="omitted"), {"effort": "high"}),
        (Reasoning(display="summarized"), {"summary": "auto"}),
    ],
)
def test_reasoning(reasoning: Reasoning, written: object) -> None:
    assert write(reasoning=reasoning).get("reasoning") == written


def test_forms_of_the_answer() -> None:
    assert write(output=OutputFormat("json_object"))["text"] == {"format": {"type": "json_object"}}
    schema = msgspec.Raw(b'{"type":"object"}')
    form = write(output=OutputFormat("json_schema", schema))["text"]["format"]
    assert form == {"type": "json_schema", "name": "answer", "schema": {"type": "object"}}


def test_tools_and_choice_go_together() -> None:
    choice = ToolChoice("named", "f", parallel=False)
    request = write(tools=(Tool("f"),), tool_choice=choice)
    assert request["tool_choice"] == {"type": "function", "name": "f"}
    assert request["parallel_tool_calls"] is False
    assert not {"tools", "tool_choice", "parallel_tool_calls"} & write(tool_choice=choice).keys()


def test_fields_that_both_of_openais_apis_have_are_carried() -> None:
    foreign = tuple(
        Foreign("openai_chat", name, msgspec.Raw(value))
        for name, value in (
            ("verbosity", b'"low"'),
            ("metadata", b'{"a":"b"}'),
            ("service_tier", b'"flex"'),
        )
    )
    request = write(foreign=foreign)
    assert request["text"] == {"verbosity": "low"}
    assert (request["metadata"], request["service_tier"]) == ({"a": "b"}, "flex")


def test_what_has_no_place_is_named() -> None:
    sampling = Sampling(temperature=1, top_k=5, seed=1, presence_penalty=0.5, frequency_penalty=0.5)
    assert lost(sampling=sampling, stop=("x",), cache=Cache()) == [
        "top_k",
        "seed",
        "presence_penalty",
        "frequency_penalty",
        "stop",
        "cache_control",
    ]
    assert lost(foreign=(Foreign("openai_chat", "logit_bias", msgspec.Raw(b"{}")),)) == [
        "logit_bias"
    ]
    assert lost(user="x" * 129) == ["metadata.user_id"]
    assert write(user="x" * 128)["safety_identifier"] == "x" * 128
    with pytest.raises(UnsupportedFeature):
        write(stop=("x",))
