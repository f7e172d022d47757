"""Conversations as Converse requests, each checked by botocore's own validator."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.bedrock import check_request
from support.conversations import (
    anthropic_conversations,
    openai_conversations,
    shared_conversations,
)
from vanguard.core.errors import UnsupportedFeature
from vanguard.dialects.bedrock_converse.read_request import read_request
from vanguard.dialects.bedrock_converse.write_request import is_claude, write_request
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
    ToolCall,
    ToolChoice,
)

CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
NOVA = "amazon.nova-pro-v1:0"
HI = (Message("user", (Text("hi"),)),)


def write(**fields: Any) -> tuple[dict[str, Any], list[str]]:
    losses = Losses()
    body = write_request(Conversation(**{"model": CLAUDE, "messages": HI, **fields}), losses)
    return check_request(body), losses.names


@settings(max_examples=15, deadline=None)
@given(st.one_of(openai_conversations(), anthropic_conversations(), shared_conversations()))
def test_whatever_is_asked_botocore_would_send_it(conversation: Conversation) -> None:
    check_request(write_request(conversation, Losses()))


@settings(max_examples=15, deadline=None)
@given(shared_conversations())
def test_what_is_written_is_read_again(conversation: Conversation) -> None:
    pictures = Losses()
    body = write_request(conversation, pictures)
    if any(not name.startswith(("user", "parallel")) for name in pictures.names):
        return  # a picture at an address
    again = read_request(body)
    assert again.messages == conversation.messages
    assert again.sampling == conversation.sampling
    assert again.stop == conversation.stop
    assert again.max_output_tokens == conversation.max_output_tokens
    assert [tool.name for tool in again.tools if isinstance(tool, Tool)] == [
        tool.name for tool in conversation.tools if isinstance(tool, Tool)
    ]
    assert write_request(msgspec.structs.replace(again, model="m"), Losses()) == body


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (CLAUDE, True),
        ("anthropic.claude-3-haiku-20240307-v1:0", True),
        ("arn:aws:bedrock:us-east-1:1:application-inference-profile/abc", True),
        ("arn:aws:bedrock:us-east-1:1:inference-profile/us.amazon.nova-pro-v1:0", False),
        (NOVA, False),
        ("us.meta.llama3-3-70b-instruct-v1:0", False),
        ("openai.gpt-oss-120b-1:0", False),
        ("global.moonshotai.kimi-k3", False),
    ],
)
def test_families(model: str, *, expected: bool) -> None:
    assert is_claude(model) is expected


def test_lengths_and_sampling() -> None:
    got, losses = write(
        max_output_tokens=7,
        stop=("END", " "),
        sampling=Sampling(1.5, 0.5, 3, 4, 0.1, 0.2),
        user="ada",
        tool_choice=ToolChoice(parallel=False),
    )
    assert got["inferenceConfig"] == {
        "maxTokens": 7,
        "temperature": 1,
        "topP": 0.5,
        "stopSequences": ["END"],
    }
    assert got["additionalModelRequestFields"] == {"top_k": 3}
    assert losses == [
        "seed",
        "presence_penalty",
        "frequency_penalty",
        "user",
        "parallel_tool_calls",
        "stop",
        "temperature",
    ]
    assert "inferenceConfig" not in write()[0]


def test_thinking_goes_where_claude_looks_for_it_and_sets_its_rules() -> None:
    got, losses = write(
        reasoning=Reasoning("budget", 2048, display="omitted"),
        max_output_tokens=9000,
        sampling=Sampling(0.5, 0.5, 3),
    )
    assert got["additionalModelRequestFields"] == {
        "thinking": {"type": "enabled", "budget_tokens": 2048, "display": "omitted"}
    }
    assert got["inferenceConfig"] == {"maxTokens": 9000}
    assert losses == ["top_k", "temperature", "top_p"]
    got, losses = write(model="us.anthropic.claude-opus-5-v1:0", reasoning=Reasoning(effort="low"))
    assert got["outputConfig"] == {"effort": "low"}
    assert losses == []


def test_other_families_know_an_effort_at_most() -> None:
    got, losses = write(
        model=NOVA, reasoning=Reasoning("budget", 2048, "high"), sampling=Sampling(top_k=3)
    )
    assert got["outputConfig"] == {"effort": "high"}
    assert "additionalModelRequestFields" not in got
    assert losses == ["thinking.budget_tokens", "top_k"]
    got, losses = write(model=NOVA, reasoning=Reasoning("budget", 2048))
    assert got["outputConfig"] == {"effort": "low"}
    assert write(model=NOVA, reasoning=Reasoning("adaptive"))[1] == ["thinking.type"]


def test_tools_and_the_choice_among_them() -> None:
    tools = (
        Tool("a", "does a", msgspec.Raw(b'{"properties":{}}'), cache=Cache("1h")),
        Tool("b", strict=True),
        Foreign("openai_chat", "tools[2]", msgspec.Raw(b"{}")),
        Foreign("bedrock_converse", "t", msgspec.Raw(b'{"systemTool":{"name":"web"}}')),
    )
    got, losses = write(tools=tools, tool_choice=ToolChoice("named", "a"))
    assert got["toolConfig"] == {
        "tools": [
            {
                "toolSpec": {
                    "name": "a",
                    "inputSchema": {"json": {"type": "object", "properties": {}}},
                    "description": "does a",
                }
            },
            {"cachePoint": {"type": "default", "ttl": "1h"}},
            {
                "toolSpec": {
                    "name": "b",
                    "inputSchema": {"json": {"type": "object", "properties": {}}},
                    "strict": True,
                }
            },
            {"systemTool": {"name": "web"}},
        ],
        "toolChoice": {"tool": {"name": "a"}},
    }
    assert losses == ["tools[2]"]
    allowed, _ = write(tools=tools[:2], tool_choice=ToolChoice("required", allowed=("b",)))
    assert [one["toolSpec"]["name"] for one in allowed["toolConfig"]["tools"]] == ["b"]
    assert allowed["toolConfig"]["toolChoice"] == {"any": {}}
    assert "toolConfig" not in write(tools=tools[:2], tool_choice=ToolChoice("none"))[0]


def test_a_history_with_calls_declares_its_tools() -> None:
    called = (*HI, Message("assistant", (ToolCall("t", "a", "{}"),)))
    got, losses = write(messages=called)
    assert [one["toolSpec"]["name"] for one in got["toolConfig"]["tools"]] == ["a"]
    assert losses == []
    _, losses = write(messages=called, tools=(Tool("a"),), tool_choice=ToolChoice("none"))
    assert losses == ["tool_choice"]


def test_the_form_of_the_answer() -> None:
    wanted = OutputFormat("json_schema", msgspec.Raw(b'{"type":"object"}'), "n", "d")
    got, losses = write(output=wanted)
    assert got["outputConfig"]["textFormat"]["structure"]["jsonSchema"] == {
        "schema": '{"type":"object"}',
        "name": "n",
        "description": "d",
    }
    assert losses == []
    assert write(output=OutputFormat("json_object"))[1] == ["response_format"]


def test_instructions_alone_become_a_users_turn() -> None:
    got, losses = write(messages=(Message("system", (Text("do"),)),), cache=Cache("1h"))
    assert got["messages"] == [
        {
            "role": "user",
            "content": [{"text": "do"}, {"cachePoint": {"type": "default", "ttl": "1h"}}],
        }
    ]
    assert "system" not in got
    assert losses == ["messages[0].role"]


def test_bedrocks_own_fields_go_back_and_others_are_lost() -> None:
    request = {
        "messages": [{"role": "user", "content": [{"text": "hi"}]}],
        "guardrailConfig": {"guardrailIdentifier": "g", "guardrailVersion": "1"},
        "additionalModelRequestFields": {"anthropic_beta": ["x"]},
    }
    read = read_request(json.dumps(request).encode())
    assert (
        json.loads(write_request(msgspec.structs.replace(read, model=CLAUDE), Losses())) == request
    )
    theirs = Foreign("openai_chat", "logit_bias", msgspec.Raw(b"{}"))
    assert write(foreign=(theirs,))[1] == ["logit_bias"]
    with pytest.raises(UnsupportedFeature):
        write_request(Conversation(CLAUDE, HI, foreign=(theirs,)), Losses(strict=True))
