"""Texts of OpenAI chat completions and embeddings: requests, replies, streams.

It does not know other dialects. Tool definitions, identifiers and links are not text; images and
sounds cannot be read. Shapes: OpenAI API reference (2026-11), with the reasoning fields that
compatible servers add (`reasoning_content`, `reasoning`, `reasoning_details`, thinking parts).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from vanguard.core.errors import InvalidRequest, UpstreamError
from vanguard.dialects.text.contract import Channel, Mask, at_once
from vanguard.dialects.text.events import with_data
from vanguard.dialects.text.json_text import JsonText
from vanguard.dialects.text.slots import (
    ABSENT,
    Edit,
    EditedText,
    Path,
    Raw,
    array_of,
    either,
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

_NULL = b"null"
_PLAIN = ("content", "reasoning_content", "reasoning", "refusal")
_ENVELOPE = ("id", "object", "created", "model", "system_fingerprint", "service_tier")


def _part(raw: Raw, mask: Mask) -> bytes | None:
    return _PART(raw, mask)


def _arguments(raw: Raw, mask: Mask) -> bytes | None:
    """JSON in a string, or as it is: some servers take both."""
    return (json_in_string if opens(raw, '"') else json_value)(raw, mask)


_PART = fields({"text": text, "refusal": text, "thinking": listed(_part)})
_CONTENT = listed(_PART)
_CALLED = fields({"arguments": _arguments})
_ANNOTATIONS = items(fields({"url_citation": fields({"title": text})}))
_MESSAGE = fields(
    {
        "name": text,
        "content": _CONTENT,
        "refusal": text,
        "reasoning_content": text,
        "reasoning": text,
        "reasoning_details": items(fields({"text": text, "summary": text})),
        "tool_calls": items(fields({"function": _CALLED, "custom": fields({"input": text})})),
        "function_call": _CALLED,
        "audio": fields({"transcript": text}),
        "annotations": _ANNOTATIONS,
    }
)


def _input(raw: Raw, mask: Mask) -> bytes | None:
    """What is to be embedded: text or texts."""
    if any(not opens(item, '"') for item in array_of(raw)):
        raise InvalidRequest(
            "token numbers cannot be checked by this key's guardrails; send text", param="input"
        )
    return either(text, items(text))(raw, mask)


def _choice(raw: Raw, mask: Mask) -> bytes | None:
    """One choice of a reply; the tokens in its log probabilities go when its text changed."""
    new = fields({"message": _MESSAGE})(raw, mask)
    if new is None:
        return None
    return put(new, {("logprobs",): _NULL}) if "logprobs" in object_of(raw) else new


_REQUEST: Edit = fields(
    {
        "messages": listed(_MESSAGE),
        "input": _input,
        "prediction": fields({"content": _CONTENT}),
    }
)
_REPLY: Edit = fields({"choices": items(_choice)})


class _Slot(NamedTuple):
    """One text of a delta: which run it continues, where it stands, what it says."""

    key: Path
    path: Path
    text: str


class _ChoiceHead(msgspec.Struct):
    index: int = 0
    delta: Raw = ABSENT
    finish_reason: str | None = None
    logprobs: Raw = ABSENT


class _Chunk(msgspec.Struct):
    choices: list[_ChoiceHead] | None = None


_chunk = msgspec.json.Decoder(_Chunk)


class OpenAIChatMasker:
    """Masks a stream of chunks; each choice's texts are runs of their own."""

    def __init__(self, make_channel: Callable[[], Channel]) -> None:
        self._make = make_channel
        self._at_once = at_once(make_channel)
        self._channels: dict[int, dict[Path, Channel]] = {}
        self._last = b"{}"

    def event(self, raw: bytes) -> bytes:
        """Masks one chunk; before a chunk with a finish reason comes what was held back."""
        data = event_data(raw)
        if not data:
            return raw
        if data.strip() == b"[DONE]":
            rest = self.finish()
            return rest + raw if rest else raw
        try:
            return self._masked(raw, data)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise UpstreamError(
                "an event of the model's stream is not a chunk, so no guardrail can read it"
            ) from error

    def finish(self) -> bytes:
        """Ends every run that is still open."""
        return b"".join(self._end_choice(index, {}) for index in list(self._channels))

    def _masked(self, raw: bytes, data: bytes) -> bytes:
        choices = _chunk.decode(data).choices
        if not choices:
            return raw
        self._last = data
        before = b""
        values: dict[Path, bytes] = {}
        for place, choice in enumerate(choices):
            before += self._mask_choice(("choices", place), choice, values)
        if values:
            return before + with_data(raw, put(data, values))
        return before + raw if before else raw

    def _mask_choice(self, at: Path, choice: _ChoiceHead, values: dict[Path, bytes]) -> bytes:
        """Collects new values; returns events that have to come before."""
        channels = self._channels.setdefault(choice.index, {})
        delta = object_of(choice.delta)
        told = delta.get("annotations")
        new = None if told is None else _ANNOTATIONS(told, self._at_once)
        if new is not None:
            values[*at, "delta", "annotations"] = new
        slots = list(_slots(delta))
        masked: dict[Path, str] = {}
        for slot in slots:
            if slot.key not in channels:
                channels[slot.key] = self._channel(slot.key)
            masked[slot.path] = channels[slot.key].feed(slot.text)
        before = b""
        if choice.finish_reason:
            before = self._end_choice(choice.index, {slot.key: slot.path for slot in slots}, masked)
        changed = False
        for slot in slots:
            if masked[slot.path] != slot.text:
                values[*at, "delta", *slot.path] = msgspec.json.encode(masked[slot.path])
                changed = True
        if changed and opens(choice.logprobs, "{"):
            values[*at, "logprobs"] = _NULL
        return before

    def _channel(self, key: Path) -> Channel:
        return JsonText(self._make) if key[-1] == "arguments" else self._make()

    def _end_choice(
        self, index: int, here: dict[Path, Path], masked: dict[Path, str] | None = None
    ) -> bytes:
        """Ends a choice's runs: into the texts of the event at hand, or as events before it."""
        before = []
        for key, channel in self._channels.pop(index, {}).items():
            rest = channel.finish()
            if rest and masked is not None and key in here:
                masked[here[key]] += rest
            elif rest:
                before.append(self._released(index, key, rest))
        return b"".join(before)

    def _released(self, index: int, key: Path, rest: str) -> bytes:
        last = msgspec.json.decode(self._last, type=dict[str, Raw])
        chunk: dict[str, object] = {name: last[name] for name in _ENVELOPE if name in last}
        delta = _delta_of(key, rest)
        chunk["choices"] = [{"index": index, "delta": delta, "finish_reason": None}]
        return b"data: " + msgspec.json.encode(chunk) + b"\n\n"


