"""The scripted model's Anthropic Messages: reads a request, writes a turn whole or as a stream.

Shapes as https://docs.anthropic.com/en/api/messages-streaming has them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from support.clients.turns import Call, Counted, Question, Say, Think, Turn, texts


def read_question(body: dict) -> Question:
    """What a request asks."""
    said: list[str] = []
    results: list[str] = []
    signatures: list[str] = []
    failed = 0
    for message in body["messages"]:
        content = message["content"]
        if message["role"] == "user":
            said += texts(content)
        for block in content if isinstance(content, list) else []:
            if block["type"] == "tool_result":
                results.append("\n".join(texts(block.get("content", ""))))
                failed += bool(block.get("is_error"))
            elif block["type"] == "thinking":
                signatures.append(block["signature"])
    return Question(
        model=body["model"],
        text="\n".join(said),
        system="\n".join(texts(body.get("system", ""))),
        results=tuple(results),
        tools=tuple(tool["name"] for tool in body.get("tools", [])),
        failed=failed,
        thinking=tuple(signatures),
        raw=body,
    )


def blocks_of(body: dict) -> list[tuple[str, bool]]:
    """The prompt in the order in which Anthropic caches it, and where the client put its marks."""
    found: list[tuple[str, bool]] = []
    groups = [body.get("tools", []), body.get("system", [])]
    groups += [
        [{**block, "role": message["role"]} for block in _as_blocks(message["content"])]
        for message in body["messages"]
    ]
    for group in groups:
        for block in _as_blocks(group):
            plain = {name: value for name, value in block.items() if name != "cache_control"}
            found.append((json.dumps(plain, sort_keys=True), "cache_control" in block))
    return found


def _as_blocks(content: object) -> list[dict]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content or [])


def _content(turn: Turn, number: int) -> list[dict]:
    made: list[dict] = []
    for place, part in enumerate(turn):
        if isinstance(part, Say):
            made.append({"type": "text", "text": part.text})
        elif isinstance(part, Think):
            made.append({"type": "thinking", "thinking": part.text, "signature": part.signature})
        else:
            call_id = f"toolu_{number:04d}_{place}"
            made.append(
                {"type": "tool_use", "id": call_id, "name": part.name, "input": part.arguments}
            )
    return made


def _message(body: dict, turn: Turn, number: int, counted: Counted) -> dict:
    content = _content(turn, number)
    called = any(isinstance(part, Call) for part in turn)
    return {
        "id": f"msg_{number:04d}",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": content,
        "stop_reason": "tool_use" if called else "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": counted.fresh,
            "cache_creation_input_tokens": counted.written,
            "cache_read_input_tokens": counted.read,
            "output_tokens": len(json.dumps(content)) // 4 + 1,
        },
    }


def write_whole(body: dict, turn: Turn, number: int, counted: Counted) -> dict:
    """A turn as one JSON body."""
    return _message(body, turn, number, counted)


def write_stream(body: dict, turn: Turn, number: int, counted: Counted) -> Iterator[bytes]:
    """A turn as server-sent events, tool input and text in pieces."""
    message = _message(body, turn, number, counted)
    content, usage = message["content"], message["usage"]
    opening = {
        **message,
        "content": [],
        "stop_reason": None,
        "usage": {**usage, "output_tokens": 1},
    }
    yield _event("message_start", message=opening)
    yield _event("ping")
    for index, block in enumerate(content):
        yield from _block(index, block)
    delta = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    yield _event("message_delta", delta=delta, usage={"output_tokens": usage["output_tokens"]})
    yield _event("message_stop")


def _block(index: int, block: dict) -> Iterator[bytes]:
    if block["type"] == "text":
        start, deltas = {"type": "text", "text": ""}, _pieces("text_delta", "text", block["text"])
    elif block["type"] == "thinking":
        start = {"type": "thinking", "thinking": "", "signature": ""}
        deltas = _pieces("thinking_delta", "thinking", block["thinking"])
        deltas.append({"type": "signature_delta", "signature": block["signature"]})
    else:
        start = {**block, "input": {}}
        deltas = _pieces("input_json_delta", "partial_json", json.dumps(block["input"]))
    yield _event("content_block_start", index=index, content_block=start)
    for delta in deltas:
        yield _event("content_block_delta", index=index, delta=delta)
    yield _event("content_block_stop", index=index)


def _pieces(kind: str, name: str, text: str) -> list[dict]:
    step = max(1, len(text) // 3)
    return [{"type": kind, name: text[at : at + step]} for at in range(0, len(text), step)]


def _event(kind: str, **fields: object) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()
