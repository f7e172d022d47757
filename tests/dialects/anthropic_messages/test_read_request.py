"""Anthropic requests as clients send them."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import Raw

from vanguard.core.errors import InvalidRequest
from vanguard.dialects.anthropic_messages.read_request import read_request
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

HELLO = [{"role": "user", "content": "hi"}]


def read(**fields: object) -> Conversation:
    body = {"model": "m", "max_tokens": 9, "messages": HELLO, **fields}
    return read_request(msgspec.json.encode(body))


def test_the_least_request() -> None:
    assert read() == Conversation("m", (Message("user", (Text("hi"),)),), max_output_tokens=9)


def test_everything_that_has_a_neutral_name() -> None:
    got = read(
        system="be brief",
        stream=True,
        temperature=0.5,
        top_p=0.9,
        top_k=7,
        stop_sequences=["END"],
        metadata={"user_id": "u"},
        cache_control={"type": "ephemeral"},
    )
    assert got.system == (Text("be brief"),)
    assert got.sampling == Sampling(0.5, 0.9, 7)
    assert (got.stop, got.user, got.stream, got.cache) == (("END",), "u", True, Cache())
    assert got.stream_usage


def test_system_blocks_and_the_billing_line_that_concerns_anthropic_alone() -> None:
    billing = {"type": "text", "text": "x-anthropic-billing-header: cc_version=2;"}
    kept = {"type": "text", "text": "x", "cache_control": {"type": "ephemeral", "ttl": "1h"}}
    got = read(system=[billing, kept])
    assert got.system == (
        Foreign("anthropic_messages", "system[0]", Raw(msgspec.json.encode(billing))),
        Text("x", Cache("1h")),
    )
    assert read(system="").system == ()


def test_what_anthropic_alone_has_is_kept_by_name() -> None:
    got = read(
        container="c",
        service_tier="standard_only",
        context_management=None,
        mcp_servers=[],
        messages=[{"role": "user", "content": [{"type": "text", "text": "x", "mood": 1}]}],
        metadata={"user_id": "u", "team": "t"},
    )
    assert {one.path for one in got.foreign} == {
        "container", "service_tier", "messages[0].content[0].mood", "metadata.team",
    }  # fmt: skip
    assert read(service_tier="auto", context_management=None).foreign == ()


def test_tools_of_the_client_and_of_the_server() -> None:
    schema = b'{"type":  "object", "properties": {}}'
    search = {"type": "web_search_20250305", "name": "web_search", "max_uses": 3}
    body = (
        b'{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}],"tools":['
        b'{"name":"f","description":"d","strict":true,"input_schema":%b,"defer_loading":true,'
        b'"cache_control":{"type":"ephemeral"}},%b]}'
    ) % (schema, msgspec.json.encode(search))
    got = read_request(body)
    assert got.tools == (
        Tool("f", "d", Raw(schema), True, Cache()),
        Foreign("anthropic_messages", "tools[1]", Raw(msgspec.json.encode(search))),
    )
    assert [one.path for one in got.foreign] == ["tools[0].defer_loading"]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"type": "auto"}, ToolChoice("auto")),
        (
            {"type": "any", "disable_parallel_tool_use": True},
            ToolChoice("required", parallel=False),
        ),
        ({"type": "tool", "name": "f"}, ToolChoice("named", "f")),
        ({"type": "none"}, ToolChoice("none")),
        ({"type": "auto", "disable_parallel_tool_use": False}, ToolChoice("auto", parallel=True)),
    ],
)
def test_tool_choices(choice: object, expected: ToolChoice) -> None:
    assert read(tool_choice=choice).tool_choice == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"thinking": {"type": "enabled", "budget_tokens": 2000}}, Reasoning("budget", 2000)),
        ({"thinking": {"type": "disabled"}}, Reasoning("off")),
        ({"thinking": {"type": "adaptive", "display": "omitted"}},
         Reasoning("adaptive", display="omitted")),
        ({"thinking": {"type": "between_tools"}}, Reasoning("between_tools")),
        ({"output_config": {"effort": "xhigh"}}, Reasoning(effort="xhigh")),
        ({"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}},
         Reasoning("adaptive", effort="low")),
    ],
)  # fmt: skip
def test_reasoning(fields: dict[str, object], expected: Reasoning) -> None:
    assert read(**fields).reasoning == expected


@pytest.mark.parametrize("place", ["output_config", "output_format"])
def test_structured_output_in_both_places(place: str) -> None:
    form = {"type": "json_schema", "schema": {"type": "object"}}
    got = read(**{place: {"format": form} if place == "output_config" else form})
    assert got.output == OutputFormat("json_schema", Raw(b'{"type":"object"}'))


def test_a_system_message_between_others_keeps_its_place() -> None:
    got = read(messages=[*HELLO, {"role": "system", "content": "now in French"}])
    assert got.messages[1] == Message("system", (Text("now in French"),))


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"max_tokens": None}, "max_tokens"),
        ({"max_tokens": -1}, "max_tokens"),
        ({"max_tokens": "9"}, "max_tokens"),
        ({"system": 5}, "system"),
        ({"tools": [{"name": "f"}]}, "tools[0].input_schema"),
        ({"tools": [{"input_schema": {}}]}, "tools[0].name"),
        ({"tool_choice": {"type": "maybe"}}, "tool_choice.type"),
        ({"tool_choice": {"type": "tool"}}, "tool_choice.name"),
        ({"thinking": {"type": "enabled"}}, "thinking.budget_tokens"),
        ({"thinking": {"type": "deep"}}, "thinking.type"),
        ({"output_config": {"effort": "huge"}}, "output_config.effort"),
        ({"output_config": {"format": {"type": "yaml"}}}, "output_config.format.type"),
        ({"output_format": {"type": "json_schema"}}, "output_format.schema"),
        ({"cache_control": {}}, "cache_control.type"),
    ],
)
def test_what_is_malformed_is_refused_by_name(fields: dict[str, object], param: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read(**fields)
    assert caught.value.param == param
