"""Texts of Anthropic messages: requests, replies, streams.

It does not know other dialects. Tool definitions, identifiers and links are not text; images and
PDFs cannot be read. Masking a signed thinking block makes its signature void: the provider will
refuse it when the client sends it back. Shapes: Anthropic API reference (2026-11).
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from vanguard.core.errors import UpstreamError
from vanguard.dialects.text.contract import Channel, Mask, at_once
from vanguard.dialects.text.events import with_data
from vanguard.dialects.text.json_text import JsonText
from vanguard.dialects.text.slots import (
    ABSENT,
    Edit,
    EditedText,
    Path,
    Raw,
    fields,
    items,
    json_value,
    listed,
    object_of,
    put,
    string,
    text,
)
from vanguard.wire.sse import event_data

# The kinds of delta that continue a run of text, with the field that holds it.
_RUNS = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}


def _block(raw: Raw, mask: Mask) -> bytes | None:
    return _BLOCK(raw, mask)


def _source(raw: Raw, mask: Mask) -> bytes | None:
    """Where a document comes from: text, blocks, or bytes that are left alone."""
    found = object_of(raw)
    if string(found.get("type")) == "text":
        return fields({"data": text})(raw, mask)
    if "content" in found:
        return fields({"content": _CONTENT})(raw, mask)
    return text(raw, mask)


_CONTENT = listed(_block)
_CITATION = fields({"cited_text": text, "title": text, "document_title": text})
_BLOCK = fields(
    {
        "text": text,
        "thinking": text,
        "input": json_value,
        "content": _CONTENT,
        "source": _source,
        "title": text,
        "context": text,
        "citations": items(_CITATION),
        "stdout": text,
        "stderr": text,
    }
)
_MESSAGE = fields({"content": _CONTENT})
_REQUEST: Edit = fields({"system": _CONTENT, "messages": listed(_MESSAGE)})


class _Event(msgspec.Struct):
    type: str = ""
    index: int = 0
    delta: Raw = ABSENT
    content_block: Raw = ABSENT
    message: Raw = ABSENT


_event = msgspec.json.Decoder(_Event)


class AnthropicMessagesMasker:
    """Masks a stream of events; each content block's texts are runs of their own."""

    def __init__(self, make_channel: Callable[[], Channel]) -> None:
        self._make = make_channel
        self._whole = at_once(make_channel)
        self._channels: dict[tuple[int, str], Channel] = {}

    def event(self, raw: bytes) -> bytes:
        """Masks one event; before a block's stop comes what was held back of it."""
        data = event_data(raw)
        if not data:
            return raw
        try:
            event = _event.decode(data)
            before, values = self._masked(event)
            new = with_data(raw, put(data, values)) if values else raw
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise UpstreamError(
                "an event of the model's stream is malformed, so no guardrail can read it"
            ) from error
        return before + new if before else new

    def finish(self) -> bytes:
        """Ends every run that is still open."""
        return self._end(list(self._channels))

    def _masked(self, event: _Event) -> tuple[bytes, dict[Path, bytes]]:
        """What has to come before an event, and its new values."""
        match event.type:
            case "content_block_delta":
                return self._mask_delta(event.index, event.delta)
            case "content_block_start":
                return b"", self._mask_start(event.index, event.content_block)
            case "content_block_stop":
                return self._end([key for key in self._channels if key[0] == event.index]), {}
            case "message_delta" | "message_stop":
                return self.finish(), {}
            case "message_start":
                return b"", self._mask_whole("message", event.message, _MESSAGE)
            case _:
                return b"", {}

    def _mask_delta(self, index: int, delta: Raw) -> tuple[bytes, dict[Path, bytes]]:
        found = object_of(delta)
        kind = string(found.get("type")) or ""
        if kind == "signature_delta":
            return self._end(
                [key for key in self._channels if key == (index, "thinking_delta")]
            ), {}
        if kind in _RUNS:
            return b"", self._mask_run((index, kind), ("delta", _RUNS[kind]), found)
        return b"", self._mask_whole(
            "delta", delta, fields({"citation": _CITATION, "content": _CONTENT})
        )

    def _mask_start(self, index: int, block: Raw) -> dict[Path, bytes]:
        found = object_of(block)
        kind = string(found.get("type")) or ""
        if kind in {"text", "thinking"}:
            return self._mask_run((index, f"{kind}_delta"), ("content_block", kind), found)
        return self._mask_whole("content_block", block, _BLOCK)

    def _mask_run(
        self, key: tuple[int, str], path: tuple[str, str], found: dict[str, Raw]
    ) -> dict[Path, bytes]:
        value = string(found.get(path[1]))
        if not value:
            return {}
        if key not in self._channels:
            is_json = key[1] == "input_json_delta"
            self._channels[key] = JsonText(self._make) if is_json else self._make()
        masked = self._channels[key].feed(value)
        return {} if masked == value else {path: msgspec.json.encode(masked)}

    def _mask_whole(self, name: str, raw: Raw, edit: Edit) -> dict[Path, bytes]:
        new = edit(raw, self._whole)
        return {} if new is None else {(name,): new}

    def _end(self, keys: list[tuple[int, str]]) -> bytes:
        out = []
        for key in keys:
            index, kind = key
            if rest := self._channels.pop(key).finish():
                delta = {"type": kind, _RUNS[kind]: rest}
                event = {"type": "content_block_delta", "index": index, "delta": delta}
                out.append(
                    b"event: content_block_delta\ndata: " + msgspec.json.encode(event) + b"\n\n"
                )
        return b"".join(out)


SLOTS = EditedText(_REQUEST, _MESSAGE, AnthropicMessagesMasker)
