"""What Cursor and GitHub Copilot send, reconstructed from public documentation, never recorded.

Neither can be run here: Cursor's calls come from its servers, Copilot lives in an editor. The bodies
follow what their pages and public issues say, with the traps that users met:

- Cursor, "Override OpenAI Base URL": whatever it is pointed at must be exactly OpenAI's chat API
  (cursor/cursor issue 1289, 2024-03-15): a verifying call, then streamed chats with tools. To models
  that it takes for ones of the Responses API it sends such bodies at the same path, and reads the
  answer as chat completions (forum.cursor.com threads 153019 of 2026-02-24 and 159298 of 2026-05).
- Copilot, "Custom Endpoint" (https://code.visualstudio.com/docs/agent-customization/language-models,
  page of 2026-10-14): `apiType` chat-completions, responses or messages, a full URL, headers of one's own. It
  sends `max_tokens` to models that want `max_completion_tokens` (microsoft/vscode-copilot-release
  issue 14146), and `refusal: null` in the turns that it sends back.
"""

from __future__ import annotations

import json

import httpx
import pytest

from support.clients.matrix import proves
from support.clients.stage import Stage
from support.clients.turns import Call, Say, by_prompt, steps

pytestmark = pytest.mark.e2e

READ = {
    "name": "read_file",
    "description": "Read a file.",
    "parameters": {
        "type": "object",
        "properties": {"path": {"type": "string"}},
        "required": ["path"],
    },
}
PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
PLAY = by_prompt(
    {
        "Test prompt": steps((Say("ok"),)),
        "look at": steps((Say("I look."), Call("read_file", {"path": "a.py"})), (Say("Read."),)),
    }
)


def cursor_verify(model: str) -> dict:
    return {
        "model": model,
        "messages": [{"role": "user", "content": "Test prompt using gpt-3.5-turbo"}],
        "max_tokens": 10,
        "stream": False,
    }


def chat(model: str, **more: object) -> dict:
    return {
        "model": model,
        "messages": [
            {"role": "system", "content": "You are an assistant in an editor."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "look at a.py"},
                    {"type": "image_url", "image_url": {"url": PIXEL, "detail": "high"}},
                ],
            },
        ],
        "tools": [{"type": "function", "function": READ}],
        "tool_choice": "auto",
        "stream": True,
        "stream_options": {"include_usage": True},
        **more,
    }


def second_turn(body: dict) -> dict:
    call = {
        "id": "call_1",
        "type": "function",
        "function": {"name": "read_file", "arguments": '{"path": "a.py"}'},
    }
    said = {"role": "assistant", "content": "", "refusal": None, "tool_calls": [call]}
    result = {"role": "tool", "tool_call_id": "call_1", "content": "print(1)"}
    return {**body, "messages": [*body["messages"], said, result]}


