"""Requests of Google's clients."""

from __future__ import annotations

import json

import pytest

from vanguard.core.errors import InvalidRequest
from vanguard.dialects.conversation import Foreign, Text, Tool, ToolChoice
from vanguard.dialects.google_generate.read_request import read_request

ASK = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}


def read(**fields):
    return read_request(json.dumps({**ASK, **fields}).encode())


def test_documents_write_one_object_for_a_list_and_names_in_the_other_case():
    conversation = read(
        contents={"parts": {"text": "hi"}},
        system_instruction={"parts": {"text": "be brief"}},
        generation_config={"max_output_tokens": 5, "stop_sequences": "END", "topK": 3.0},
        tools={"function_declarations": [{"name": "f", "parameters": {"type": "OBJECT"}}]},
    )
    assert conversation.messages[0].parts == (Text("hi"),)
    assert conversation.system == (Text("be brief"),)
    assert (conversation.max_output_tokens, conversation.stop) == (5, ("END",))
    assert conversation.sampling.top_k == 3
    (tool,) = conversation.tools
    assert isinstance(tool, Tool)
    assert json.loads(bytes(tool.schema or b"")) == {"type": "object"}


@pytest.mark.parametrize(
    ("calling", "choice"),
    [
        ({}, ToolChoice()),
        ({"mode": "auto"}, ToolChoice("auto")),
        ({"mode": "ANY"}, ToolChoice("required")),
        ({"mode": "ANY", "allowedFunctionNames": ["f"]}, ToolChoice("named", "f")),
        (
            {"mode": "ANY", "allowedFunctionNames": ["f", "g"]},
            ToolChoice("required", allowed=("f", "g")),
        ),
        ({"mode": "NONE"}, ToolChoice("none")),
        ({"mode": "VALIDATED"}, ToolChoice("auto")),
    ],
)
def test_choices_of_tools(calling, choice):
    conversation = read(toolConfig={"functionCallingConfig": calling})
    assert conversation.tool_choice == choice
    lost = [foreign.path for foreign in conversation.foreign]
    validated = calling.get("mode") == "VALIDATED"
    assert lost == (["toolConfig.functionCallingConfig.mode"] if validated else [])


def test_what_google_alone_has_is_kept_with_its_path():
    conversation = read(
        safetySettings=[{"category": "X"}],
        cachedContent="cachedContents/1",
        labels={"team": "a"},
        surprise=1,
        generationConfig={"candidateCount": 2, "responseModalities": ["TEXT"], "logprobs": 3},
        tools=[{"googleSearch": {}}, {"functionDeclarations": [{"name": "f", "odd": 1}]}],
    )
    assert [(one.dialect, one.path) for one in conversation.foreign] == [
        ("google_generate", path)
        for path in (
            "surprise",
            "safetySettings",
            "cachedContent",
            "labels",
            "generationConfig.logprobs",
            "generationConfig.candidateCount",
            "tools[1].functionDeclarations[0].odd",
        )
    ]
    search = conversation.tools[0]
    assert isinstance(search, Foreign)
    assert (search.path, bytes(search.value)) == ("tools[0].googleSearch", b'{"googleSearch":{}}')


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        ({}, "text"),
        ({"responseMimeType": "application/json"}, "json_object"),
        (
            {"responseMimeType": "application/json", "responseSchema": {"type": "STRING"}},
            "json_schema",
        ),
        (
            {"responseMimeType": "application/json", "responseJsonSchema": {"type": "string"}},
            "json_schema",
        ),
    ],
)
def test_forms_of_the_answer(config, kind):
    output = read(generationConfig=config).output
    assert output.kind == kind
    if kind == "json_schema":
        assert json.loads(bytes(output.schema or b"")) == {"type": "string"}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"contents": []}, "contents"),
        ({"contents": [{"role": "robot", "parts": []}]}, "contents[0].role"),
        ({"generationConfig": {"maxOutputTokens": 0}}, "generationConfig.maxOutputTokens"),
        ({"generationConfig": {"temperature": "hot"}}, "generationConfig.temperature"),
        ({"tools": [7]}, "tools[0]"),
        ({"tools": [{"functionDeclarations": [{}]}]}, "tools[0].functionDeclarations[0].name"),
        (
            {"toolConfig": {"functionCallingConfig": {"mode": "PERHAPS"}}},
            "toolConfig.functionCallingConfig.mode",
        ),
    ],
)
def test_a_refusal_names_the_field(fields, param):
    with pytest.raises(InvalidRequest) as caught:
        read(**fields)
    assert caught.value.param == param


@pytest.mark.parametrize("body", [b"", b"[", b"7", b'{"contents":', b"\xff"])
def test_what_is_no_request_is_refused(body):
    with pytest.raises(InvalidRequest):
        read_request(body)


@pytest.mark.parametrize(
    ("part", "system", "lost"),
    [
        ({"text": "s"}, ["s"], []),
        ({"functionCall": {"name": "f"}}, [], [""]),
        ({"functionCall": {"name": "f"}, "thoughtSignature": "c2ln"}, [], [""]),
        ({"text": "s", "thoughtSignature": "c2ln"}, ["s"], [".thoughtSignature"]),
        ({"text": "s", "thought": True}, [], [""]),
        ({"text": "s", "thought": True, "thoughtSignature": "c2ln"}, [], [""]),
        ({}, [], []),
    ],
)
def test_what_is_no_text_of_a_system_prompt_is_named_by_its_place(part, system, lost):
    behind = {"executableCode": {}}
    conversation = read(systemInstruction={"parts": [part, {"text": "t"}, behind]})
    texts = [one.text for one in conversation.system if isinstance(one, Text)]
    assert texts == [*system, "t"]
    foreign = [one for one in conversation.system if isinstance(one, Foreign)]
    paths = [f"systemInstruction.parts[0]{end}" for end in lost]
    assert [one.path for one in foreign] == [*paths, "systemInstruction.parts[2]"]
    if lost == [""]:
        assert json.loads(bytes(foreign[0].value)) == part
