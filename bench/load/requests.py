"""The requests of the load: bodies of three sizes, in each dialect, always the same bytes.

It does not know who answers. `small` is a question of 0.9 KB, `agent` a coding agent's turn of about
150 KB with its tools and all that was said before, `image` a question about a picture of 2 MB.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from functools import cache

import msgspec

DOORS = {"openai": "/v1/chat/completions", "anthropic": "/v1/messages"}
BODIES = ("small", "agent", "image")
_QUESTION = "Tell me, in a few plain words, what a gateway does and why a team would want one. " * 8
_SYSTEM = "You answer in plain words and stay brief."
_WORDS = [
    "return",
    "value",
    "parser",
    "buffer",
    "offset",
    "index",
    "while",
    "header",
    "token",
    "stream",
    "open",
    "close",
    "read",
    "write",
    "async",
    "await",
    "class",
    "self",
    "path",
    "error",
    "retry",
    "limit",
    "budget",
    "ledger",
    "model",
    "route",
    "key",
    "team",
    "event",
]
_TOOLS, _TURNS, _TURN_WORDS = 20, 45, 380
_IMAGE_BYTES = 1_540_000  # 2 MB as base64
Json = dict[str, object]


class Ask(msgspec.Struct, frozen=True):
    """What one request is.

    Attributes:
        door: the client's dialect, `openai` or `anthropic`.
        body: one of `BODIES`.
        usage: whether a stream asks for its usage (`stream_options.include_usage`).
        headers: lines that a peer wants beside, since it is configured by requests.
        path: where a peer has the door elsewhere, its path.
    """

    door: str
    model: str
    body: str = "small"
    stream: bool = False
    usage: bool = True
    path: str = ""
    headers: tuple[str, ...] = ()


def request_bytes(ask: Ask, port: int, key: str) -> bytes:
    """Head and body as they go over the wire."""
    body = body_bytes(ask)
    lines = [
        f"POST {ask.path or DOORS[ask.door]} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        *_credential(ask.door, key),
        "Content-Type: application/json",
        *ask.headers,
        "Accept: */*",
        "User-Agent: bench/1",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def body_bytes(ask: Ask) -> bytes:
    """The JSON body."""
    value: Json = {"model": ask.model, "max_tokens": 256, "temperature": 0.2}
    if ask.stream:
        value["stream"] = True
        if ask.usage and ask.door == "openai":
            value["stream_options"] = {"include_usage": True}
    value |= _OPENAI[ask.body]() if ask.door == "openai" else _ANTHROPIC[ask.body]()
    return json.dumps(value).encode()


def _credential(door: str, key: str) -> list[str]:
    if door == "anthropic":
        return [f"x-api-key: {key}", "anthropic-version: 2023-06-01"]
    return [f"Authorization: Bearer {key}"]


def _words(seed: int, count: int) -> str:
    return " ".join(random.Random(seed).choices(_WORDS, k=count))


@cache
def _image() -> str:
    """A picture as base64: noise behind a PNG's signature, since nobody on the way decodes it."""
    noise = random.Random(7).randbytes(_IMAGE_BYTES)
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + noise).decode()


def _schema(number: int) -> Json:
    names = [f"{word}_{number}" for word in random.Random(number).sample(_WORDS, 6)]
    fields = {name: {"type": "string", "description": _words(number, 20)} for name in names}
    return {"type": "object", "properties": fields, "required": names[:2]}


def _openai_small() -> Json:
    system = {"role": "system", "content": _SYSTEM}
    return {"messages": [system, {"role": "user", "content": _QUESTION}]}


@cache
def _openai_agent() -> Json:
    messages: list[Json] = [{"role": "system", "content": _words(1, 800)}]
    for turn in range(_TURNS):
        function = {"name": f"tool_{turn % _TOOLS}", "arguments": '{"path": "src/main.py"}'}
        call = {"id": f"call_{turn}", "type": "function", "function": function}
        messages += [
            {"role": "assistant", "content": _words(turn, 20), "tool_calls": [call]},
            {
                "role": "tool",
                "tool_call_id": f"call_{turn}",
                "content": _words(99 + turn, _TURN_WORDS),
            },
        ]
    messages.append({"role": "user", "content": _QUESTION})
    tools = [
        {
            "type": "function",
            "function": {
                "name": f"tool_{number}",
                "description": _words(number, 60),
                "parameters": _schema(number),
            },
        }
        for number in range(_TOOLS)
    ]
    return {"messages": messages, "tools": tools}


@cache
def _openai_image() -> Json:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + _image()}}
    question = {"type": "text", "text": "What is in this picture?"}
    return {"messages": [{"role": "user", "content": [question, picture]}]}


def _anthropic_small() -> Json:
    return {"system": _SYSTEM, "messages": [{"role": "user", "content": _QUESTION}]}


@cache
def _anthropic_agent() -> Json:
    messages: list[Json] = [{"role": "user", "content": _QUESTION}]
    for turn in range(_TURNS):
        use = {
            "type": "tool_use",
            "id": f"toolu_{turn}",
            "name": f"tool_{turn % _TOOLS}",
            "input": {"path": "src/main.py"},
        }
        said = {"type": "text", "text": _words(turn, 20)}
        result = {
            "type": "tool_result",
            "tool_use_id": f"toolu_{turn}",
            "content": _words(99 + turn, _TURN_WORDS),
        }
        messages += [
            {"role": "assistant", "content": [said, use]},
            {"role": "user", "content": [result]},
        ]
    tools = [
        {
            "name": f"tool_{number}",
            "description": _words(number, 60),
            "input_schema": _schema(number),
        }
        for number in range(_TOOLS)
    ]
    return {"system": _words(1, 800), "messages": messages, "tools": tools}


@cache
def _anthropic_image() -> Json:
    source = {"type": "base64", "media_type": "image/png", "data": _image()}
    question = {"type": "text", "text": "What is in this picture?"}
    content = [{"type": "image", "source": source}, question]
    return {"messages": [{"role": "user", "content": content}]}


_OPENAI: dict[str, Callable[[], Json]] = {
    "small": _openai_small,
    "agent": _openai_agent,
    "image": _openai_image,
}
_ANTHROPIC: dict[str, Callable[[], Json]] = {
    "small": _anthropic_small,
    "agent": _anthropic_agent,
    "image": _anthropic_image,
}
