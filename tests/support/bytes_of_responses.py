"""What OpenAI's responses API answers, as bytes: whole replies, streams, errors, calls, reasoning."""

from __future__ import annotations

import json
from typing import Any


class Script:
    """Writes events and numbers them."""

    def __init__(self) -> None:
        self.events: list[bytes] = []

    def say(self, kind: str, **fields: Any) -> None:
        body = {"type": kind, "sequence_number": len(self.events), **fields}
        self.events.append(f"event: {kind}\ndata: {json.dumps(body)}\n\n".encode())


USAGE = {
    "input_tokens": 120,
    "input_tokens_details": {"cached_tokens": 100, "cache_write_tokens": 0},
    "output_tokens": 7,
    "output_tokens_details": {"reasoning_tokens": 3},
    "total_tokens": 127,
}
FRAME = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1_700_000_000,
    "status": "completed",
    "error": None,
    "incomplete_details": None,
    "instructions": None,
    "model": "gpt-up",
    "output": [],
    "parallel_tool_calls": True,
    "tool_choice": "auto",
    "tools": [],
    "usage": USAGE,
    "metadata": {},
}


def message(text: str = "Hello there") -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    return {
        "id": "msg_1",
        "type": "message",
        "status": "completed",
        "role": "assistant",
        "content": [part],
    }


def call(city: str) -> dict[str, Any]:
    return {
        "id": f"fc_{city}",
        "type": "function_call",
        "status": "completed",
        "call_id": f"call_{city}",
        "name": "weather",
        "arguments": json.dumps({"city": city}),
    }


PATCH = '*** Begin Patch\n*** Add File: a.txt\n+"é\\"\n*** End Patch'
CUSTOM = {
    "id": "ctc_1",
    "type": "custom_tool_call",
    "status": "completed",
    "call_id": "call_patch",
    "name": "apply_patch",
    "input": PATCH,
}
REASONING = {
    "id": "rs_1",
    "type": "reasoning",
    "summary": [{"type": "summary_text", "text": "Let me think"}],
    "encrypted_content": "gAAAAsealed==",
}


def whole_of(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**FRAME, "output": list(items), **more}


def stream_of(*items: dict[str, Any], end: str = "completed", **more: Any) -> list[bytes]:
    """A stream of the items, each with all events of its life."""
    script = Script()
    begun = {**FRAME, "status": "in_progress", "usage": None}
    script.say("response.created", response=begun)
    script.say("response.in_progress", response=begun)
    for index, item in enumerate(items):
        _play(script, index, item)
    script.say(f"response.{end}", response=whole_of(*items, status=end, **more))
    return script.events


def _play(script: Script, index: int, item: dict[str, Any]) -> None:
    here = {"item_id": item["id"], "output_index": index}
    begun = {**item, "status": "in_progress"}
    for name in ("arguments", "input"):
        if name in item:
            begun[name] = ""
    for name in ("content", "summary"):
        if name in item:
            begun[name] = []
    begun.pop("encrypted_content", None)
    script.say("response.output_item.added", output_index=index, item=begun)
    match item["type"]:
        case "message":
            _play_message(script, here, item)
        case "reasoning":
            _play_reasoning(script, here, item)
        case "function_call":
            _play_call(script, here, "function_call_arguments", "arguments", item)
        case "custom_tool_call":
            _play_call(script, here, "custom_tool_call_input", "input", item)
    script.say("response.output_item.done", output_index=index, item=item)


def _play_message(script: Script, here: dict[str, Any], item: dict[str, Any]) -> None:
    for place, part in enumerate(item["content"]):
        at = {**here, "content_index": place}
        field = "refusal" if part["type"] == "refusal" else "text"
        script.say("response.content_part.added", **at, part={**part, field: ""})
        for piece in _cut(part[field]):
            script.say(f"response.{part['type']}.delta", **at, delta=piece, logprobs=[])
        script.say(f"response.{part['type']}.done", **at, **{field: part[field]}, logprobs=[])
        script.say("response.content_part.done", **at, part=part)


def _play_reasoning(script: Script, here: dict[str, Any], item: dict[str, Any]) -> None:
    for place, part in enumerate(item["summary"]):
        at = {**here, "summary_index": place}
        script.say("response.reasoning_summary_part.added", **at, part={**part, "text": ""})
        for piece in _cut(part["text"]):
            script.say("response.reasoning_summary_text.delta", **at, delta=piece)
        script.say("response.reasoning_summary_text.done", **at, text=part["text"])
        script.say("response.reasoning_summary_part.done", **at, part=part)


def _play_call(
    script: Script, here: dict[str, Any], kind: str, field: str, item: dict[str, Any]
) -> None:
    for piece in _cut(item[field]):
        script.say(f"response.{kind}.delta", **here, delta=piece)
    script.say(f"response.{kind}.done", **here, **{field: item[field]})


def _cut(text: str) -> list[str]:
    return [piece for piece in (text[:5], text[5:]) if piece]


TEXT = whole_of(message())
STREAM = stream_of(message())
TOOLS = whole_of(call("Cairo"), call("Oslo"))
TOOL_STREAM = stream_of(call("Cairo"), call("Oslo"))
THINKING = whole_of(REASONING, message())
THINKING_STREAM = stream_of(REASONING, message())
CUSTOM_STREAM = stream_of(CUSTOM)
INCOMPLETE = {"incomplete_details": {"reason": "max_output_tokens"}}
CUT_STREAM = stream_of(message(), end="incomplete", **INCOMPLETE)
FAILED = {"code": "rate_limit_exceeded", "message": "Please try again in 2s."}
FAILED_STREAM = [*STREAM[:2], *stream_of(end="failed", error=FAILED)[2:]]
