"""The response object around the items."""

from __future__ import annotations

import json

import msgspec

from support.response_events import response_object
from vanguard.dialects.openai_responses.read_request import read_request
from vanguard.dialects.openai_responses.reply_frame import Frame

REQUEST = {
    "model": "m",
    "input": "hi",
    "instructions": "be brief",
    "max_output_tokens": 9,
    "metadata": {"a": "b"},
    "parallel_tool_calls": False,
    "prompt_cache_key": "k",
    "reasoning": {"effort": "low", "summary": "auto"},
    "temperature": 0.5,
    "text": {
        "verbosity": "low",
        "format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}},
    },
    "tool_choice": {"type": "function", "name": "f"},
    "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}}],
    "user": "ada",
}


def test_what_was_asked_is_told_again() -> None:
    frame = Frame(read_request(json.dumps(REQUEST).encode()), "resp_1", 7)
    frame.model = "up"
    body = frame.response("incomplete", [], incomplete="max_output_tokens")
    response = response_object(body)
    assert (response.id, response.created_at, response.model) == ("resp_1", 7, "up")
    assert response.status == "incomplete"
    assert response.instructions == "be brief"
    assert response.metadata == {"a": "b"}
    assert response.text is not None
    assert response.text.verbosity == "low"
    assert response.tools[0].type == "function"
    told = msgspec.json.decode(body)
    for name in ("max_output_tokens", "prompt_cache_key", "temperature", "tool_choice", "user"):
        assert told[name] == REQUEST[name]
    assert told["parallel_tool_calls"] is False
    assert (told["store"], told["previous_response_id"]) == (False, None)
    assert told["text"]["format"]["schema"] == {"type": "object"}


def test_what_was_not_asked_has_openais_defaults() -> None:
    frame = Frame(read_request(b'{"model":"m","input":"hi"}'), "resp_1", 7)
    response = response_object(
        frame.response("failed", [], error={"code": "server_error", "message": "x"})
    )
    assert (response.tool_choice, response.tools, response.parallel_tool_calls) == (
        "auto",
        [],
        True,
    )
    assert response.error is not None
    assert response.text is not None
    assert response.text.format is not None
    assert response.text.format.type == "text"
