"""A body of the responses API that came to the chat's path is read as what it is."""

from __future__ import annotations

import json

import pytest

from vanguard.core.errors import InvalidRequest, UnsupportedFeature
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import TextDelta, ToolCall, ToolResult
from vanguard.dialects.openai_crossed import OpenAICrossed
from vanguard.dialects.registry import DIALECTS

CROSSED = DIALECTS["openai_crossed"]
PATCH = "*** Begin Patch\n*** Add File: a.py\n+print(1)\n*** End Patch"
APPLY = {
    "type": "custom",
    "name": "ApplyPatch",
    "description": "Edits files.",
    "format": {"type": "grammar", "syntax": "lark", "definition": "start: /.+/"},
}
# reconstructed from forum.cursor.com threads 153019 (2026-02-24) and 159298 (2026-05), never recorded
BODY = {
    "model": "gpt-5.5",
    "user": "google-oauth2|1",
    "input": [
        {"role": "system", "content": "You are an agent in an editor."},
        {"role": "user", "content": [{"type": "input_text", "text": "look at a.py"}]},
    ],
    "tools": [
        {
            "type": "function",
            "name": "read_file",
            "description": "Read a file.",
            "parameters": {"type": "object", "properties": {"path": {"type": "string"}}},
            "strict": False,
        },
        APPLY,
    ],
    "tool_choice": "auto",
    "stream": True,
    "stream_options": {"include_usage": True},
    "store": False,
    "include": ["reasoning.encrypted_content"],
    "reasoning": {"effort": "medium", "summary": "auto"},
    "text": {"verbosity": "low"},
    "truncation": "auto",
    "previous_response_id": None,
    "prompt_cache_retention": "24h",
}


def read(**fields: object):
    return CROSSED.read_request(json.dumps({**BODY, **fields}).encode())


def test_it_is_registered_and_reads_the_reconstructed_body() -> None:
    assert isinstance(CROSSED, OpenAICrossed)
    found = read()
    assert [tool.kind for tool in found.tools] == ["function", "freeform"]
    assert (found.reasoning.effort, found.stream, found.stream_usage) == ("medium", True, True)
    assert read(stream_options=None).stream_usage is False


@pytest.mark.parametrize(
    "call",
    [
        # as it was told to the client, and as the responses API has it
        {"type": "function_call", "arguments": PATCH},
        {"type": "function_call", "arguments": json.dumps({"input": PATCH})},
        {"type": "custom_tool_call", "input": PATCH},
    ],
)
def test_free_text_comes_back_as_free_text(call: dict) -> None:
    history = [
        *BODY["input"],
        {"call_id": "call_1", "name": "ApplyPatch", **call},
        {"type": "function_call_output", "call_id": "call_1", "output": "Done."},
    ]
    found = read(input=history)
    assert found.messages[-2].parts == (
        ToolCall("call_1", "ApplyPatch", json.dumps({"input": PATCH}, separators=(",", ":"))),
    )
    assert isinstance(found.messages[-1].parts[0], ToolResult)
    body = json.loads(DIALECTS["openai_responses"].write_request(found, Losses()))
    sent = [item for item in body["input"] if item.get("type") == "custom_tool_call"]
    assert [item["input"] for item in sent] == [PATCH]


def test_nothing_is_asked_like_this_and_errors_are_openais() -> None:
    with pytest.raises(UnsupportedFeature):
        CROSSED.write_request(read(), Losses())
    body = json.loads(CROSSED.error_body(InvalidRequest("no", param="input"), "req"))
    assert body["error"]["param"] == "input"
    chunk = {"choices": [{"index": 0, "delta": {"content": "hi"}, "finish_reason": None}]}
    events = CROSSED.reader().event(f"data: {json.dumps(chunk)}\n\n".encode())
    assert TextDelta("hi") in events
