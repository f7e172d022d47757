"""Conversations as Anthropic requests, and what is lost on the way."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import Raw

from vanguard.core.errors import UnsupportedFeature
from vanguard.dialects.anthropic_messages.write_request import DEFAULT_MAX_TOKENS, write_request
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
from vanguard.dialects.openai_chat.read_request import read_request as from_openai

HI = (Message("user", (Text("hi"),)),)
SCHEMA = Raw(b'{"type":  "object"}')
OLD = "claude-sonnet-4-5"


def write(conversation: Conversation) -> tuple[dict[str, Any], list[str]]:
    losses = Losses()
    return msgspec.json.decode(write_request(conversation, losses)), losses.names


def conversation(**fields: Any) -> Conversation:
    return Conversation(fields.pop("model", "m"), fields.pop("messages", HI), **fields)


def test_the_least_request_gets_the_cap_that_anthropic_demands() -> None:
    body, lost = write(conversation())
    assert body == {
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "max_tokens": DEFAULT_MAX_TOKENS,
    }
    assert lost == []
    assert write(conversation(max_output_tokens=5))[0]["max_tokens"] == 5


def test_a_budget_comes_on_top_of_a_cap_that_nobody_named() -> None:
    body, lost = write(conversation(model=OLD, reasoning=Reasoning(effort="medium")))
    assert body["thinking"] == {"type": "enabled", "budget_tokens": 8192}
    assert body["max_tokens"] == DEFAULT_MAX_TOKENS + 8192
    assert lost == []


def test_thinking_leaves_no_choice_of_sampling() -> None:
    wish = Reasoning("adaptive", effort="high", display="summarized")
    body, lost = write(conversation(reasoning=wish, sampling=Sampling(0.2, 0.5, 9)))
    assert body["thinking"] == {"type": "adaptive", "display": "summarized"}
    assert body["output_config"] == {"effort": "high"}
    assert lost == ["temperature", "top_p", "top_k"]
    assert {"temperature", "top_p", "top_k"}.isdisjoint(body)
    body, lost = write(conversation(reasoning=wish, sampling=Sampling(1, 0.95)))
    assert (body.get("temperature"), body["top_p"], lost) == (None, 0.95, [])


@pytest.mark.parametrize(
    ("wanted", "sent", "lost"), [(0.0, 0, []), (1, 1, []), (1.5, 1, ["temperature"])]
)
def test_temperatures_end_at_one(wanted: float, sent: float, lost: list[str]) -> None:
    body, names = write(conversation(sampling=Sampling(wanted)))
    assert (body["temperature"], names) == (sent, lost)


def test_blank_stop_strings_are_lost_and_others_kept() -> None:
    body, lost = write(conversation(stop=("\n", "END")))
    assert (body["stop_sequences"], lost) == (["END"], ["stop"])
    assert "stop_sequences" not in write(conversation(stop=("\n",)))[0]


def test_a_schema_for_the_answer_is_carried_and_a_bare_wish_for_json_is_not() -> None:
    body, lost = write(conversation(output=OutputFormat("json_schema", SCHEMA, "n", strict=True)))
    assert body["output_config"] == {
        "format": {"type": "json_schema", "schema": {"type": "object"}}
    }
    assert lost == []
    body, lost = write(conversation(output=OutputFormat("json_object")))
    assert ("output_config" in body, lost) == (False, ["response_format"])


def test_losses_are_named() -> None:
    _, lost = write(
        conversation(
            sampling=Sampling(seed=1, presence_penalty=1.0, frequency_penalty=1.0),
            tools=(Foreign("openai_chat", "tools[0]", Raw(b"{}")),),
            foreign=(
                Foreign("openai_chat", "n", Raw(b"2")),
                Foreign("openai_chat", "logprobs", Raw(b"true")),
                Foreign("anthropic_messages", "tools[1].x", Raw(b"1")),
            ),
        )
    )
    assert lost == [
        "n", "logprobs", "tools[1].x", "seed", "presence_penalty", "frequency_penalty", "tools[0]",
    ]  # fmt: skip


def test_strict_mode_refuses() -> None:
    with pytest.raises(UnsupportedFeature) as caught:
        write_request(conversation(sampling=Sampling(seed=1)), Losses(strict=True))
    assert caught.value.param == "seed"


def test_what_is_anthropics_own_is_put_back_verbatim() -> None:
    own = (Foreign("anthropic_messages", "container", Raw(b'{"id": "c"}')),)
    search = Foreign("anthropic_messages", "tools[0]", Raw(b'{"type":"web_search", "name":"w"}'))
    billing = Foreign("anthropic_messages", "system[0]", Raw(b'{"type":"text", "text":"b"}'))
    losses = Losses(strict=True)
    body = write_request(conversation(foreign=own, tools=(search,), system=(billing,)), losses)
    assert b'"container":{"id": "c"}' in body
    assert b'"tools":[{"type":"web_search", "name":"w"}]' in body
    assert b'"system":[{"type":"text", "text":"b"}]' in body


@pytest.mark.parametrize(
    ("schema", "sent"),
    [
        (None, b'{"type":"object","properties":{}}'),
        (b"{}", b'{"type":"object"}'),
        (b'{"properties":{"a": 1.0}}', b'{"type":"object","properties":{"a": 1.0}}'),
        (b'{"properties":{},  "type":"object"}', b'{"properties":{},  "type":"object"}'),
        (b"true", b"true"),
    ],
)
def test_a_tools_schema_is_verbatim_but_for_a_missing_type(
    schema: bytes | None, sent: bytes
) -> None:
    tool = Tool("f", schema=None if schema is None else Raw(schema))
    body = write_request(conversation(tools=(tool,)), Losses(strict=True))
    assert b'"tools":[{"name":"f","input_schema":%b}]' % sent in body


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        (ToolChoice(), None),
        (ToolChoice(parallel=True), None),
        (ToolChoice(parallel=False), {"type": "auto", "disable_parallel_tool_use": True}),
        (ToolChoice("auto"), {"type": "auto"}),
        (ToolChoice("none", parallel=False), {"type": "none"}),
        (
            ToolChoice("required", parallel=False),
            {"type": "any", "disable_parallel_tool_use": True},
        ),
        (ToolChoice("named", "f"), {"type": "tool", "name": "f"}),
    ],
)
def test_tool_choices(choice: ToolChoice, sent: object) -> None:
    body, lost = write(conversation(tools=(Tool("f"),), tool_choice=choice))
    assert (body.get("tool_choice"), lost) == (sent, [])
    assert "tool_choice" not in write(conversation(tool_choice=choice))[0]


def test_only_allowed_tools_are_offered() -> None:
    choice = ToolChoice("required", allowed=("g",))
    body, _ = write(conversation(tools=(Tool("f"), Tool("g")), tool_choice=choice))
    assert [tool["name"] for tool in body["tools"]] == ["g"]
    assert body["tool_choice"] == {"type": "any"}


def test_a_history_with_calls_declares_them_even_where_no_tool_is_offered() -> None:
    called = (*HI, Message("assistant", (ToolCall("c", "f", "{}"), ToolCall("d", "f", "{}"))))
    body, lost = write(conversation(messages=called))
    assert [tool["name"] for tool in body["tools"]] == ["f"]
    assert (body["tool_choice"], lost) == ({"type": "none"}, [])


def test_instructions_alone_become_the_users_turn() -> None:
    body, lost = write(conversation(messages=(Message("system", (Text("count"),)),)))
    assert body["messages"] == [{"role": "user", "content": [{"type": "text", "text": "count"}]}]
    assert ("system" in body, lost) == (False, ["messages[0].role"])


def test_cache_markers_are_carried() -> None:
    body, _ = write(
        conversation(
            cache=Cache("1h"),
            system=(Text("s", Cache()),),
            tools=(Tool("f", cache=Cache()),),
            user="u",
        )
    )
    assert body["cache_control"] == {"type": "ephemeral", "ttl": "1h"}
    assert body["system"][0]["cache_control"] == {"type": "ephemeral"}
    assert body["tools"][0]["cache_control"] == {"type": "ephemeral"}
    assert body["metadata"] == {"user_id": "u"}


LOOP_REQUEST: dict[str, Any] = {
    "model": "gpt",
    "stream": True,
    "messages": [
        {"role": "system", "content": "Be useful."},
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": "weather?"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "functions.w:0", "type": "function",
                 "function": {"name": "w", "arguments": '{"city": "Mecca"}'}},
                {"id": "b", "type": "function", "function": {"name": "w", "arguments": "oops"}},
            ],
        },
        {"role": "tool", "tool_call_id": "functions.w:0", "content": "hot"},
        {"role": "tool", "tool_call_id": "b", "content": ""},
        {"role": "user", "content": [
            {"type": "text", "text": "and here?"},
            {"type": "image_url", "image_url": {"url": "https://e.org/a.png", "detail": "low"}},
        ]},
        {"role": "user", "content": "please"},
        {"role": "system", "content": "Hurry."},
    ],
    "tools": [{"type": "function", "function": {"name": "w", "parameters": {"type": "object"}}}],
    "parallel_tool_calls": False,
    "n": 2,
    "logit_bias": {"5": 1},
    "user": "u",
}  # fmt: skip

LOOP_WRITTEN: dict[str, Any] = {
    "model": "gpt",
    "messages": [
        {"role": "user", "content": "weather?"},
        {
            "role": "assistant",
            "content": [
                {"type": "tool_use", "id": "functions_w_0", "name": "w", "input": {"city": "Mecca"}},
                {"type": "tool_use", "id": "b", "name": "w", "input": {"arguments": "oops"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "functions_w_0", "content": "hot"},
                {"type": "tool_result", "tool_use_id": "b"},
                {"type": "text", "text": "and here?"},
                {"type": "image", "source": {"type": "url", "url": "https://e.org/a.png"}},
                {"type": "text", "text": "please"},
            ],
        },
    ],
    "max_tokens": DEFAULT_MAX_TOKENS,
    "system": [
        {"type": "text", "text": "Be useful."},
        {"type": "text", "text": "Be brief."},
        {"type": "text", "text": "Hurry."},
    ],
    "stream": True,
    "tools": [{"name": "w", "input_schema": {"type": "object"}}],
    "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
    "metadata": {"user_id": "u"},
}  # fmt: skip


def test_a_tool_loop_from_openais_api() -> None:
    body, lost = write(from_openai(msgspec.json.encode(LOOP_REQUEST)))
    assert body == LOOP_WRITTEN
    assert sorted(lost) == sorted([
        "n",
        "logit_bias",
        "messages[8].role",
        "messages[3].tool_calls[1].function.arguments",
        "messages[6].content[1].image_url.detail",
    ])  # fmt: skip
