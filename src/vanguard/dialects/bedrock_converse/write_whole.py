"""Collects reply events into a whole Converse reply.

It does not know streams; what both forms share (the stop reason) stands here.
"""

from __future__ import annotations

import msgspec

from vanguard.core.usage import Usage
from vanguard.dialects.bedrock_converse.blobs import to_blob
from vanguard.dialects.bedrock_converse.usage import write_usage
from vanguard.dialects.citations.bedrock_converse import write_citation
from vanguard.dialects.citations.spans import LOST, Spans, pieces, placed
from vanguard.dialects.conversation import (
    Cited,
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

_encode = msgspec.json.Encoder().encode
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])

REASONS: dict[FinishReason, str] = {
    "stop": "end_turn",
    "stop_sequence": "stop_sequence",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "refusal": "content_filtered",
    "pause": "end_turn",
    "context_window": "model_context_window_exceeded",
}


def stop_reason(finish: Finish, *, called: bool) -> str:
    """The stop reason; a reply with calls never says `end_turn`."""
    return "tool_use" if called and finish.reason == "stop" else REASONS[finish.reason]


class _Piece:
    """A block that grows: text, thinking with its seal, or a tool call."""

    __slots__ = ("call", "kind", "seal", "text")

    def __init__(self, kind: str, call: ToolStart | None = None) -> None:
        self.kind = kind
        self.call = call
        self.text: list[str] = []
        self.seal = ""

    def block(self) -> dict[str, object]:
        text = "".join(self.text)
        if self.call is not None:
            use = {"toolUseId": self.call.id, "name": self.call.name, "input": _input(text)}
            return {"toolUse": use}
        if self.kind == "redacted":
            return {"reasoningContent": {"redactedContent": to_blob(text)}}
        if self.kind == "thinking":
            sealed = {"signature": self.seal} if self.seal else {}
            return {"reasoningContent": {"reasoningText": {"text": text, **sealed}}}
        return {"text": text}


class CollectedConverse:
    """A reply that grows by its events.

    Attributes:
        lost: names of what it has no place for, known when its body is written.
    """

    lost: tuple[str, ...] = ()

    def __init__(self) -> None:
        self._pieces: list[_Piece] = []
        self._cited: list[Cited] = []
        self._spans = Spans()
        self._broken = False  # whether the next text begins a block of its own
        self._calls: dict[int, _Piece] = {}
        self._finish = Finish("stop")
        self._usage = Usage()

    def add(self, event: ReplyEvent) -> None:
        """Takes one event."""
        match event:
            case TextDelta(text=text) | RefusalDelta(text=text):
                self._last("text").text.append(text)
                self._spans.said += len(text)
            case ThinkingDelta(text=text):
                self._last("thinking").text.append(text)
            case ThinkingSignature(signature=signature):
                self._last("thinking").seal = signature
            case ThinkingRedacted(data=data):
                piece = _Piece("redacted")
                piece.text.append(data)
                self._pieces.append(piece)
            case ToolStart():
                piece = self._calls[event.index] = _Piece("tool", event)
                self._pieces.append(piece)
            case ToolArguments(index=index, text=text):
                self._calls[index].text.append(text)
            case _:
                self._note(event)

    def _note(self, event: ReplyEvent) -> None:
        match event:
            case TextBreak():
                self._broken = True
            case Cited(start=start):
                if start < 0:
                    event = Cited(event.source, *self._spans.of(event))
                self._cited.append(event)
            case Start():
                self._usage = event.usage or self._usage
            case Finish():
                self._finish = event
            case UsageTold():
                self._usage = event.usage

    def _last(self, kind: str) -> _Piece:
        last = self._pieces[-1] if self._pieces else None
        if last is None or last.kind != kind or last.seal or self._broken:
            self._broken = False
            last = _Piece(kind)
            self._pieces.append(last)
            if kind == "text":
                self._spans.begin()
        return last

    def _content(self) -> list[dict[str, object]]:
        """The blocks, those of text cut where sources stand for a part of them."""
        if not self._cited:
            return [one.block() for one in self._pieces]
        blocks: list[dict[str, object]] = []
        sources_of, begin, count = placed(self._cited), 0, 0
        for piece in self._pieces:
            if piece.kind != "text":
                blocks.append(piece.block())
                continue
            text = "".join(piece.text)
            here = sources_of(begin, max(begin + len(text), 1))
            count += len(here)
            for cut, sources in pieces(text, begin, here):
                cited = {
                    "content": [{"text": cut}],
                    "citations": [write_citation(one) for one in sources],
                }
                blocks.append({"citationsContent": cited} if sources else {"text": cut})
            begin += len(text)
        if count < len(self._cited):
            self.lost = (LOST,)
        return blocks

    def body(self, latency_ms: int) -> bytes:
        """The JSON of the reply."""
        message = {"role": "assistant", "content": self._content()}
        reply: dict[str, object] = {
            "output": {"message": message},
            "stopReason": stop_reason(self._finish, called=bool(self._calls)),
            "usage": write_usage(self._usage),
            "metrics": {"latencyMs": latency_ms},
        }
        return _encode(reply)


def _input(text: str) -> msgspec.Raw:
    """The arguments as an object; what a model wrote instead of one is kept as text in it."""
    if not text.strip():
        return msgspec.Raw(b"{}")
    try:
        _object.decode(text)
    except msgspec.MsgspecError:
        return msgspec.Raw(_encode({"arguments": text}))
    return msgspec.Raw(text.encode())
