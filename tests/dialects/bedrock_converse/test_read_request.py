"""Converse requests as conversations."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from vanguard.core.errors import InvalidRequest
from vanguard.dialects.bedrock_converse.read_request import read_request
from vanguard.dialects.conversation import (
    Cache,
    Conversation,
    Foreign,
    OutputFormat,
    Reasoning,
    Sampling,
    Text,
    Tool,
    ToolChoice,
)

USER = {"role": "user", "content": [{"text": "hi"}]}


def read(**fields: Any) -> Conversation:
    return read_request(json.dumps({"messages": [USER], **fields}).encode())


def paths(conversation: Conversation) -> list[str]:
    return [one.path for one in conversation.foreign]


def test_lengths_sampling_and_stop() -> None:
    config = {"maxTokens": 9, "temperature": 0.5, "topP": 0.25, "stopSequences": ["END"]}
    got = read(inferenceConfig=config, additionalModelRequestFields={"top_k": 7})
    assert got.max_output_tokens == 9
    assert got.sampling == Sampling(0.5, 0.25, 7)
    assert got.stop == ("END",)
    assert got.foreign == ()


def test_a_cache_point_marks_what_stands_before_it() -> None:
    point = {"cachePoint": {"type": "default", "ttl": "1h"}}
    spec = {"toolSpec": {"name": "t", "inputSchema": {"json": {"type": "object"}}}}
    got = read(
        system=[{"text": "be brief"}, point],
        messages=[{"role": "user", "content": [{"text": "hi"}, point]}],
        toolConfig={"tools": [spec, point], "toolChoice": {"any": {}}},
    )
    assert got.system == (Text("be brief", Cache("1h")),)
    assert got.messages[0].parts == (Text("hi", Cache("1h")),)
    tool = got.tools[0]
    assert isinstance(tool, Tool)
    assert tool.cache == Cache("1h")
    assert got.tool_choice == ToolChoice("required")


def test_a_cache_point_with_nothing_before_it_is_bedrocks_own() -> None:
    point = {"cachePoint": {"type": "default"}}
    got = read(
        messages=[{"role": "user", "content": [point, {"text": "hi"}]}],
        toolConfig={"tools": [point]},
    )
    assert paths(got) == ["messages[0].content[0].cachePoint", "toolConfig.tools[0].cachePoint"]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"auto": {}}, ToolChoice("auto")),
        ({"tool": {"name": "t"}}, ToolChoice("named", "t")),
        (None, ToolChoice()),
    ],
)
def test_tool_choices(choice: object, expected: ToolChoice) -> None:
    spec = {"toolSpec": {"name": "t", "inputSchema": {"json": {}}, "strict": True}}
    config = {"tools": [spec, {"systemTool": {"name": "web"}}]}
    got = read(toolConfig=config | ({"toolChoice": choice} if choice else {}))
    assert got.tool_choice == expected
    assert isinstance(got.tools[1], Foreign)


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ({"thinking": {"type": "enabled", "budget_tokens": 2000}}, Reasoning("budget", 2000)),
        (
            {"thinking": {"type": "adaptive", "display": "omitted"}},
            Reasoning("adaptive", display="omitted"),
        ),
        ({"thinking": {"type": "disabled"}}, Reasoning("off")),
        ({"output_config": {"effort": "low"}}, Reasoning(effort="low")),
    ],
)
def test_claudes_own_fields_are_thinking(extra: dict[str, object], expected: Reasoning) -> None:
    got = read(additionalModelRequestFields=extra)
    assert got.reasoning == expected
    assert got.foreign == ()


def test_other_fields_of_models_and_of_bedrock_are_its_own() -> None:
    got = read(
        additionalModelRequestFields={
            "thinking": True,
            "top_k": "x",
            "inferenceConfig": {"topK": 2},
        },
        guardrailConfig={"guardrailIdentifier": "g"},
        requestMetadata={},
        serviceTier={"type": "flex"},
        newThing=1,
        outputConfig={"effort": "high"},
    )
    assert got.reasoning == Reasoning(effort="high")
    assert paths(got) == [
        "newThing",
        "guardrailConfig",
        "serviceTier",
        "additionalModelRequestFields.thinking",
        "additionalModelRequestFields.top_k",
        "additionalModelRequestFields.inferenceConfig",
    ]


def test_a_schema_for_the_answer() -> None:
    schema = {"schema": '{"type":"object"}', "name": "n", "description": "d"}
    form = {"type": "json_schema", "structure": {"jsonSchema": schema}}
    got = read(outputConfig={"textFormat": form})
    assert got.output == OutputFormat("json_schema", got.output.schema, "n", "d")
    assert bytes(got.output.schema or b"") == b'{"type":"object"}'


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "tool", "content": []}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": [{"text": 1}]}]}, "messages[0].content[0].text"),
        ({"inferenceConfig": {"maxTokens": 0}}, "inferenceConfig.maxTokens"),
        ({"outputConfig": {"effort": "huge"}}, "outputConfig.effort"),
        (
            {"toolConfig": {"tools": [{"toolSpec": {"name": "t", "inputSchema": {}}}]}},
            "toolConfig.tools[0].toolSpec.inputSchema.json",
        ),
        (
            {
                "outputConfig": {
                    "textFormat": {
                        "type": "json_schema",
                        "structure": {"jsonSchema": {"schema": "{"}},
                    }
                }
            },
            "outputConfig.textFormat.structure.jsonSchema.schema",
        ),
    ],
)
def test_a_refusal_names_the_field(fields: dict[str, object], param: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read(**fields)
    assert caught.value.param == param


def test_no_json_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        read_request(b"{")


def test_schemas_keep_their_bytes() -> None:
    raw = b'{"type" : "object", "x":1.0}'
    body = (
        b'{"messages":[{"role":"user","content":[{"text":"x"}]}],"toolConfig":{"tools":['
        b'{"toolSpec":{"name":"t","inputSchema":{"json":%b}}}]}}' % raw
    )
    assert read_request(body).tools == (Tool("t", schema=msgspec.Raw(raw)),) or (
        bytes(read_request(body).tools[0].schema) == raw  # type: ignore[union-attr, arg-type]
    )