def _slots(delta: dict[str, Raw]) -> Iterator[_Slot]:
    """The texts of one delta, in the order of its runs."""
    for name in _PLAIN:
        if (value := string(delta.get(name))) is not None:
            yield _Slot((name,), (name,), value)
    yield from _content_parts(array_of(delta.get("content")))
    yield from _listed(delta, "reasoning_details", (("text",), ("summary",)))
    yield from _listed(delta, "tool_calls", (("function", "arguments"), ("custom", "input")))
    for kind, name in (("function_call", "arguments"), ("audio", "transcript")):
        if (value := string(object_of(delta.get(kind)).get(name))) is not None:
            yield _Slot((kind, name), (kind, name), value)


def _listed(
    delta: dict[str, Raw], field: str, names: tuple[tuple[str, ...], ...]
) -> Iterator[_Slot]:
    """Texts in a list whose items say by `index` which run they continue."""
    for place, item in enumerate(array_of(delta.get(field))):
        found = object_of(item)
        for name in names:
            holder = found if len(name) == 1 else object_of(found.get(name[0]))
            if (value := string(holder.get(name[-1]))) is not None:
                key: Path = (field, _index(found, place), *name)
                yield _Slot(key, (field, place, *name), value)


def _content_parts(parts: list[Raw]) -> Iterator[_Slot]:
    for place, part in enumerate(parts):
        found = object_of(part)
        if (value := string(found.get("text"))) is not None:
            yield _Slot(("content",), ("content", place, "text"), value)
        for inner, thought in enumerate(array_of(found.get("thinking"))):
            if (value := string(object_of(thought).get("text"))) is not None:
                yield _Slot(
                    ("content", "thinking"), ("content", place, "thinking", inner, "text"), value
                )


def _index(item: dict[str, Raw], otherwise: int) -> int:
    return msgspec.json.decode(item["index"], type=int) if "index" in item else otherwise


def _delta_of(key: Path, rest: str) -> dict[str, object]:
    """A delta that carries one text of the run with that key."""
    match key:
        case ("content", "thinking"):
            thought = {"type": "text", "text": rest}
            return {"content": [{"type": "thinking", "thinking": [thought]}]}
        case ("reasoning_details", index, str(name)):
            detail = {"type": f"reasoning.{name}", "index": index, name: rest}
            return {"reasoning_details": [detail]}
        case ("tool_calls", index, str(kind), str(name)):
            return {"tool_calls": [{"index": index, kind: {name: rest}}]}
        case (str(kind), str(name)):
            return {kind: {name: rest}}
        case _:
            return {str(key[0]): rest}


SLOTS = EditedText(_REQUEST, _REPLY, OpenAIChatMasker)
