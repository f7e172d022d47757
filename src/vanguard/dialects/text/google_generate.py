"""Texts of Google's generateContent, countTokens and embedContent: requests, replies, streams.

It does not know other dialects. Tool definitions, identifiers and links are not text; pictures,
sounds and files cannot be read. Shapes: Gemini API reference (2026-11); Google reads names in both
cases. A chunk holds a call's arguments whole.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

import msgspec

from vanguard.core.errors import InvalidRequest, UpstreamError
from vanguard.dialects.text.contract import Channel, Mask, at_once
from vanguard.dialects.text.events import with_data
from vanguard.dialects.text.slots import (
    ABSENT,
    Edit,
    EditedText,
    Path,
    Raw,
    array_of,
    fields,
    items,
    json_value,
    listed,
    object_of,
    put,
    string,
    text,
)
from vanguard.wire.google_generate import snake
from vanguard.wire.sse import event_data

_URL_SAFE = str.maketrans("-_", "+/")
_ENVELOPE = ("modelVersion", "responseId", "createTime")


def _cased(edits: dict[str, Edit]) -> Edit:
    """An object whose fields may be named in either case."""
    return fields({**{snake(name): edit for name, edit in edits.items()}, **edits})


def _request(raw: Raw, mask: Mask) -> bytes | None:
    return _REQUEST(raw, mask)


def _blob(raw: Raw, mask: Mask) -> bytes | None:
    """A file inside the request; text in it is text.

    Raises:
        InvalidRequest: it says that it is text, and is none.
    """
    found = object_of(raw)
    kind = string(found.get("mimeType", found.get("mime_type"))) or ""
    data = string(found.get("data"))
    if data is None or not kind.startswith("text/"):
        return None
    try:
        padded = data.translate(_URL_SAFE) + "=" * (-len(data) % 4)
        written = base64.b64decode(padded, validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest(
            f"inlineData: a file of type {kind[:50]} that is not base64 of UTF-8 text cannot be"
            " checked by this key's guardrails",
            param="inlineData.data",
        ) from error
    masked = mask(written)
    if masked == written:
        return None
    found["data"] = Raw(msgspec.json.encode(base64.b64encode(masked.encode()).decode()))
    return msgspec.json.encode(found)


_PART = _cased(
    {
        "text": text,
        "inlineData": _blob,
        "functionCall": fields({"args": json_value}),
        "functionResponse": fields({"response": json_value}),
        "executableCode": fields({"code": text}),
        "codeExecutionResult": fields({"output": text}),
        "toolCall": fields({"args": json_value}),
        "toolResponse": fields({"response": json_value}),
    }
)
_CONTENT = fields({"parts": listed(_PART)})
_REQUEST: Edit = _cased(
    {
        "contents": listed(_CONTENT),
        "systemInstruction": listed(_CONTENT),
        # to embed, one or many; to count, a request in the request
        "content": listed(_CONTENT),
        "title": text,
        "requests": listed(_request),
        "generateContentRequest": _request,
    }
)
# what a candidate says beside its content
_BESIDE: dict[str, Edit] = {
    "finishMessage": text,
    "groundingMetadata": fields(
        {
            "groundingChunks": items(
                fields(
                    {
                        "web": fields({"title": text}),
                        "retrievedContext": fields({"title": text, "text": text}),
                    }
                )
            ),
            "groundingSupports": items(fields({"segment": fields({"text": text})})),
            "webSearchQueries": json_value,
        }
    ),
}
_REPLY: Edit = fields({"candidates": items(fields({"content": _CONTENT, **_BESIDE}))})


class _Candidate(msgspec.Struct, rename="camel"):
    index: int = 0
    content: Raw = ABSENT
    finish_reason: str | None = None


class _Chunk(msgspec.Struct):
    candidates: list[Raw] | None = None


_chunk = msgspec.json.Decoder(_Chunk)
_candidate = msgspec.json.Decoder(_Candidate)
# a candidate's answer, and apart from it its thoughts
_Run = tuple[int, bool]


class GoogleGenerateMasker:
    """Masks a stream of chunks; each candidate's texts and thoughts are runs of their own.

    A run ends where another kind of part begins, and with the candidate.
    """

    def __init__(self, make_channel: Callable[[], Channel]) -> None:
        self._make = make_channel
        self._whole = at_once(make_channel)
        self._channels: dict[_Run, Channel] = {}
        self._open: dict[_Run, tuple[Path, str]] = {}
        self._last = b"{}"

    def event(self, raw: bytes) -> bytes:
        """Masks one chunk; before a part of another kind comes what was held back."""
        data = event_data(raw)
        if not data:
            return raw
        try:
            before, values = self._masked(data)
            new = with_data(raw, put(data, values)) if values else raw
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise UpstreamError(
                "an event of the model's stream is malformed, so no guardrail can read it"
            ) from error
        return before + new if before else new

    def finish(self) -> bytes:
        """Ends every run that is still open."""
        return b"".join(self._end(run) for run in list(self._channels))

    def _masked(self, data: bytes) -> tuple[bytes, dict[Path, bytes]]:
        """What has to come before a chunk, and its new values."""
        before = b""
        values: dict[Path, bytes] = {}
        for place, raw in enumerate(_chunk.decode(data).candidates or ()):
            self._last = data
            candidate = _candidate.decode(raw)
            at: Path = ("candidates", place)
            before += self._mask_parts(candidate, (*at, "content", "parts"), values)
            for name, edit in _BESIDE.items():
                value = object_of(raw).get(name)
                if value is not None and (new := edit(value, self._whole)) is not None:
                    values[*at, name] = new
            if candidate.finish_reason:
                before += self._end_all(candidate.index, values)
        return before, values

    def _mask_parts(self, candidate: _Candidate, at: Path, values: dict[Path, bytes]) -> bytes:
        before = b""
        self._open = {}
        for place, raw in enumerate(array_of(object_of(candidate.content).get("parts"))):
            part = object_of(raw)
            value = string(part.get("text"))
            if value is None or "functionCall" in part:
                before += self._end_all(candidate.index, values)
                if (new := _PART(raw, self._whole)) is not None:
                    values[*at, place] = new
                continue
            run = candidate.index, bytes(part.get("thought", ABSENT)) == b"true"
            other = candidate.index, not run[1]
            before += self._end_into(other, values)
            if run not in self._channels:
                self._channels[run] = self._make()
            masked = self._channels[run].feed(value)
            path = (*at, place, "text")
            self._open[run] = path, masked
            if masked != value:
                values[path] = msgspec.json.encode(masked)
        return before

    def _end_all(self, index: int, values: dict[Path, bytes]) -> bytes:
        return b"".join(self._end_into((index, thought), values) for thought in (True, False))

    def _end_into(self, run: _Run, values: dict[Path, bytes]) -> bytes:
        """Ends a run: into its last text of the chunk at hand, or as a chunk before it."""
        here = self._open.pop(run, None)
        if here is None:
            return self._end(run)
        channel = self._channels.pop(run, None)
        rest = channel.finish() if channel is not None else ""
        if rest:
            path, masked = here
            values[path] = msgspec.json.encode(masked + rest)
        return b""

    def _end(self, run: _Run) -> bytes:
        channel = self._channels.pop(run, None)
        rest = channel.finish() if channel is not None else ""
        if not rest:
            return b""
        index, thought = run
        last = msgspec.json.decode(self._last, type=dict[str, Raw])
        part: dict[str, object] = {"text": rest, "thought": True} if thought else {"text": rest}
        candidate = {"content": {"parts": [part], "role": "model"}, "index": index}
        chunk: dict[str, object] = {"candidates": [candidate]}
        chunk |= {name: last[name] for name in _ENVELOPE if name in last}
        return b"data: " + msgspec.json.encode(chunk) + b"\n\n"


SLOTS = EditedText(_REQUEST, _REPLY, GoogleGenerateMasker)
