"""Writes reply events for a Google client, whole or as a stream of chunks.

It does not know which upstream they came from. Google's calls are never told in pieces: they are
kept until they are whole, and come in one chunk at the end, as parallel calls of Gemini's do.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Raw

from vanguard.core.errors import UpstreamError, VanguardError
from vanguard.core.usage import Usage
from vanguard.dialects.citations.google_generate import Grounding
from vanguard.dialects.conversation import (
    Cited,
    Conversation,
    End,
    Finish,
    FinishReason,
    RefusalDelta,
    ReplyEvent,
    Start,
    TextBreak,
    TextDelta,
    ThinkingDelta,
    ThinkingRedacted,
    ThinkingSignature,
    ToolArguments,
    ToolStart,
    UsageTold,
)
from vanguard.dialects.google_generate.errors import error_body
from vanguard.dialects.google_generate.signatures import carried, googles
from vanguard.dialects.google_generate.usage import write_usage

_encode = msgspec.json.Encoder().encode
_object = msgspec.json.Decoder(dict[str, Raw])

_REASONS: dict[FinishReason, str] = {
    "stop": "STOP",
    "stop_sequence": "STOP",
    "length": "MAX_TOKENS",
    "tool_calls": "STOP",
    "refusal": "SAFETY",
    "pause": "STOP",
    "context_window": "MAX_TOKENS",
}
_Part = dict[str, object]


class GoogleGenerateWriter:
    """Writes one reply."""

    lost: tuple[str, ...] = ()

    def __init__(self, conversation: Conversation, reply_id: str) -> None:
        self._id = reply_id
        self._model = conversation.model
        self._hides_thinking = conversation.reasoning.display == "omitted"
        self._calls: dict[int, tuple[_Part, list[str]]] = {}
        self._signature = ""  # of the call that comes next
        self._finish = Finish("stop")
        self._usage: Usage | None = None
        self._grounding = Grounding()
        self._tail = b""

    def event(self, event: ReplyEvent) -> bytes:
        """The chunk for one event, often none.

        Raises:
            UpstreamError: the events make no sense together.
        """
        if isinstance(event, TextDelta | RefusalDelta):
            self._grounding.text(event.text)
            return self._chunk(b'[{"text":%b}]' % _encode(event.text)) if event.text else b""
        parts = self._parts(event)
        if parts:
            return self._chunk(_encode(parts))
        return self._end() if isinstance(event, End) else b""

    def whole(self, events: Iterable[ReplyEvent]) -> bytes:
        """The body of a complete reply."""
        found: list[_Part] = []
        for event in events:
            if isinstance(event, TextDelta | RefusalDelta):
                self._grounding.text(event.text)
                _grow(found, {"text": event.text})
                continue
            for part in self._parts(event):
                _grow(found, part)
        parts = found + self._whole_calls()
        candidate: dict[str, object] = {
            "content": {"parts": parts or [{"text": ""}], "role": "model"},
            "finishReason": _REASONS[self._finish.reason],
            "index": 0,
        }
        if (grounding := self._grounding.metadata()) is not None:
            candidate["groundingMetadata"] = grounding
        reply: dict[str, object] = {"candidates": [candidate]}
        if self._usage is not None:
            reply["usageMetadata"] = write_usage(self._usage)
        return _encode({**reply, "modelVersion": self._model, "responseId": self._id})

    def error(self, error: VanguardError, request_id: str) -> bytes:
        """An error in place of a chunk; Google's SDKs look for it there."""
        return b"data: %b\n\n" % error_body(error, request_id)

    def _parts(self, event: ReplyEvent) -> list[_Part]:
        """The parts that an event is at once; what is told later is kept."""
        match event:
            case ThinkingDelta(text=text):
                hidden = self._hides_thinking or not text
                return [] if hidden else [{"text": text, "thought": True}]
            case ThinkingSignature(signature=signature):
                return self._sealed(signature)
            case ThinkingRedacted(data=data):
                seal = carried(data, "redacted")
                return [{"text": "", "thought": True, "thoughtSignature": seal}]
            case ToolStart():
                call: _Part = {"functionCall": {"id": event.id, "name": event.name}}
                if self._signature:
                    call["thoughtSignature"] = self._signature
                    self._signature = ""
                self._calls[event.index] = call, []
            case ToolArguments(index=index, text=text):
                if index not in self._calls:
                    raise UpstreamError("the upstream went on with a tool call that it had left")
                self._calls[index][1].append(text)
            case _:
                self._note(event)
        return []

    def _note(self, event: ReplyEvent) -> None:
        match event:
            case Start():
                self._model = event.model or self._model
                self._usage = event.usage or self._usage
            case TextBreak():
                self._grounding.begin()
            case Cited():
                self._grounding.cite(event)
            case Finish():
                self._finish = event
            case UsageTold():
                self._usage = event.usage

    def _sealed(self, signature: str) -> list[_Part]:
        own = googles(signature)
        if own is not None and own[1] == "call":
            self._signature = own[0]
            return []
        part: _Part = {"text": "", "thoughtSignature": carried(signature)}
        return [part if own is not None and own[1] == "text" else {**part, "thought": True}]

    def _chunk(self, parts: bytes, reason: bytes = b"", usage: bytes = b"") -> bytes:
        if not self._tail:
            named = _encode({"modelVersion": self._model, "responseId": self._id})
            self._tail = b",%b\n\n" % named[1:]
        return b'data: {"candidates":[{"content":{"parts":%b,"role":"model"}%b,"index":0}]%b%b' % (
            parts,
            reason,
            usage,
            self._tail,
        )

    def _end(self) -> bytes:
        calls = self._whole_calls()
        reason = b',"finishReason":%b' % _encode(_REASONS[self._finish.reason])
        if (grounding := self._grounding.metadata()) is not None:
            reason += b',"groundingMetadata":%b' % _encode(grounding)
        usage = b""
        if self._usage is not None:
            usage = b',"usageMetadata":%b' % _encode(write_usage(self._usage))
        return self._chunk(_encode(calls or [{"text": ""}]), reason, usage)

    def _whole_calls(self) -> list[_Part]:
        parts = []
        for index in sorted(self._calls):
            part, pieces = self._calls[index]
            call = part["functionCall"]
            if isinstance(call, dict):
                call["args"] = _arguments("".join(pieces))
            parts.append(part)
        return parts


def _grow(parts: list[_Part], part: _Part) -> None:
    """Adds a part, or its text to the last one of the same kind."""
    last = parts[-1] if parts else None
    if (
        last is not None
        and "text" in part
        and "text" in last
        and last.get("thought") == part.get("thought")
        and "thoughtSignature" not in last
    ):
        last["text"] = f"{last['text']}{part['text']}"
        last.update({name: value for name, value in part.items() if name != "text"})
    else:
        parts.append(part)


def _arguments(text: str) -> Raw:
    """The arguments as an object; what a model wrote instead of one is kept as text in it."""
    if not text.strip():
        return Raw(b"{}")
    try:
        _object.decode(text)
    except msgspec.MsgspecError:
        return Raw(_encode({"arguments": text}))
    return Raw(text.encode())
