"""The scripted model's OpenAI Responses: reads a request, writes a turn whole or as a stream.

Shapes and order of events as the API reference of responses and its streaming events has them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from support.clients.turns import Call, Counted, Question, Say, Turn


def _texts(content: object) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(part["text"] for part in content or [] if "text" in part)


def read_question(body: dict) -> Question:
    """What a request asks; a call of a tool is read with its name as it was offered."""
    given = body["input"]
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    said = [one for one in items if one.get("type", "message") == "message"]
    results = [one["output"] for one in items if one.get("type", "").endswith("call_output")]
    system = [_texts(one["content"]) for one in said if one["role"] in {"system", "developer"}]
    return Question(
        model=body["model"],
        text="\n".join(_texts(one["content"]) for one in said if one["role"] == "user"),
        system="\n".join([body.get("instructions") or "", *system]),
        results=tuple(one if isinstance(one, str) else _texts(one) for one in results),
        tools=tuple(tool.get("name", tool["type"]) for tool in body.get("tools", [])),
        raw=body,
    )


def blocks_of(body: dict) -> list[tuple[str, bool]]:
    """The prompt in the order in which prefixes are cached; any item may end one."""
    first = [body.get("tools", []), body.get("instructions")]
    given = body["input"] if isinstance(body["input"], list) else [body["input"]]
    found = [(json.dumps(one, sort_keys=True), False) for one in first]
    return found + [(json.dumps(item, sort_keys=True), True) for item in given]


def _items(turn: Turn, number: int) -> list[dict]:
    made = []
    for place, part in enumerate(turn):
        if isinstance(part, Say):
            text = {"type": "output_text", "text": part.text, "annotations": [], "logprobs": []}
            made.append({"type": "message", "role": "assistant", "content": [text]})
            made[-1] |= {"id": f"msg_{number:04d}_{place}"}
        elif isinstance(part, Call):
            made.append({"type": "function_call", "name": part.name})
            made[-1] |= {
                "arguments": json.dumps(part.arguments),
                "call_id": f"call_{number:04d}_{place}",
                "id": f"fc_{number:04d}_{place}",
            }
    return [{**item, "status": "completed"} for item in made]


def write_whole(body: dict, turn: Turn, number: int, counted: Counted) -> dict:
    """A turn as one JSON body."""
    output = _items(turn, number)
    taken = counted.fresh + counted.read + counted.written
    given = len(json.dumps(output)) // 4 + 1
    return {
        "id": f"resp_{number:04d}",
        "object": "response",
        "created_at": 1_790_000_000,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "instructions": body.get("instructions"),
        "metadata": {},
        "model": body["model"],
        "output": output,
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": {
            "input_tokens": taken,
            "input_tokens_details": {"cached_tokens": counted.read},
            "output_tokens": given,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": taken + given,
        },
    }


def write_stream(body: dict, turn: Turn, number: int, counted: Counted) -> Iterator[bytes]:
    """A turn as server-sent events, numbered, text and arguments in pieces."""
    whole = write_whole(body, turn, number, counted)
    opening = {**whole, "status": "in_progress", "output": [], "usage": None}
    events: list[dict] = [
        {"type": "response.created", "response": opening},
        {"type": "response.in_progress", "response": opening},
    ]
    for index, item in enumerate(whole["output"]):
        events += _item(index, item)
    events.append({"type": "response.completed", "response": whole})
    for place, event in enumerate(events):
        data = json.dumps({**event, "sequence_number": place})
        yield f"event: {event['type']}\ndata: {data}\n\n".encode()


def _item(index: int, item: dict) -> list[dict]:
    here = {"output_index": index, "item_id": item["id"]}
    if item["type"] == "message":
        (part,) = item["content"]
        empty, place = {**part, "text": ""}, {**here, "content_index": 0}
        bare = {**item, "content": []}
        kind, name, text = "response.output_text", "text", part["text"]
        before = [{"type": "response.content_part.added", **place, "part": empty}]
        after = [{"type": "response.content_part.done", **place, "part": part}]
        more: dict = {"logprobs": []}
    else:
        place, before, after, more = here, [], [], {}
        bare = {**item, "arguments": ""}
        kind, name, text = "response.function_call_arguments", "arguments", item["arguments"]
    step = max(1, len(text) // 3)
    pieces = [text[at : at + step] for at in range(0, len(text), step)]
    return [
        {
            "type": "response.output_item.added",
            "output_index": index,
            "item": {**bare, "status": "in_progress"},
        },
        *before,
        *({"type": f"{kind}.delta", **place, "delta": piece, **more} for piece in pieces),
        {"type": f"{kind}.done", **place, name: text, **more},
        *after,
        {"type": "response.output_item.done", "output_index": index, "item": item},
    ]