def events(answer: httpx.Response) -> list[dict]:
    assert answer.status_code == 200, answer.text
    lines = [line.removeprefix("data: ") for line in answer.text.split("\n") if line[:5] == "data:"]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def post(stage: Stage, path: str, body: dict, **headers: str) -> httpx.Response:
    return httpx.post(
        stage.tap.base_url + path,
        json=body,
        headers={"authorization": f"Bearer {stage.platform.key}", **headers},
        trust_env=False,
    )


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(
            "gpt-own", marks=proves("Cursor (reconstructed)", "verify and chat", "OpenAI chat")
        ),
        pytest.param(
            "gpt-foreign",
            marks=proves("Cursor (reconstructed)", "verify and chat", "Anthropic Messages"),
        ),
    ],
)
def test_cursor(stage: Stage, model: str) -> None:
    stage.model.reset(PLAY)
    said = post(stage, "/v1/chat/completions", cursor_verify(model)).json()
    assert said["choices"][0]["message"]["content"] == "ok"
    agrees(stage, chat(model, temperature=0, user="google-oauth2|1"))


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(
            "gpt-own",
            marks=proves("Cursor (reconstructed)", "agent (responses' bodies)", "OpenAI chat"),
        ),
        pytest.param(
            "gpt-responses",
            marks=proves("Cursor (reconstructed)", "agent (responses' bodies)", "OpenAI responses"),
        ),
        pytest.param(
            "gpt-foreign",
            marks=proves(
                "Cursor (reconstructed)", "agent (responses' bodies)", "Anthropic Messages"
            ),
        ),
    ],
)
def test_cursors_agent(stage: Stage, model: str) -> None:
    patch = "*** Begin Patch\n*** Add File: a.py\n+print(1)\n*** End Patch"
    stage.model.reset(
        steps((Say("I edit."), Call("ApplyPatch", {"input": patch})), (Say("Done."),))
    )
    body = {
        "model": model,
        "user": "google-oauth2|1",
        "input": [
            {"role": "system", "content": "You are an agent in an editor."},
            {"role": "user", "content": [{"type": "input_text", "text": "write a.py"}]},
        ],
        "tools": [
            {"type": "function", **READ, "strict": False},
            {
                "type": "custom",
                "name": "ApplyPatch",
                "description": "Edits files.",
                "format": {"type": "grammar", "syntax": "lark", "definition": "start: /.+/"},
            },
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "store": False,
        "include": ["reasoning.encrypted_content"],
        "reasoning": {"effort": "medium", "summary": "auto"},
        "text": {"verbosity": "low"},
        "truncation": "disabled",
        "previous_response_id": None,
    }
    first = events(post(stage, "/v1/chat/completions", body))
    calls = [
        call
        for event in first
        for choice in event["choices"]
        for call in choice["delta"].get("tool_calls", [])
    ]
    assert calls[0]["function"]["name"] == "ApplyPatch"
    assert "".join(call["function"].get("arguments", "") for call in calls) == patch
    assert first[-1]["usage"]["total_tokens"] > 0
    call_id = calls[0]["id"]
    told = {"call_id": call_id, "name": "ApplyPatch", "arguments": patch}
    result = {"type": "function_call_output", "call_id": call_id, "output": "ok"}
    history = [*body["input"], {"type": "function_call", **told}, result]
    second = events(post(stage, "/v1/chat/completions", {**body, "input": history}))
    text = "".join(
        choice["delta"].get("content") or "" for event in second for choice in event["choices"]
    )
    assert text == "Done."


def agrees(stage: Stage, body: dict) -> None:
    """A tool call arrives in deltas, and its result leads to the end."""
    first = events(post(stage, "/v1/chat/completions", body))
    calls = [
        call
        for event in first
        for choice in event["choices"]
        for call in choice["delta"].get("tool_calls", [])
    ]
    assert json.loads("".join(call["function"].get("arguments", "") for call in calls)) == {
        "path": "a.py"
    }
    assert first[-1]["usage"]["total_tokens"] > 0
    second = events(post(stage, "/v1/chat/completions", second_turn(body)))
    text = "".join(
        choice["delta"].get("content") or "" for event in second for choice in event["choices"]
    )
    assert text == "Read."
    assert "iVBORw0KGgo" in stage.model.asked[-1].body.decode()


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(
            "gpt-own", marks=proves("GitHub Copilot (reconstructed)", "chat", "OpenAI chat")
        ),
        pytest.param(
            "gpt-foreign",
            marks=proves("GitHub Copilot (reconstructed)", "chat", "Anthropic Messages"),
        ),
    ],
)
def test_copilot_chat(stage: Stage, model: str) -> None:
    stage.model.reset(PLAY)
    agrees(stage, chat(model, max_tokens=4096, temperature=0.1, top_p=1, n=1))


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(
            "claude-own",
            marks=proves("GitHub Copilot (reconstructed)", "messages", "Anthropic Messages"),
        ),
        pytest.param(
            "claude-foreign",
            marks=proves("GitHub Copilot (reconstructed)", "messages", "OpenAI chat"),
        ),
    ],
)
def test_copilot_messages(stage: Stage, model: str) -> None:
    stage.model.reset(PLAY)
    image = {"type": "base64", "media_type": "image/png", "data": PIXEL.partition(",")[2]}
    body = {
        "model": model,
        "max_tokens": 4096,
        "system": [{"type": "text", "text": "You are an assistant in an editor."}],
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "look at a.py"},
                    {"type": "image", "source": image},
                ],
            }
        ],
        "tools": [
            {
                "name": "read_file",
                "description": "Read a file.",
                "input_schema": READ["parameters"],
                "cache_control": {"type": "ephemeral"},
            }
        ],
        "stream": True,
    }
    said = events(post(stage, "/v1/messages", body, **{"anthropic-version": "2023-06-01"}))
    assert [one["type"] for one in said if one["type"].startswith("message")] == [
        "message_start",
        "message_delta",
        "message_stop",
    ]
    pieces = [one["delta"].get("partial_json", "") for one in said if "delta" in one]
    assert json.loads("".join(pieces)) == {"path": "a.py"}
    assert "iVBORw0KGgo" in stage.model.asked[-1].body.decode()


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(
            "gpt-responses",
            marks=proves("GitHub Copilot (reconstructed)", "responses", "OpenAI responses"),
        ),
        pytest.param(
            "gpt-foreign",
            marks=proves("GitHub Copilot (reconstructed)", "responses", "Anthropic Messages"),
        ),
    ],
)
def test_copilot_responses(stage: Stage, model: str) -> None:
    stage.model.reset(PLAY)
    question = [
        {"type": "input_text", "text": "look at a.py"},
        {"type": "input_image", "image_url": PIXEL, "detail": "high"},
    ]
    body = {
        "model": model,
        "input": [
            {"role": "system", "content": "You are an assistant in an editor."},
            {"role": "user", "content": question},
        ],
        "tools": [{"type": "function", **READ, "strict": False}],
        "tool_choice": "auto",
        "max_output_tokens": 4096,
        "stream": True,
        "store": False,
        "truncation": "disabled",
        "include": ["reasoning.encrypted_content"],
    }
    first = events(post(stage, "/v1/responses", body))
    done = first[-1]["response"]
    assert first[-1]["type"] == "response.completed"
    (call,) = (item for item in done["output"] if item["type"] == "function_call")
    assert json.loads(call["arguments"]) == {"path": "a.py"}
    assert done["usage"]["total_tokens"] > 0
    result = {"type": "function_call_output", "call_id": call["call_id"], "output": "print(1)"}
    history = [*body["input"], *done["output"], result]
    second = events(post(stage, "/v1/responses", {**body, "input": history}))
    assert "".join(one["delta"] for one in second if one["type"].endswith("text.delta")) == "Read."
    assert "iVBORw0KGgo" in stage.model.asked[-1].body.decode()
