"""The scripted model's Converse: reads a request, writes a turn whole or as frames of an event stream.

Shapes as Bedrock runtime's API reference has them. InvokeModel's bodies are Anthropic's, and their frames
hold its events.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

from support.bedrock import frame
from support.clients import anthropic_wire
from support.clients.turns import Call, Counted, Question, Say, Turn
from vanguard.wire.sse import event_data

STREAM_TYPE = "application/vnd.amazon.eventstream"


def _texts(content: list[dict]) -> str:
    return "\n".join(block["text"] for block in content if "text" in block)


def read_question(body: dict) -> Question:
    """What a request asks; its model stands in the path."""
    messages = body["messages"]
    results = [
        block["toolResult"]
        for message in messages
        for block in message["content"]
        if "toolResult" in block
    ]
    tools = (body.get("toolConfig") or {}).get("tools", [])
    return Question(
        model=body["model"],
        text="\n".join(_texts(one["content"]) for one in messages if one["role"] == "user"),
        system=_texts(body.get("system", [])),
        results=tuple(_texts(one["content"]) for one in results),
        failed=sum(one.get("status") == "error" for one in results),
        tools=tuple(tool["toolSpec"]["name"] for tool in tools if "toolSpec" in tool),
        raw=body,
    )


def blocks_of(body: dict) -> list[tuple[str, bool]]:
    """The prompt in the order in which it is cached; a cache point ends a prefix."""
    groups = [(body.get("toolConfig") or {}).get("tools", []), body.get("system", [])]
    groups += [message["content"] for message in body["messages"]]
    found: list[tuple[str, bool]] = []
    for block in [one for group in groups for one in group]:
        if "cachePoint" in block and found:
            found[-1] = found[-1][0], True
        else:
            found.append((json.dumps(block, sort_keys=True), False))
    return found


def _content(turn: Turn, number: int) -> list[dict]:
    made: list[dict] = []
    for place, part in enumerate(turn):
        if isinstance(part, Say):
            made.append({"text": part.text})
        elif isinstance(part, Call):
            use = {"toolUseId": f"tooluse_{number:04d}_{place}", "name": part.name}
            made.append({"toolUse": {**use, "input": part.arguments}})
    return made


def write_whole(body: dict, turn: Turn, number: int, counted: Counted) -> dict:
    """A turn as one JSON body."""
    del body
    content = _content(turn, number)
    given = len(json.dumps(content)) // 4 + 1
    called = any("toolUse" in block for block in content)
    return {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": "tool_use" if called else "end_turn",
        "usage": {
            "inputTokens": counted.fresh,
            "cacheReadInputTokens": counted.read,
            "cacheWriteInputTokens": counted.written,
            "outputTokens": given,
            "totalTokens": counted.fresh + counted.read + counted.written + given,
        },
        "metrics": {"latencyMs": 7},
    }


def write_stream(body: dict, turn: Turn, number: int, counted: Counted) -> Iterator[bytes]:
    """A turn as frames, tool input and text in pieces."""
    whole = write_whole(body, turn, number, counted)
    yield frame("messageStart", {"role": "assistant", "p": "abc"})
    for index, block in enumerate(whole["output"]["message"]["content"]):
        here = {"contentBlockIndex": index}
        use = block.get("toolUse")
        text = json.dumps(use["input"]) if use else block["text"]
        if use:
            start = {"toolUse": {"toolUseId": use["toolUseId"], "name": use["name"]}}
            yield frame("contentBlockStart", {**here, "start": start})
        step = max(1, len(text) // 3)
        for at in range(0, len(text), step):
            piece = text[at : at + step]
            delta = {"toolUse": {"input": piece}} if use else {"text": piece}
            yield frame("contentBlockDelta", {**here, "delta": delta, "p": "abcd"})
        yield frame("contentBlockStop", {**here, "p": "ab"})
    yield frame("messageStop", {"stopReason": whole["stopReason"]})
    yield frame("metadata", {"usage": whole["usage"], "metrics": whole["metrics"]})


class Invoke:
    """InvokeModel with Anthropic's bodies."""

    read_question = staticmethod(anthropic_wire.read_question)
    blocks_of = staticmethod(anthropic_wire.blocks_of)
    write_whole = staticmethod(anthropic_wire.write_whole)

    @staticmethod
    def write_stream(body: dict, turn: Turn, number: int, counted: Counted) -> Iterator[bytes]:
        """Anthropic's events, each in a frame."""
        for event in anthropic_wire.write_stream(body, turn, number, counted):
            data = base64.b64encode(event_data(event)).decode()
            yield frame("chunk", {"bytes": data, "p": "abcdefghij"})


def refusal(status: int, message: str) -> tuple[dict, tuple[tuple[str, str], ...]]:
    """An error as AWS tells it: its body, and more headers."""
    names = {400: "ValidationException", 429: "ThrottlingException"}
    kind = names.get(status, "InternalServerException")
    return {"message": message}, (("x-amzn-errortype", kind), ("x-amzn-requestid", "aws-1"))
