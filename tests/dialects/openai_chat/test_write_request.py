"""Conversations as OpenAI requests, and what is lost on the way."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import Raw

from vanguard.core.errors import UnsupportedFeature
from vanguard.dialects.anthropic_messages.read_request import read_request as from_anthropic
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
from vanguard.dialects.openai_chat.write_request import write_request

HI = (Message("user", (Text("hi"),)),)
SCHEMA = Raw(b'{"type":  "object"}')


def write(conversation: Conversation) -> tuple[dict[str, Any], list[str]]:
    losses = Losses()
    return msgspec.json.decode(write_request(conversation, losses)), losses.names


def conversation(**fields: Any) -> Conversation:
    return Conversation("m", HI, **fields)


def test_the_least_request() -> None:
    body, lost = write(conversation())
    assert body == {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
    assert lost == []


def test_a_stream_always_tells_its_usage() -> None:
    body, _ = write(conversation(stream=True, stream_usage=False))
    assert body["stream"] is True
    assert body["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize(
    ("model", "field"),
    [
        ("gpt-5.1", "max_completion_tokens"),
        ("openai/o3-mini", "max_completion_tokens"),
        ("gpt-4o", "max_tokens"),
        ("qwen2.5-coder-0.5b", "max_tokens"),
    ],
)
def test_the_cap_has_the_name_that_the_model_knows(model: str, field: str) -> None:
    body, _ = write(Conversation(model, HI, max_output_tokens=5))
    assert body[field] == 5
    assert len([name for name in body if name.startswith("max_")]) == 1


@pytest.mark.parametrize(
    ("reasoning", "effort", "lost"),
    [
        (Reasoning(), None, []),
        (Reasoning(effort="none"), "none", []),
        (Reasoning(effort="max"), "max", []),
        (Reasoning("adaptive"), None, []),
        (Reasoning("adaptive", effort="low"), "low", []),
        (Reasoning("off"), None, ["thinking.type"]),
        (Reasoning("between_tools"), None, ["thinking.type"]),
        (Reasoning("budget", 1024), "low", ["thinking.budget_tokens"]),
        (Reasoning("budget", 4096), "medium", ["thinking.budget_tokens"]),
        (Reasoning("budget", 16384), "high", ["thinking.budget_tokens"]),
        (Reasoning("budget", 16384, "low"), "low", ["thinking.budget_tokens"]),
    ],
)
def test_reasoning(reasoning: Reasoning, effort: str | None, lost: list[str]) -> None:
    body, names = write(conversation(reasoning=reasoning))
    assert body.get("reasoning_effort") == effort
    assert names == lost


def test_tools_and_choices() -> None:
    tools = (Tool("f", "d", SCHEMA, True), Tool("g"))
    body, lost = write(conversation(tools=tools, tool_choice=ToolChoice("named", "f")))
    assert body["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "f",
                "description": "d",
                "parameters": {"type": "object"},
                "strict": True,
            },
        },
        {"type": "function", "function": {"name": "g"}},
    ]
    assert body["tool_choice"] == {"type": "function", "function": {"name": "f"}}
    assert b'{"type":  "object"}' in write_request(conversation(tools=tools), Losses())
    body, _ = write(conversation(tools=tools, tool_choice=ToolChoice("required", parallel=False)))
    assert (body["tool_choice"], body["parallel_tool_calls"]) == ("required", False)
    assert lost == []


def test_choices_without_tools_are_not_sent() -> None:
    body, _ = write(conversation(tool_choice=ToolChoice("auto", parallel=False)))
    assert "tool_choice" not in body
    assert "parallel_tool_calls" not in body


def test_a_schema_for_the_answer_gets_the_name_that_openai_wants() -> None:
    body, _ = write(conversation(output=OutputFormat("json_schema", SCHEMA)))
    assert body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": {"type": "object"}},
    }


def test_losses_are_named() -> None:
    foreign = Foreign("anthropic_messages", "container", Raw(b'"c"'))
    _, lost = write(
        conversation(
            system=(Text("s", Cache()),),
            tools=(Foreign("anthropic_messages", "tools[0]", Raw(b"{}")), Tool("f", cache=Cache())),
            sampling=Sampling(top_k=5),
            cache=Cache(),
            user="u" * 65,
            foreign=(foreign,),
        )
    )
    assert lost == ["container", "top_k", "cache_control", "tools[0]", "metadata.user_id"]


def test_strict_mode_refuses() -> None:
    with pytest.raises(UnsupportedFeature) as caught:
        write_request(conversation(sampling=Sampling(top_k=5)), Losses(strict=True))
    assert caught.value.param == "top_k"


def test_what_is_openais_own_is_put_back_verbatim() -> None:
    own = (
        Foreign("openai_chat", "logit_bias", Raw(b'{"5": -1.0}')),
        Foreign("openai_chat", "messages[0].x", Raw(b"1")),
    )
    losses = Losses()
    body = write_request(conversation(foreign=own), losses)
    assert b'"logit_bias":{"5": -1.0}' in body
    assert losses.names == ["messages[0].x"]


AGENT_REQUEST: dict[str, Any] = {
    "model": "claude",
    "max_tokens": 100,
    "system": [
        {"type": "text", "text": "x-anthropic-billing-header: cc_version=2.1;"},
        {"type": "text", "text": "You are useful.", "cache_control": {"type": "ephemeral"}},
        {"type": "text", "text": "Be brief."},
    ],
    "messages": [
        {"role": "user", "content": "look"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "s"},
                {"type": "text", "text": "I look."},
                {"type": "tool_use", "id": "t1", "name": "ls", "input": {"p": "."}},
                {"type": "tool_use", "id": "t2", "name": "shot", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "t1", "content": "a b"},
                {
                    "type": "tool_result",
                    "tool_use_id": "t2",
                    "is_error": True,
                    "content": [
                        {"type": "text", "text": "screen"},
                        {
                            "type": "image",
                            "source": {
                                "type": "base64",
                                "media_type": "image/png",
                                "data": "AAAA",
                            },
                        },
                    ],
                },
                {"type": "text", "text": "go on"},
            ],
        },
    ],
    "tools": [
        {"name": "ls", "input_schema": {"type": "object"}},
        {"type": "web_search_20250305", "name": "web_search", "max_uses": 5},
    ],
    "tool_choice": {"type": "any", "disable_parallel_tool_use": True},
    "stop_sequences": ["END"],
    "metadata": {"user_id": "u1"},
}  # fmt: skip

AGENT_WRITTEN: dict[str, Any] = {
    "model": "claude",
    "messages": [
        {"role": "system", "content": "You are useful.\n\nBe brief."},
        {"role": "user", "content": "look"},
        {
            "role": "assistant",
            "content": "I look.",
            "tool_calls": [
                {
                    "id": "t1",
                    "type": "function",
                    "function": {"name": "ls", "arguments": '{"p":"."}'},
                },
                {
                    "id": "t2",
                    "type": "function",
                    "function": {"name": "shot", "arguments": "{}"},
                },
            ],
        },
        {"role": "tool", "content": "a b", "tool_call_id": "t1"},
        {"role": "tool", "content": "screen", "tool_call_id": "t2"},
        {
            "role": "user",
            "content": [
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
                {"type": "text", "text": "go on"},
            ],
        },
    ],
    "max_tokens": 100,
    "stop": ["END"],
    "tools": [
        {"type": "function", "function": {"name": "ls", "parameters": {"type": "object"}}}
    ],
    "tool_choice": "required",
    "parallel_tool_calls": False,
    "user": "u1",
}  # fmt: skip


def test_an_agents_request_from_anthropics_api() -> None:
    """What a coding agent sends: system blocks with markers, tools, calls and their results."""
    body, lost = write(from_anthropic(msgspec.json.encode(AGENT_REQUEST)))
    assert body == AGENT_WRITTEN
    assert lost == [
        "tools[1]",
        "system[0]",
        "cache_control",
        "thinking",
        "messages[2].content[1].is_error",
    ]
