"""Texts of Bedrock's Converse: requests, replies, streams.

It does not know other dialects. Tool definitions, identifiers and links are not text; images, recordings
and files that are no text cannot be read. Masking signed reasoning makes its signature void: the model
will refuse it when the client sends it back.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

import msgspec

from vanguard.core.errors import InvalidRequest, UpstreamError
from vanguard.dialects.bedrock_converse.errors import event_frame
from vanguard.dialects.text import anthropic_messages
from vanguard.dialects.text.contract import Channel, Mask, at_once
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
from vanguard.wire.event_stream import encode, read_frame

_TEXTUAL = frozenset({None, "txt", "md", "csv", "html"})


def _decoded(raw: Raw, what: str) -> bytes:
    try:
        return base64.b64decode(string(raw) or "", validate=True)
    except binascii.Error as error:
        raise InvalidRequest(f"{what} is not base64, so no guardrail can read it") from error


def _bytes_of_text(raw: Raw, mask: Mask) -> bytes | None:
    """A text document's bytes."""
    what = "a document said to be text"
    try:
        value = _decoded(raw, what).decode()
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"{what} is not UTF-8, so no guardrail can read it") from error
    masked = mask(value)
    if masked == value:
        return None
    return msgspec.json.encode(base64.b64encode(masked.encode()).decode())


_TEXTS = listed(fields({"text": text}))
_SOURCE = {"text": text, "content": _TEXTS}
_DOCUMENT = {"name": text, "context": text}
_READABLE = fields(_DOCUMENT | {"source": fields(_SOURCE | {"bytes": _bytes_of_text})})
_OPAQUE = fields(_DOCUMENT | {"source": fields(_SOURCE)})


def _document(raw: Raw, mask: Mask) -> bytes | None:
    kind = string(object_of(raw).get("format"))
    return (_READABLE if kind in _TEXTUAL else _OPAQUE)(raw, mask)


_SEARCH_RESULT = fields({"title": text, "content": _TEXTS})
_RESULT_BLOCK = fields(
    {"text": text, "json": json_value, "document": _document, "searchResult": _SEARCH_RESULT}
)
_CITATION = fields({"title": text, "sourceContent": _TEXTS})
_BLOCK = fields(
    {
        "text": text,
        "toolUse": fields({"input": json_value}),
        "toolResult": fields({"content": listed(_RESULT_BLOCK)}),
        "reasoningContent": fields({"reasoningText": fields({"text": text})}),
        "guardContent": fields({"text": fields({"text": text})}),
        "citationsContent": fields({"content": _TEXTS, "citations": items(_CITATION)}),
        "document": _document,
        "searchResult": _SEARCH_RESULT,
    }
)


def _values(raw: Raw, mask: Mask) -> bytes | None:
    """Variables of a prompt: the name stays, the text is masked."""
    found = object_of(raw)
    return fields(dict.fromkeys(found, fields({"text": text})))(raw, mask)


_MESSAGE = fields({"content": listed(_BLOCK)})
# what a guardrail of Bedrock's own shows of the model's words before it
_TRACE = fields({"guardrail": fields({"modelOutput": items(text)})})
_ASKED = {"system": listed(_BLOCK), "messages": listed(_MESSAGE), "promptVariables": _values}


def _invoked(raw: Raw, mask: Mask) -> bytes | None:
    """The body of an InvokeModel request whose tokens are to be counted."""
    body = _decoded(raw, "the body to be counted")
    masked = anthropic_messages.SLOTS.mask_request(body, mask)
    return None if masked is body else msgspec.json.encode(base64.b64encode(masked).decode())


# what is to be counted goes to the provider as well
_COUNTED = fields({"converse": fields(_ASKED), "invokeModel": fields({"body": _invoked})})
_REQUEST: Edit = fields(_ASKED | {"input": _COUNTED})
_REPLY: Edit = fields({"output": fields({"message": _MESSAGE}), "trace": _TRACE})
_METADATA: Edit = fields({"trace": _TRACE})


class _Event(msgspec.Struct):
    index: int = msgspec.field(default=0, name="contentBlockIndex")
    delta: Raw = ABSENT


_event = msgspec.json.Decoder(_Event)
# the runs of text in a block, with where a delta has them
_TEXT_AT: Path = ("text",)
_TOOL_AT: Path = ("toolUse", "input")
_REASONING_AT: Path = ("reasoningContent", "text")
_RUNS = (_TEXT_AT, _TOOL_AT, _REASONING_AT)


class BedrockConverseMasker:
    """Masks a stream of frames; each content block's texts are runs of their own."""

    def __init__(self, make_channel: Callable[[], Channel]) -> None:
        self._make = make_channel
        self._whole = at_once(make_channel)
        self._channels: dict[tuple[int, Path], Channel] = {}

    def event(self, raw: bytes) -> bytes:
        """Masks one frame; before a block's stop comes what was held back of it."""
        message = read_frame(raw)
        if message.headers.get(":message-type") != "event":
            return raw
        try:
            before, payload = self._masked(message.headers.get(":event-type"), message.payload)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise UpstreamError(
                "an event of the model's stream is malformed, so no guardrail can read it"
            ) from error
        new = raw if payload is None else encode(message.headers, payload)
        return before + new if before else new

    def finish(self) -> bytes:
        """Ends every run that is still open."""
        return self._end(list(self._channels))

    def _masked(self, kind: object, payload: bytes) -> tuple[bytes, bytes | None]:
        """What has to come before an event, and its new payload."""
        match kind:
            case "contentBlockDelta":
                event = _event.decode(payload)
                return self._mask_delta(event.index, event.delta, payload)
            case "contentBlockStop":
                index = _event.decode(payload).index
                return self._end([key for key in self._channels if key[0] == index]), None
            case "messageStop":
                return self.finish(), None
            case "metadata":
                return b"", _METADATA(msgspec.json.decode(payload, type=Raw), self._whole)
            case _:
                return b"", None

    def _mask_delta(self, index: int, delta: Raw, payload: bytes) -> tuple[bytes, bytes | None]:
        found = object_of(delta)
        if "citation" in found:
            new = fields({"citation": _CITATION})(delta, self._whole)
            return b"", None if new is None else put(payload, {("delta",): new})
        if "signature" in object_of(found.get("reasoningContent")):
            return self._end([key for key in self._channels if key == (index, _REASONING_AT)]), None
        for place in _RUNS:
            value = string(found.get("text")) if place is _TEXT_AT else None
            if len(place) == 2:
                value = string(object_of(found.get(str(place[0]))).get(str(place[1])))
            if not value:
                continue
            masked = self._channel(index, place).feed(value)
            if masked == value:
                return b"", None
            return b"", put(payload, {("delta", *place): msgspec.json.encode(masked)})
        return b"", None

    def _channel(self, index: int, place: Path) -> Channel:
        key = (index, place)
        if key not in self._channels:
            self._channels[key] = JsonText(self._make) if place is _TOOL_AT else self._make()
        return self._channels[key]

    def _end(self, keys: list[tuple[int, Path]]) -> bytes:
        out = []
        for key in keys:
            index, place = key
            if rest := self._channels.pop(key).finish():
                delta: object = rest
                for name in reversed(place):
                    delta = {name: delta}
                event = {"contentBlockIndex": index, "delta": delta}
                out.append(event_frame("contentBlockDelta", msgspec.json.encode(event)))
        return b"".join(out)


SLOTS = EditedText(_REQUEST, _REPLY, BedrockConverseMasker)
