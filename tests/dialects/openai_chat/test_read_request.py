"""OpenAI requests as clients send them."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import Raw

from vanguard.core.errors import InvalidRequest
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
from vanguard.dialects.openai_chat.read_request import read_request

HELLO = [{"role": "user", "content": "hi"}]


def read(**fields: object) -> Conversation:
    return read_request(msgspec.json.encode({"model": "m", "messages": HELLO, **fields}))


def test_the_least_request() -> None:
    assert read() == Conversation("m", (Message("user", (Text("hi"),)),))


def test_everything_that_has_a_neutral_name() -> None:
    got = read(
        stream=True,
        stream_options={"include_usage": True, "include_obfuscation": False},
        max_completion_tokens=10,
        max_tokens=99,
        temperature=0.5,
        top_p=1,
        top_k=7,
        seed=3,
        presence_penalty=0,
        frequency_penalty=1.5,
        stop="END",
        user="u",
        reasoning_effort="high",
        response_format={"type": "json_object"},
    )
    assert got.max_output_tokens == 10
    assert got.sampling == Sampling(0.5, 1, 7, 3, None, 1.5)
    assert (got.stop, got.user, got.stream, got.stream_usage) == (("END",), "u", True, True)
    assert got.reasoning == Reasoning(effort="high")
    assert got.output == OutputFormat("json_object")
    assert got.foreign == ()


def test_a_stream_tells_its_usage_only_where_asked() -> None:
    assert not read(stream=True).stream_usage
    assert not read(stream=True, stream_options=None).stream_usage
    assert read(stop=["a", "b"]).stop == ("a", "b")
    assert read(safety_identifier="s", user="u").user == "s"


def test_nulls_and_defaults_are_no_wishes() -> None:
    assert read(n=1, logprobs=False, store=False, metadata={}, audio=None, tools=None) == read()
    assert read(service_tier="auto", modalities=["text"], tool_choice=None, stop=None) == read()


def test_an_answer_echoed_whole_has_no_wishes_in_its_empty_fields() -> None:
    echoed = {"role": "assistant", "content": "x", "annotations": [], "audio": None,
              "function_call": None, "refusal": None, "tool_calls": None}  # fmt: skip
    assert read(messages=[echoed]).foreign == ()
    old = {"role": "assistant", "function_call": {"name": "f", "arguments": "{}"}}
    got = read(messages=[*HELLO, old])
    assert [one.path for one in got.foreign] == ["messages[1].function_call"]


def test_what_openai_alone_has_is_kept_by_name() -> None:
    got = read(n=2, logprobs=True, messages=[{**HELLO[0], "weight": 1}])
    assert {one.path: bytes(one.value) for one in got.foreign} == {
        "n": b"2",
        "logprobs": b"true",
        "messages[0].weight": b"1",
    }


def test_a_schema_survives_verbatim() -> None:
    schema = b'{"type": "object",  "properties":{"a":{"minimum":1.50}}}'
    body = (
        b'{"model":"m","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function",'
        b'"function":{"name":"f","description":"d","strict":true,"parameters":%b},'
        b'"cache_control":{"type":"ephemeral"}}],"response_format":{"type":"json_schema",'
        b'"json_schema":{"name":"n","strict":true,"schema":%b}}}'
    ) % (schema, schema)
    got = read_request(body)
    assert got.tools == (Tool("f", "d", Raw(schema), True, Cache()),)
    assert got.output == OutputFormat("json_schema", Raw(schema), "n", strict=True)


def test_tools_of_other_kinds_stay_openais() -> None:
    custom = {"type": "custom", "custom": {"name": "patch"}}
    got = read(tools=[custom, {"function": {"name": "f", "extra": 1}, "type": "function"}])
    assert got.tools == (
        Foreign("openai_chat", "tools[0]", Raw(msgspec.json.encode(custom))),
        Tool("f"),
    )
    assert [one.path for one in got.foreign] == ["tools[1].function.extra"]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("auto", ToolChoice("auto")),
        ("none", ToolChoice("none")),
        ("required", ToolChoice("required")),
        ({"type": "function", "function": {"name": "f"}}, ToolChoice("named", "f")),
        (
            {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [
                {"type": "function", "function": {"name": "f"}}, {"type": "function", "name": "g"}
            ]}},
            ToolChoice("required", allowed=("f", "g")),
        ),
    ],
)  # fmt: skip
def test_tool_choices(choice: object, expected: ToolChoice) -> None:
    assert read(tool_choice=choice).tool_choice == expected
    one_by_one = read(tool_choice=choice, parallel_tool_calls=False).tool_choice
    assert one_by_one == msgspec.structs.replace(expected, parallel=False)


def test_roles_keep_their_order_and_index() -> None:
    got = read(
        messages=[
            {"role": "developer", "content": "a"},
            {"role": "user", "content": "b", "name": "bob"},
            {"role": "system", "content": [{"type": "text", "text": "c"}]},
            {"role": "assistant", "content": None},
        ]
    )
    assert got.messages == (
        Message("developer", (Text("a"),)),
        Message("user", (Text("b"),), "bob"),
        Message("system", (Text("c"),)),
        Message("assistant", ()),
    )


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "function", "name": "f", "content": "x"}]}, "messages[0].role"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_completion_tokens": -1}, "max_completion_tokens"),
        ({"tools": [{"type": "function"}]}, "tools[0].function"),
        ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name"),
        ({"tool_choice": "any"}, "tool_choice"),
        ({"tool_choice": {"type": "custom", "custom": {"name": "f"}}}, "tool_choice"),
        ({"tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "x", "tools": []}}},
         "tool_choice.allowed_tools.mode"),
        ({"tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "auto",
          "tools": [{}]}}}, "tool_choice.allowed_tools.tools[0]"),
        ({"reasoning_effort": "huge"}, "reasoning_effort"),
        ({"response_format": {"type": "yaml"}}, "response_format.type"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema.schema"),
        ({"response_format": {"type": "json_schema", "json_schema": {"name": "n",
          "schema": None}}}, "response_format.json_schema.schema"),
        ({"stop": 5}, "stop"),
    ],
)  # fmt: skip
def test_what_is_malformed_is_refused_by_name(fields: dict[str, object], param: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read(**fields)
    assert caught.value.param == param
