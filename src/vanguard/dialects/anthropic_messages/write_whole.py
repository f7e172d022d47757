"""Collects reply events into a whole Anthropic message.

It does not know streams; what both forms share (the stop reason) stands here.
"""

from __future__ import annotations

import msgspec

from vanguard.core.usage import Usage
from vanguard.dialects.anthropic_messages.usage import write_usage
from vanguard.dialects.citations.anthropic_messages import write_citation
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
    "refusal": "refusal",
    "pause": "pause_turn",
    "context_window": "model_context_window_exceeded",
}


def stop_fields(finish: Finish, *, called: bool) -> dict[str, object]:
    """The stop reason and sequence; a reply with calls never says `end_turn`."""
    reason = "tool_use" if called and finish.reason == "stop" else REASONS[finish.reason]
    return {"stop_reason": reason, "stop_sequence": finish.stop_sequence or None}


class CollectedMessage:
    """A message that grows by its events.

    Attributes:
        lost: names of what it has no place for, known when its body is written.
    """

    lost: tuple[str, ...] = ()

    def __init__(self, *, hides_thinking: bool = False) -> None:
        self._hides_thinking = hides_thinking
        self._model = ""
        self._blocks: list[dict[str, object]] = []
        self._text: list[str] = []  # of the last block, while it grows
        self._calls: dict[int, tuple[dict[str, object], list[str]]] = {}
        self._finish = Finish("stop")
        self._usage = Usage()
        self._cited: list[Cited] = []
        self._spans = Spans()
        self._broken = False  # whether the next text begins a block of its own

    def add(self, event: ReplyEvent) -> None:
        """Takes one event."""
        match event:
            case TextDelta(text=text) | RefusalDelta(text=text):
                self._grow("text", text)
            case ThinkingDelta(text=text):
                self._grow("thinking", "" if self._hides_thinking else text)
            case ThinkingSignature(signature=signature):
                self._grow("thinking", "")
                self._settle()
                self._blocks[-1]["signature"] = signature
            case ThinkingRedacted(data=data):
                self._settle()
                self._blocks.append({"type": "redacted_thinking", "data": data})
            case ToolStart():
                self._settle()
                block: dict[str, object] = {"type": "tool_use", "id": event.id, "name": event.name}
                self._blocks.append(block)
                self._calls[event.index] = block, []
            case ToolArguments(index=index, text=text):
                self._calls[index][1].append(text)
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
                self._model = event.model
                self._usage = event.usage or self._usage
            case Finish():
                self._finish = event
            case UsageTold():
                self._usage = event.usage

    def _grow(self, kind: str, text: str) -> None:
        last = self._blocks[-1] if self._blocks else None
        if last is None or last["type"] != kind or last.get("signature") or self._broken:
            self._broken = False
            self._settle()
            block: dict[str, object] = {"type": kind, kind: ""}
            if kind == "thinking":
                block["signature"] = ""
            else:
                self._spans.begin()
            self._blocks.append(block)
        self._text.append(text)
        if kind == "text":
            self._spans.said += len(text)

    def _cite(self) -> None:
        """Cuts blocks of text where sources stand for a part of them."""
        told = [one for one in self._cited if write_citation(one.source) is not None]
        sources_of, blocks, begin, count = placed(told), self._blocks, 0, 0
        self._blocks = []
        for block in blocks:
            if block["type"] != "text":
                self._blocks.append(block)
                continue
            text = str(block["text"])
            here = sources_of(begin, max(begin + len(text), 1))
            count += len(here)
            for piece, sources in pieces(text, begin, here):
                cited = {"citations": [write_citation(one) for one in sources]} if sources else {}
                self._blocks.append({"type": "text", "text": piece, **cited})
            begin += len(text)
        if count < len(self._cited):
            self.lost = (LOST,)

    def _settle(self) -> None:
        """Puts the collected text into the last block, which ends with it."""
        if self._text:
            last = self._blocks[-1]
            last[str(last["type"])] = "".join(self._text)
            self._text.clear()

    def body(self, reply_id: str, model: str) -> bytes:
        """The JSON of the message; `model` is used where the upstream named none."""
        self._settle()
        if self._cited:
            self._cite()
        for block, arguments in self._calls.values():
            block["input"] = _input("".join(arguments))
        message: dict[str, object] = {
            "id": reply_id,
            "type": "message",
            "role": "assistant",
            "model": self._model or model,
            "content": self._blocks,
            **stop_fields(self._finish, called=bool(self._calls)),
            "usage": write_usage(self._usage),
        }
        return _encode(message)


def _input(text: str) -> msgspec.Raw:
    """The arguments as an object; what a model wrote instead of one is kept as text in it."""
    if not text.strip():
        return msgspec.Raw(b"{}")
    try:
        _object.decode(text)
    except msgspec.MsgspecError:
        return msgspec.Raw(_encode({"arguments": text}))
    return msgspec.Raw(text.encode())
