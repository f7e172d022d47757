"""Collects reply events into a whole OpenAI chat completion.

It does not know streams; what both forms share (finish reasons, tool calls, seals) stands here.
"""

from __future__ import annotations

import msgspec

from vanguard.core.usage import Usage
from vanguard.dialects.citations.openai import url_citation
from vanguard.dialects.citations.spans import LOST, Spans
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
from vanguard.dialects.openai_chat.usage import write_usage

_encode = msgspec.json.Encoder().encode

REASONS: dict[FinishReason, str] = {
    "stop": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "refusal": "content_filter",
    "pause": "stop",
    "context_window": "length",
}


def tool_start(event: ToolStart) -> dict[str, object]:
    """The first piece of a tool call."""
    function = {"name": event.name, "arguments": ""}
    return {"index": event.index, "id": event.id, "type": "function", "function": function}


def annotation(cited: Cited, spans: Spans) -> dict[str, object] | None:
    """A source as OpenAI's chat has it; None for what has no address."""
    told = url_citation(cited.source, spans.of(cited))
    return None if told is None else {"type": "url_citation", "url_citation": told}


def reasoning_detail(
    event: ThinkingSignature | ThinkingRedacted, text: str, index: int
) -> dict[str, object]:
    """A sealed piece of reasoning in OpenRouter's form; the dialect reads it back from history."""
    if isinstance(event, ThinkingRedacted):
        return {"type": "reasoning.encrypted", "data": event.data, "index": index}
    return {
        "type": "reasoning.text",
        "text": text,
        "signature": event.signature,
        "index": index,
    }


class CollectedReply:
    """A reply that grows by its events.

    Attributes:
        lost: names of what it has no place for.
    """

    lost: tuple[str, ...] = ()

    def __init__(self) -> None:
        self._model = ""
        self._text: list[str] = []
        self._refusal: list[str] = []
        self._thinking: list[str] = []
        self._unsealed = 0  # where in the thinking the piece without a seal begins
        self._details: list[dict[str, object]] = []
        self._calls: dict[int, tuple[ToolStart, list[str]]] = {}
        self._finish: Finish | None = None
        self._usage: Usage | None = None
        self._spans = Spans()
        self._annotations: list[dict[str, object]] = []

    def add(self, event: ReplyEvent) -> None:
        """Takes one event."""
        match event:
            case TextDelta(text=text):
                self._text.append(text)
                self._spans.said += len(text)
            case ToolArguments(index=index, text=text):
                self._calls[index][1].append(text)
            case ThinkingDelta(text=text):
                self._thinking.append(text)
            case RefusalDelta(text=text):
                self._refusal.append(text)
            case ToolStart():
                self._calls[event.index] = event, []
            case ThinkingSignature() | ThinkingRedacted():
                self._seal(event)
            case _:
                self._note(event)

    def _note(self, event: ReplyEvent) -> None:
        match event:
            case TextBreak():
                self._spans.begin()
            case Cited():
                told = annotation(event, self._spans)
                if told is None:
                    self.lost = (LOST,)
                else:
                    self._annotations.append(told)
            case Start():
                self._model = event.model
                self._usage = event.usage
            case Finish():
                self._finish = event
            case UsageTold():
                self._usage = event.usage

    def _seal(self, event: ThinkingSignature | ThinkingRedacted) -> None:
        text = "".join(self._thinking[self._unsealed :])
        self._details.append(reasoning_detail(event, text, len(self._details)))
        if isinstance(event, ThinkingSignature):
            self._unsealed = len(self._thinking)

    def body(self, reply_id: str, model: str, created_s: int) -> bytes:
        """The JSON of the completion; `model` is used where the upstream named none."""
        choice = {
            "index": 0,
            "message": self._message(),
            "logprobs": None,
            "finish_reason": self._reason(),
        }
        reply: dict[str, object] = {
            "id": reply_id,
            "object": "chat.completion",
            "created": created_s,
            "model": self._model or model,
            "choices": [choice],
        }
        if self._usage is not None:
            reply["usage"] = write_usage(self._usage)
        return _encode(reply)

    def _reason(self) -> str:
        reason = self._finish.reason if self._finish else "stop"
        return "tool_calls" if reason == "stop" and self._calls else REASONS[reason]

    def _message(self) -> dict[str, object]:
        text = "".join(self._text)
        # null, as OpenAI says it, where there is nothing but calls or a refusal
        content = None if not text and (self._calls or self._refusal) else text
        message: dict[str, object] = {
            "role": "assistant",
            "content": content,
            "refusal": "".join(self._refusal) or None,
        }
        thinking = "".join(self._thinking)
        if thinking:
            message["reasoning_content"] = thinking
        if self._details:
            message["reasoning_details"] = self._details
        if self._annotations:
            message["annotations"] = self._annotations
        if self._calls:
            message["tool_calls"] = [
                {
                    "id": start.id,
                    "type": "function",
                    "function": {"name": start.name, "arguments": "".join(arguments) or "{}"},
                }
                for start, arguments in self._calls.values()
            ]
        return message
