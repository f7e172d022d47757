"""The scripted model's OpenAI Chat Completions: reads a request, writes a turn whole or streamed.

Shapes as https://platform.openai.com/docs/api-reference/chat has them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from support.clients.turns import Call, Counted, Question, Say, Turn, texts


def read_question(body: dict) -> Question:
    """What a request asks."""
    by_role: dict[str, list[str]] = {"system": [], "developer": [], "user": [], "tool": []}
    for message in body["messages"]:
        found = "\n".join(texts(message.get("content")))
        if message["role"] == "tool":
            by_role["tool"].append(found)
        elif message["role"] != "assistant":
            by_role[message["role"]].append(found)
    return Question(
        model=body["model"],
        text="\n".join(by_role["user"]),
        system="\n".join(by_role["system"] + by_role["developer"]),
        results=tuple(by_role["tool"]),
        tools=tuple(tool["function"]["name"] for tool in body.get("tools", [])),
        raw=body,
    )


def blocks_of(body: dict) -> list[tuple[str, bool]]:
    """The prompt in the order in which prefixes are cached; any message may end one."""
    found = [(json.dumps(body.get("tools", []), sort_keys=True), False)]
    found += [(json.dumps(message, sort_keys=True), True) for message in body["messages"]]
    return found


def _text(turn: Turn) -> str | None:
    said = "".join(part.text for part in turn if isinstance(part, Say))
    return said or None


def _calls(turn: Turn, number: int) -> list[dict]:
    return [
        {
            "id": f"call_{number:04d}_{place}",
            "type": "function",
            "function": {"name": part.name, "arguments": json.dumps(part.arguments)},
        }
        for place, part in enumerate(turn)
        if isinstance(part, Call)
    ]


def _usage(turn: Turn, counted: Counted) -> dict:
    prompt = counted.fresh + counted.read + counted.written
    completion = len(json.dumps([_text(turn), _calls(turn, 0)])) // 4 + 1
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": counted.read},
    }


def write_whole(body: dict, turn: Turn, number: int, counted: Counted) -> dict:
    """A turn as one JSON body."""
    calls = _calls(turn, number)
    message = {"role": "assistant", "content": _text(turn), "refusal": None}
    return {
        "id": f"chatcmpl-{number:04d}",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": body["model"],
        "choices": [
            {
                "index": 0,
                "message": {**message, "tool_calls": calls} if calls else message,
                "logprobs": None,
                "finish_reason": "tool_calls" if calls else "stop",
            }
        ],
        "usage": _usage(turn, counted),
    }


def write_stream(body: dict, turn: Turn, number: int, counted: Counted) -> Iterator[bytes]:
    """A turn as server-sent events, arguments and text in pieces."""

    def chunk(delta: dict | None, finish: str | None = None, **more: object) -> bytes:
        choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
        shown = {
            "id": f"chatcmpl-{number:04d}",
            "object": "chat.completion.chunk",
            "created": 1_790_000_000,
            "model": body["model"],
            "choices": choices,
            **more,
        }
        return b"data: " + json.dumps(shown).encode() + b"\n\n"

    yield chunk({"role": "assistant", "content": ""})
    calls = _calls(turn, number)
    for piece in _pieces(_text(turn) or ""):
        yield chunk({"content": piece})
    for index, call in enumerate(calls):
        function = call["function"]
        head = {**call, "index": index, "function": {"name": function["name"], "arguments": ""}}
        yield chunk({"tool_calls": [head]})
        for piece in _pieces(function["arguments"]):
            yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield chunk({}, "tool_calls" if calls else "stop")
    if (body.get("stream_options") or {}).get("include_usage"):
        yield chunk(None, usage=_usage(turn, counted))
    yield b"data: [DONE]\n\n"


def _pieces(text: str) -> list[str]:
    step = max(1, len(text) // 3)
    return [text[at : at + step] for at in range(0, len(text), step)]
