"""Checks streams of OpenAI's responses against the real SDK's types and the order of their events."""

from __future__ import annotations

from typing import Any

import msgspec
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from vanguard.wire.sse import Splitter, event_data

_event: TypeAdapter[object] = TypeAdapter(ResponseStreamEvent)
_ENDS = {"response.completed", "response.incomplete"}


def response_object(body: bytes | dict[str, Any]) -> Response:
    """The response as the SDK types it."""
    if isinstance(body, dict):
        return Response.model_validate(body)
    return Response.model_validate_json(body)


def response_events(stream: bytes) -> list[dict[str, Any]]:
    """The stream's events, each valid in the SDK's types, named as its type, and in order."""
    events = []
    for raw in Splitter().feed(stream):
        data = event_data(raw)
        _event.validate_json(data)
        value = msgspec.json.decode(data)
        assert raw.startswith(b"event: %b\n" % value["type"].encode())
        events.append(value)
    _check_order(events)
    return events


def _check_order(events: list[dict[str, Any]]) -> None:
    """Numbers rise by one; items and parts begin, grow and end, and say in the end what they said."""
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    kinds = [event["type"] for event in events]
    assert kinds[:2] == ["response.created", "response.in_progress"]
    assert kinds[-1] in _ENDS
    open_items: dict[int, str] = {}
    said: dict[tuple[str, int, int], str] = {}
    done: list[dict[str, Any]] = []
    for event in events[2:-1]:
        kind, index = event["type"], event["output_index"]
        place = (index, event.get("content_index", event.get("summary_index", 0)))
        if kind == "response.output_item.added":
            assert index == len(open_items) + len(done)
            open_items[index] = event["item"]["id"]
        elif kind == "response.output_item.done":
            assert open_items.pop(index) == event["item"]["id"]
            done.append(event)
        else:
            assert open_items[index] == event["item_id"]
            _follow(event, (kind.rsplit(".", 1)[0], *place), said)
    assert not open_items
    output = [one["item"] for one in sorted(done, key=lambda one: one["output_index"])]
    assert events[-1]["response"]["output"] == output


def _follow(
    event: dict[str, Any], key: tuple[str, int, int], said: dict[tuple[str, int, int], str]
) -> None:
    if event["type"].endswith(".delta"):
        said[key] = said.get(key, "") + event["delta"]
    elif event["type"].endswith(".done") and "part" not in event:
        fields = ("text", "refusal", "arguments", "input")
        whole = next(event[name] for name in fields if name in event)
        assert whole == said.pop(key, "")
