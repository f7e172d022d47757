"""Texts of OpenAI responses: requests, replies, streams.

It does not know other dialects. Tool definitions, identifiers and links are not text; pictures, files
and sealed reasoning cannot be read. A stream tells each text several times: in pieces, whole at its
end, within its item and within the response; what was masked in pieces is masked the same way then.
Shapes: OpenAI API reference, responses and streaming events (2026-11).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from vanguard.core.errors import UpstreamError
from vanguard.dialects.text.contract import Channel, Mask, at_once
from vanguard.dialects.text.events import with_data
from vanguard.dialects.text.json_text import JsonText, mask_json
from vanguard.dialects.text.slots import (
    ABSENT,
    Edit,
    EditedText,
    Path,
    Raw,
    fields,
    items,
    json_in_string,
    json_value,
    listed,
    object_of,
    opens,
    put,
    string,
    text,
)
from vanguard.wire.sse import event_data

_EMPTY = b"[]"
_JSON_RUN = "response.function_call_arguments.delta"
_DELTA, _DONE = ".delta", ".done"
# events whose `delta` is a picture, a sound, or a file
_NO_TEXT = ("response.audio.", "response.image_generation_call.")


class _Slots(NamedTuple):
    """The edits of whole values, the small ones within the large ones."""

    part: Edit
    item: Edit
    response: Edit
    citation: Edit


def _slots(arguments: Edit) -> _Slots:
    """The edits, given how JSON in a string is masked."""
    citation = fields({"title": text, "quote": text})
    plain = fields(
        {
            "text": text,
            "refusal": text,
            "annotations": items(citation),
            "stdout": text,
            "stderr": text,
            "logs": text,
        }
    )

    def part(raw: Raw, mask: Mask) -> bytes | None:
        new = plain(raw, mask)
        if new is None or "logprobs" not in object_of(raw):
            return new
        # the tokens in its log probabilities go when a text has changed
        return put(new, {("logprobs",): _EMPTY})

    def called(raw: Raw, mask: Mask) -> bytes | None:
        return arguments(raw, mask) if opens(raw, '"') else json_value(raw, mask)

    item = fields(
        {
            "content": listed(part),
            "summary": listed(part),
            "output": listed(part),
            "arguments": called,
            "input": text,
            "queries": items(text),
            "results": items(part),
            "action": fields({"query": text, "queries": items(text), "text": text}),
            "code": text,
            "outputs": items(part),
            "operation": fields({"diff": text}),
            "error": text,
        }
    )
    response = fields({"output": items(item), "instructions": listed(item)})
    return _Slots(part, item, response, citation)


_SLOTS = _slots(json_in_string)
_REQUEST = fields(
    {
        "instructions": text,
        "input": listed(_SLOTS.item),
        "prompt": fields({"variables": json_value}),
    }
)


class _Event(msgspec.Struct):
    type: str = ""
    item_id: str = ""
    output_index: int = 0
    content_index: int = 0
    summary_index: int = 0
    sequence_number: int | None = None
    delta: Raw = ABSENT
    logprobs: Raw = ABSENT


_event = msgspec.json.Decoder(_Event)
_Key = tuple[str, int, int, int]


class _Run:
    """One text that arrives in pieces, as it came and as it went out."""

    def __init__(self, channel: Channel, item_id: str) -> None:
        self.channel = channel
        self.item_id = item_id
        self.came: list[str] = []
        self.went: list[str] = []


class OpenAIResponsesMasker:
    """Masks a stream of events; each part of each item is a run of its own."""

    def __init__(self, make_channel: Callable[[], Channel]) -> None:
        self._make = make_channel
        self._at_once = at_once(make_channel)
        self._runs: dict[_Key, _Run] = {}
        self._known: dict[str, str] = {}
        self._number = 0
        self._added = 0  # events of our own so far, by which later ones are numbered on
        told = _slots(self._told_arguments)
        self._whole = fields(
            {
                "part": told.part,
                "item": told.item,
                "response": told.response,
                "annotation": told.citation,
            }
        )

    def event(self, raw: bytes) -> bytes:
        """Masks one event; before a text's end comes what was held back of it."""
        data = event_data(raw)
        if not data or data.strip() == b"[DONE]":
            return raw
        try:
            event = _event.decode(data)
            before, new = self._masked(event, data)
            number = event.sequence_number
            if number is not None:
                self._number = number + self._added + 1
                if self._added:
                    new = put(new or data, {("sequence_number",): b"%d" % (self._number - 1)})
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise UpstreamError(
                "an event of the model's stream is malformed, so no guardrail can read it"
            ) from error
        written = raw if new is None else with_data(raw, new)
        return before + written if before else written

    def finish(self) -> bytes:
        """Ends every run that is still open."""
        return b"".join([self._end(key) for key in list(self._runs)])

    def _masked(self, event: _Event, data: bytes) -> tuple[bytes, bytes | None]:
        """What has to come before an event, and its new data."""
        kind = event.type
        if kind.endswith(_DELTA) and not kind.startswith(_NO_TEXT):
            return b"", self._mask_delta(event, data)
        before = b""
        if kind.endswith(_DONE):
            key = _key(event, kind[: -len(_DONE)] + _DELTA)
            before = self._end(key) if key in self._runs else b""
            if kind == "response.output_item.done":
                before += b"".join(
                    [self._end(one) for one in list(self._runs) if one[1] == event.output_index]
                )
        elif kind in {"response.completed", "response.incomplete", "response.failed"}:
            before = self.finish()
        return before, self._mask_told(data, kind)

    def _mask_delta(self, event: _Event, data: bytes) -> bytes | None:
        value = string(event.delta)
        if not value:
            return None
        key = _key(event, event.type)
        run = self._runs.get(key)
        if run is None:
            channel = JsonText(self._make) if event.type == _JSON_RUN else self._make()
            run = self._runs[key] = _Run(channel, event.item_id)
        masked = run.channel.feed(value)
        run.came.append(value)
        run.went.append(masked)
        if masked == value:
            return None
        values: dict[Path, bytes] = {("delta",): msgspec.json.encode(masked)}
        if bytes(event.logprobs) != bytes(ABSENT):
            values["logprobs",] = _EMPTY
        return put(data, values)

    def _mask_told(self, data: bytes, kind: str) -> bytes | None:
        edits: dict[str, Edit] = {}
        if kind.endswith(_DONE):
            edits = {"text": text, "refusal": text, "input": text, "code": text}
            edits["arguments"] = self._told_arguments
        new = fields(edits)(Raw(data), self._told)
        whole = self._whole(Raw(new or data), self._told)
        return whole or new

    def _told(self, value: str) -> str:
        """A text told whole: as it went out in pieces, where it did."""
        known = self._known.get(value)
        return self._at_once(value) if known is None else known

    def _told_arguments(self, raw: Raw, mask: Mask) -> bytes | None:
        value = string(raw)
        if value is None:
            return None
        known = self._known.get(value)
        masked = mask_json(value, mask) if known is None else known
        return None if masked == value else msgspec.json.encode(masked)

    def _end(self, key: _Key) -> bytes:
        run = self._runs.pop(key)
        rest = run.channel.finish()
        run.went.append(rest)
        self._known["".join(run.came)] = "".join(run.went)
        if not rest:
            return b""
        kind, output, content, summary = key
        event = {
            "type": kind,
            "item_id": run.item_id,
            "output_index": output,
            "content_index": content,
            "summary_index": summary,
            "delta": rest,
            "logprobs": [],
            "sequence_number": self._number,
        }
        self._number += 1
        self._added += 1
        return b"event: %b\ndata: %b\n\n" % (kind.encode(), msgspec.json.encode(event))


def _key(event: _Event, kind: str) -> _Key:
    return (kind, event.output_index, event.content_index, event.summary_index)


SLOTS = EditedText(_REQUEST, _SLOTS.response, OpenAIResponsesMasker)
