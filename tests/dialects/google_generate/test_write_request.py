"""Requests as Google wants them, and what is lost on the way."""

from __future__ import annotations

import json

import pytest
from msgspec import Raw

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
from vanguard.dialects.google_generate.write_request import write_request

HI = (Message("user", (Text("hi"),)),)
SCHEMA = Raw(b'{"type": "object", "odd": 1}')
TOOLS = (Tool("f", "does", SCHEMA), Tool("g"))


def write(*, strict=False, **fields):
    losses = Losses(strict=strict)
    body = write_request(Conversation("gemini-2.5-flash", **{"messages": HI, **fields}), losses)
    return json.loads(body), losses.names, body


def test_the_least_that_can_be_asked():
    body, lost, _ = write()
    assert (body, lost) == ({"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}, [])


def test_everything_in_its_place():
    body, lost, raw = write(
        system=(Text("s"),),
        tools=TOOLS,
        tool_choice=ToolChoice("required"),
        reasoning=Reasoning("budget", 2048),
        output=OutputFormat("json_schema", SCHEMA),
        sampling=Sampling(0.5, 0.9, 40, 7, 0.1, 0.2),
        stop=("END",),
        max_output_tokens=99,
    )
    assert lost == []
    assert SCHEMA in raw  # verbatim
    assert body["systemInstruction"] == {"parts": [{"text": "s"}]}
    assert [one["name"] for one in body["tools"][0]["functionDeclarations"]] == ["f", "g"]
    assert body["toolConfig"] == {"functionCallingConfig": {"mode": "ANY"}}
    config = body["generationConfig"]
    assert config["thinkingConfig"] == {"includeThoughts": True, "thinkingBudget": 2048}
    assert config["responseMimeType"] == "application/json"
    assert config["responseJsonSchema"] == {"type": "object", "odd": 1}
    names = ("temperature", "topP", "topK", "seed", "presencePenalty", "frequencyPenalty")
    assert [config[name] for name in names] == [0.5, 0.9, 40, 7, 0.1, 0.2]
    assert (config["maxOutputTokens"], config["stopSequences"]) == (99, ["END"])


@pytest.mark.parametrize(
    ("choice", "config", "declared"),
    [
        (ToolChoice(), None, ["f", "g"]),
        (ToolChoice("auto"), {"mode": "AUTO"}, ["f", "g"]),
        (ToolChoice("none"), {"mode": "NONE"}, ["f", "g"]),
        (ToolChoice("named", "g"), {"mode": "ANY", "allowedFunctionNames": ["g"]}, ["f", "g"]),
        (
            ToolChoice("required", allowed=("f",)),
            {"mode": "ANY", "allowedFunctionNames": ["f"]},
            ["f", "g"],
        ),
        # Google takes a list of names with ANY alone
        (ToolChoice("auto", allowed=("f",)), {"mode": "AUTO"}, ["f"]),
    ],
)
def test_choices_of_tools(choice, config, declared):
    body, lost, _ = write(tools=TOOLS, tool_choice=choice)
    assert body.get("toolConfig", {}).get("functionCallingConfig") == config
    assert [one["name"] for one in body["tools"][0]["functionDeclarations"]] == declared
    assert lost == []


@pytest.mark.parametrize(
    ("fields", "lost"),
    [
        ({"user": "ada"}, ["user"]),
        ({"cache": Cache()}, ["cache_control"]),
        ({"tools": (Tool("f", strict=True, cache=Cache()),)}, ["strict", "cache_control"]),
        (
            {"tools": TOOLS, "tool_choice": ToolChoice("auto", parallel=False)},
            ["parallel_tool_calls"],
        ),
        ({"sampling": Sampling(seed=2**40)}, ["seed"]),
        ({"stop": tuple("abcdef")}, ["stop"]),
        (
            {"output": OutputFormat("json_schema", SCHEMA, description="d")},
            ["response_format.json_schema.description"],
        ),
        ({"foreign": (Foreign("openai_chat", "logit_bias", Raw(b"{}")),)}, ["logit_bias"]),
        ({"tools": (Foreign("openai_chat", "tools[0]", Raw(b"{}")),)}, ["tools[0]"]),
        (
            {"foreign": (Foreign("google_generate", "contents[0].parts[0].odd", Raw(b"1")),)},
            ["contents[0].parts[0].odd"],
        ),
    ],
)
def test_losses_are_named_or_refused(fields, lost):
    assert write(**fields)[1] == lost
    with pytest.raises(UnsupportedFeature) as caught:
        write(strict=True, **fields)
    assert caught.value.param == lost[0]


def test_what_is_googles_own_goes_back_to_its_place():
    own = (
        Foreign("google_generate", "safetySettings", Raw(b"[1]")),
        Foreign("google_generate", "generationConfig.logprobs", Raw(b"3")),
    )
    search = Foreign("google_generate", "tools[0].googleSearch", Raw(b'{"googleSearch":{}}'))
    body, lost, _ = write(foreign=own, tools=(search,))
    assert lost == []
    assert (body["safetySettings"], body["generationConfig"]) == ([1], {"logprobs": 3})
    assert body["tools"] == [{"googleSearch": {}}]
    assert "toolConfig" not in body


def test_a_prompt_of_instructions_alone_becomes_a_users_turn():
    body, lost, _ = write(messages=(Message("system", (Text("do it"),)),))
    assert body == {"contents": [{"role": "user", "parts": [{"text": "do it"}]}]}
    assert lost == ["messages[0].role"]
