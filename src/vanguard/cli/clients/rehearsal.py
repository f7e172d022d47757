"""Plays the first minute of a client against a running gateway, request by request.

It does not know the client's program: it sends what that sends first, as seen by recording it or as
its pages say, and looks whether the answer is one that it can go on with. Each call costs at most
some tokens, counted and charged like any other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

import httpx
import msgspec

from vanguard.cli.clients.recipes import Aim
from vanguard.cli.diagnosis.finding import Finding, fail, ok, warn
from vanguard.sdk.own_certificate import verification

_TIMEOUT_S = 60.0
_SAY = "Say: ready."
_TOOL = {"type": "object", "properties": {"path": {"type": "string"}}}
# what Claude Code 2.1.197 asks for when nobody tells it a model
_CLAUDE_DEFAULTS = ("claude-opus-4-8", "claude-haiku-4-5-20251001")
_CHAT = "/v1/chat/completions"


class Step(msgspec.Struct, frozen=True):
    """One request of the minute.

    Attributes:
        says: what works when it works.
        ends: what the answer must hold, such as the last event of its stream.
        needed: whether the client cannot do without it.
    """

    says: str
    method: str
    path: str
    body: dict[str, object] | None = None
    headers: Mapping[str, str] = {}
    ends: str = ""
    needed: bool = True


def rehearse(client: str, aim: Aim, certificate: str = "") -> Iterator[Finding]:
    """One finding for each request, in the order in which the client sends them."""
    if client == "cursor" and not aim.url.startswith("https:"):
        yield warn(
            client, f"{aim.url} is no HTTPS", "Cursor calls from outside: give it a public name"
        )
    trusted = verification(certificate)
    with httpx.Client(
        base_url=aim.url, timeout=_TIMEOUT_S, trust_env=False, verify=trusted
    ) as http:
        for step in MINUTES[client](aim):
            yield _play(http, client, step)


def _play(http: httpx.Client, client: str, step: Step) -> Finding:
    shown = f"{step.method} {step.path}"
    try:
        answer = http.request(step.method, step.path, json=step.body, headers=dict(step.headers))
    except httpx.TransportError as error:
        return fail(client, f"{shown}: no answer: {error}", "is it running? see: vanguard doctor")
    request_id = answer.headers.get("x-request-id", "")
    if answer.status_code != 200:
        text = f"{shown} answers {answer.status_code}: {_message(answer)}"
        advice = _advice(answer.status_code, request_id)
        return fail(client, text, advice) if step.needed else warn(client, text, advice)
    if step.ends not in answer.text:
        return fail(client, f"{shown}: the answer breaks off before its end", f"see {request_id}")
    lost = answer.headers.get("x-vanguard-losses", "")
    if lost:
        return warn(
            client, f"{step.says}, without: {lost}", "the model's own API has no such thing"
        )
    return ok(client, step.says)


def _message(answer: httpx.Response) -> str:
    try:
        error = answer.json()["error"]
        return str(error["message"] if isinstance(error, dict) else error)
    except (ValueError, KeyError, TypeError):
        return answer.text[:200]


def _advice(status: int, request_id: str) -> str:
    if status in {401, 403}:
        return "set VANGUARD_API_KEY to a key of this gateway: vanguard key create NAME"
    if status == 404:
        return "choose one of `vanguard models` by --model, or give the name as an alias"
    return f"see {request_id} in the gateway's log" if request_id else "see the gateway's log"


def _bearer(aim: Aim) -> dict[str, str]:
    return {"authorization": f"Bearer {aim.key}"}


def _claude_code(aim: Aim) -> Iterator[Step]:
    headers = {
        **_bearer(aim),
        "anthropic-version": "2023-06-01",
        "anthropic-beta": "claude-code-20250219,interleaved-thinking-2025-05-14",
        "x-claude-code-session-id": "00000000-0000-4000-8000-000000000000",
    }
    for name in (aim.model,) if aim.model else _CLAUDE_DEFAULTS:
        body: dict[str, object] = {
            "model": name,
            "max_tokens": 16,
            "system": [{"type": "text", "text": _SAY, "cache_control": {"type": "ephemeral"}}],
            "messages": [{"role": "user", "content": [{"type": "text", "text": _SAY}]}],
            "tools": [{"name": "Read", "description": "Reads a file.", "input_schema": _TOOL}],
            "stream": True,
        }
        says = f"{name} streams, with tools"
        yield Step(says, "POST", "/v1/messages?beta=true", body, headers, "message_stop")
        count = {"model": name, "messages": body["messages"]}
        path = "/v1/messages/count_tokens?beta=true"
        yield Step(
            f"{name} counts tokens", "POST", path, count, headers, "input_tokens", needed=False
        )


def _chat(aim: Aim, **more: object) -> dict[str, object]:
    tool = {"name": "read_file", "description": "Reads a file.", "parameters": _TOOL}
    return {
        "model": aim.model,
        "messages": [{"role": "user", "content": _SAY}],
        "tools": [{"type": "function", "function": tool}],
        "stream": True,
        "stream_options": {"include_usage": True},
        **more,
    }


def _chat_client(aim: Aim) -> Iterator[Step]:
    headers = _bearer(aim)
    yield Step("the key lists models", "GET", "/v1/models", None, headers, '"data"')
    plain = {
        "model": aim.model,
        "messages": [{"role": "user", "content": _SAY}],
        "max_tokens": 16,
    }
    yield Step(f"{aim.model} answers", "POST", _CHAT, plain, headers, '"choices"')
    body = _chat(aim, max_tokens=16)
    says = f"{aim.model} streams, with tools and usage"
    yield Step(says, "POST", _CHAT, body, headers, "data: [DONE]")


def _codex(aim: Aim) -> Iterator[Step]:
    body: dict[str, object] = {
        "model": aim.model,
        "instructions": _SAY,
        "input": [
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": _SAY}]}
        ],
        "tools": [{"type": "function", "name": "shell", "parameters": _TOOL, "strict": False}],
        "tool_choice": "auto",
        "parallel_tool_calls": False,
        "store": False,
        "include": ["reasoning.encrypted_content"],
        "stream": True,
    }
    says = f"{aim.model} streams, with tools"
    yield Step(says, "POST", "/v1/responses", body, _bearer(aim), "response.completed")


def _gemini_cli(aim: Aim) -> Iterator[Step]:
    body: dict[str, object] = {"contents": [{"role": "user", "parts": [{"text": _SAY}]}]}
    headers = {"x-goog-api-key": aim.key}
    base = f"/v1beta/models/{aim.model}"
    says = f"{aim.model} streams"
    path = f"{base}:streamGenerateContent?alt=sse"
    yield Step(says, "POST", path, body, headers, "candidates")
    yield Step("it counts tokens", "POST", f"{base}:countTokens", body, headers, "totalTokens")


def _boto3(aim: Aim) -> Iterator[Step]:
    body: dict[str, object] = {
        "messages": [{"role": "user", "content": [{"text": _SAY}]}],
        "inferenceConfig": {"maxTokens": 16},
    }
    path = f"/aws/model/{aim.model}/converse"
    yield Step(f"{aim.model} converses", "POST", path, body, _bearer(aim), "stopReason")


MINUTES: Mapping[str, Callable[[Aim], Iterator[Step]]] = {
    "claude-code": _claude_code,
    "codex": _codex,
    "cursor": _chat_client,
    "copilot": _chat_client,
    "aider": _chat_client,
    "gemini-cli": _gemini_cli,
    "boto3": _boto3,
}


def first_chat_model(url: str, key: str, certificate: str = "") -> str:
    """The first name that the gateway lists; empty when it lists none or does not answer."""
    try:
        answer = httpx.get(
            f"{url}/v1/models",
            headers={"authorization": f"Bearer {key}"},
            timeout=_TIMEOUT_S,
            trust_env=False,
            verify=verification(certificate),
        )
        return str(json.loads(answer.text)["data"][0]["id"])
    except (httpx.TransportError, ValueError, KeyError, IndexError, TypeError):
        return ""
