"""Writes reply events for an OpenAI client, whole or as a stream of chunks.

It does not know which upstream they came from. The frame of a chunk is rendered once per reply; a
delta costs the encoding of its text.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from vanguard.core.clock import Clock, SystemClock
from vanguard.core.errors import VanguardError
from vanguard.core.usage import Usage
from vanguard.dialects.citations.spans import LOST, Spans
from vanguard.dialects.conversation import (
    Cited,
    Conversation,
    End,
    Finish,
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
from vanguard.dialects.openai_chat.errors import error_body
from vanguard.dialects.openai_chat.usage import write_usage
from vanguard.dialects.openai_chat.write_whole import (
    REASONS,
    CollectedReply,
    annotation,
    reasoning_detail,
    tool_start,
)

_encode = msgspec.json.Encoder().encode


class OpenAIChatWriter:
    """Writes one reply."""

    lost: tuple[str, ...] = ()

    def __init__(
        self, conversation: Conversation, reply_id: str, clock: Clock | None = None
    ) -> None:
        self._id = reply_id
        self._model = conversation.model
        self._wants_usage = conversation.stream_usage
        self._created = (clock or SystemClock()).now_ms() // 1000
        self._head = b""
        self._tail = b""
        self._finished = False
        self._usage: Usage | None = None
        self._thinking: list[str] = []
        self._details = 0
        self._called = False
        self._spans = Spans()

    def event(self, event: ReplyEvent) -> bytes:
        """The chunks for one event."""
        match event:
            case TextDelta(text=text):
                self._spans.said += len(text)
                return self._delta(b'"content":', text)
            case ToolArguments(index=index, text=text):
                arguments = b'{"index":%d,"function":{"arguments":%b}}' % (index, _encode(text))
                return self._chunk(b'{"tool_calls":[%b]}' % arguments)
            case ThinkingDelta(text=text):
                self._thinking.append(text)
                return self._delta(b'"reasoning_content":', text)
            case Start():
                return self._start(event)
            case _:
                return self._seldom(event)

    def _seldom(self, event: ReplyEvent) -> bytes:
        match event:
            case ToolStart():
                self._called = True
                return self._chunk(_encode({"tool_calls": [tool_start(event)]}))
            case ThinkingSignature() | ThinkingRedacted():
                return self._chunk(_encode({"reasoning_details": [self._detail(event)]}))
            case RefusalDelta(text=text):
                return self._delta(b'"refusal":', text)
            case TextBreak():
                self._spans.begin()
            case Cited():
                return self._cited(event)
            case Finish():
                self._finished = True
                return self._chunk(b"{}", _encode(self._reason(event)))
            case UsageTold(usage=usage):
                self._usage = usage
            case End():
                return self._end()
        return b""

    def _cited(self, event: Cited) -> bytes:
        told = annotation(event, self._spans)
        if told is None:
            self.lost = (LOST,)
            return b""
        return self._chunk(_encode({"annotations": [told]}))

    def error(self, error: VanguardError, request_id: str) -> bytes:  # noqa: ARG002 - the contract's shape
        """An error chunk; no `[DONE]` follows, so that nobody takes the stream for whole."""
        return b"data: %b\n\n" % error_body(error)

    def whole(self, events: Iterable[ReplyEvent]) -> bytes:
        """The body of a complete reply."""
        collected = CollectedReply()
        for event in events:
            collected.add(event)
        self.lost = collected.lost
        return collected.body(self._id, self._model, self._created)

    def _start(self, event: Start) -> bytes:
        self._usage = event.usage
        head = {
            "id": self._id,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": event.model or self._model,
        }
        self._head = b"data: %b" % _encode(head)[:-1]
        self._tail = b',"usage":null}\n\n' if self._wants_usage else b"}\n\n"
        return self._chunk(b'{"role":"assistant","content":""}')

    def _delta(self, field: bytes, text: str) -> bytes:
        return self._chunk(b"{%b%b}" % (field, _encode(text)))

    def _chunk(self, delta: bytes, reason: bytes = b"null") -> bytes:
        if not self._head:
            return self._start(Start()) + self._chunk(delta, reason)
        return b'%b,"choices":[{"index":0,"delta":%b,"logprobs":null,"finish_reason":%b}]%b' % (
            self._head,
            delta,
            reason,
            self._tail,
        )

    def _detail(self, event: ThinkingSignature | ThinkingRedacted) -> dict[str, object]:
        """The seal in the form that clients of OpenRouter send back, so that it can be verified."""
        detail = reasoning_detail(event, "".join(self._thinking), self._details)
        self._thinking.clear()
        self._details += 1
        return detail

    def _reason(self, finish: Finish) -> str:
        if finish.reason == "stop" and self._called:
            return "tool_calls"
        return REASONS[finish.reason]

    def _end(self) -> bytes:
        out = b""
        if not self._finished:
            out = self._seldom(Finish("stop"))
        if self._wants_usage and self._usage is not None:
            usage = _encode(write_usage(self._usage))
            out += b'%b,"choices":[],"usage":%b}\n\n' % (self._head, usage)
        return out + b"data: [DONE]\n\n"
