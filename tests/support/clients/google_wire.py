"""The scripted model's Gemini: reads a request, writes a turn whole or as a stream of chunks.

Shapes as https://ai.google.dev/api/generate-content has them; a call is never told in pieces.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from support.clients.turns import Call, Counted, Question, Say, Turn


def _parts(content: object) -> list[dict]:
    return content.get("parts", []) if isinstance(content, dict) else []


def _texts(parts: list[dict]) -> str:
    return "\n".join(part["text"] for part in parts if part.get("text"))


def read_question(body: dict) -> Question:
    """What a request asks; its model stands in the path."""
    contents = body["contents"]
    results = [
        json.dumps(part["functionResponse"]["response"])
        if "result" not in part["functionResponse"]["response"]
        else str(part["functionResponse"]["response"]["result"])
        for content in contents
        for part in _parts(content)
        if "functionResponse" in part
    ]
    said = [_texts(_parts(one)) for one in contents if one.get("role", "user") == "user"]
    declared = [
        one for tool in body.get("tools", []) for one in tool.get("functionDeclarations", [])
    ]
    return Question(
        model=body["model"],
        text="\n".join(said),
        system=_texts(_parts(body.get("systemInstruction"))),
        results=tuple(results),
        tools=tuple(one["name"] for one in declared),
        raw=body,
    )


def blocks_of(body: dict) -> list[tuple[str, bool]]:
    """The prompt in the order in which prefixes are cached; any content may end one."""
    first = [body.get("tools", []), body.get("systemInstruction")]
    found = [(json.dumps(one, sort_keys=True), False) for one in first]
    return found + [(json.dumps(one, sort_keys=True), True) for one in body["contents"]]


def _made(turn: Turn, number: int) -> list[dict]:
    found: list[dict] = []
    for place, part in enumerate(turn):
        if isinstance(part, Say):
            found.append({"text": part.text})
        elif isinstance(part, Call):
            call = {"id": f"call_{number:04d}_{place}", "name": part.name, "args": part.arguments}
            found.append({"functionCall": call})
    return found


def _reply(body: dict, parts: list[dict], number: int, **more: object) -> dict:
    candidate = {"content": {"parts": parts, "role": "model"}, "index": 0, **more}
    return {
        "candidates": [candidate],
        "modelVersion": body["model"],
        "responseId": f"resp-{number:04d}",
    }


def _usage(parts: list[dict], counted: Counted) -> dict:
    taken = counted.fresh + counted.read + counted.written
    given = len(json.dumps(parts)) // 4 + 1
    return {
        "promptTokenCount": taken,
        "cachedContentTokenCount": counted.read,
        "candidatesTokenCount": given,
        "totalTokenCount": taken + given,
    }


def write_whole(body: dict, turn: Turn, number: int, counted: Counted) -> dict:
    """A turn as one JSON body."""
    parts = _made(turn, number)
    usage = _usage(parts, counted)
    return {**_reply(body, parts, number, finishReason="STOP"), "usageMetadata": usage}


def write_stream(body: dict, turn: Turn, number: int, counted: Counted) -> Iterator[bytes]:
    """A turn as server-sent events, text in pieces."""
    parts = _made(turn, number)
    for part in parts:
        text = part.get("text", "")
        step = max(1, len(text) // 3)
        pieces = [{"text": text[at : at + step]} for at in range(0, len(text), step)]
        for piece in pieces if "text" in part else [part]:
            yield _event(_reply(body, [piece], number))
    last = _reply(body, [{"text": ""}], number, finishReason="STOP")
    yield _event({**last, "usageMetadata": _usage(parts, counted)})


def _event(chunk: dict) -> bytes:
    return b"data: " + json.dumps(chunk).encode() + b"\r\n\r\n"


def refusal(status: int, message: str) -> dict:
    """An error as Google tells it."""
    names = {400: "INVALID_ARGUMENT", 429: "RESOURCE_EXHAUSTED", 503: "UNAVAILABLE"}
    return {"error": {"code": status, "message": message, "status": names.get(status, "INTERNAL")}}
