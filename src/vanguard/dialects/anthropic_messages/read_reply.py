"""Reads a reply of an Anthropic-compatible server, whole or streamed, into reply events.

It does not know who will get it. Blocks that only a server's own tools make are left out.
"""

from __future__ import annotations

import msgspec

from vanguard.core.errors import UpstreamError, UpstreamTruncated, VanguardError
from vanguard.core.ids import new_id
from vanguard.core.usage import Usage
from vanguard.dialects.anthropic_messages.errors import read_failure, read_inline_failure
from vanguard.dialects.anthropic_messages.usage import read_usage
from vanguard.dialects.citations.anthropic_messages import read_citations
from vanguard.dialects.conversation import (
    Cited,
    End,
    Finish,
    FinishReason,
    ReplyEvent,
    Source,
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
from vanguard.dialects.odd_usage import reread
from vanguard.wire import anthropic_messages as wire
from vanguard.wire.lenient import present
from vanguard.wire.sse import event_data

_event = msgspec.json.Decoder(wire.Event)
_reply = msgspec.json.Decoder(wire.Reply)
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

_REASONS: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop_sequence",
    "max_tokens": "length",
    "tool_use": "tool_calls",
    "refusal": "refusal",
    "pause_turn": "pause",
    "model_context_window_exceeded": "context_window",
}


class _Call:
    """A tool call whose block is open."""

    __slots__ = ("had_delta", "index", "whole")

    def __init__(self, index: int, whole: str) -> None:
        self.index = index
        self.whole = whole
        self.had_delta = False


class AnthropicMessagesReader:
    """Reads one reply."""

    origin = ""

    def __init__(self) -> None:
        self._calls: dict[int, _Call] = {}
        self._call_count = 0
        self._foreign: set[int] = set()
        self._text_before = False
        self._cited: list[Source] = []
        self._usage: Usage | None = None
        self._started = False
        self._ended = False

    def whole(self, body: bytes) -> list[ReplyEvent]:
        """Events of a complete reply.

        Raises:
            UpstreamError: it is no reply, or an error in a reply's clothes.
        """
        try:
            reply = _reply.decode(body)
        except _UNREADABLE as error:
            again = reread(_reply, body)
            if again is None:
                raise UpstreamError(f"the upstream's answer could not be read: {error}") from error
            reply = again
        failed = present(reply.error)
        if reply.type == "error" or (reply.content is None and failed is not None):
            raise read_inline_failure(failed)
        if reply.content is None:
            raise UpstreamError("the upstream's reply holds no answer (no content)")
        events = self._start(reply)
        for index, block in enumerate(reply.content):
            self._open(index, block, events)
            self._close(index, events)
        events.extend(self._finish(reply.stop_reason or "end_turn", reply.stop_sequence))
        if self._usage is not None:
            events.append(UsageTold(self._usage))
        events.append(End())
        self._ended = True
        return events

    def event(self, raw: bytes) -> list[ReplyEvent]:
        """Events of one raw server-sent event.

        Raises:
            UpstreamError: an in-band error, or not JSON.
        """
        data = event_data(raw)
        if not data or self._ended:
            return []
        try:
            event = _event.decode(data)
        except _UNREADABLE as error:
            if data.strip() == b"[DONE]":  # some compatible servers add it
                return []
            again = reread(_event, data)
            if again is None:
                raise UpstreamError(f"the upstream's answer could not be read: {error}") from error
            event = again
        if event.type == "content_block_delta":
            return self._delta(event)
        return self._seldom(event)

    def end(self) -> list[ReplyEvent]:
        """The stream ended.

        Raises:
            UpstreamTruncated: before its `message_stop`.
        """
        if not self._ended:
            raise UpstreamTruncated("the upstream's stream ended before its answer did")
        return []

    def failure(self, status: int, body: bytes) -> VanguardError:
        """The error of an answer of status 400 or more."""
        return read_failure(status, body)

    def _seldom(self, event: wire.Event) -> list[ReplyEvent]:
        events: list[ReplyEvent] = []
        match event.type:
            case "message_start":
                events = self._start(event.message or wire.Reply())
            case "content_block_start":
                self._open(event.index, event.content_block or wire.ReplyBlock(), events)
            case "content_block_stop":
                self._close(event.index, events)
            case "message_delta":
                events = self._message_delta(event)
            case "message_stop":
                self._ended = True
                events = [End()]
            case "error":
                raise read_inline_failure(present(event.error))
        return events

    def _start(self, reply: wire.Reply) -> list[ReplyEvent]:
        if self._started:
            return []
        self._started = True
        if reply.usage is not None:
            self._usage = read_usage(reply.usage)
        return [Start(reply.id or "", reply.model or "", self._usage)]

    def _open(self, index: int, block: wire.ReplyBlock, events: list[ReplyEvent]) -> None:
        text_before, self._text_before = self._text_before, block.type == "text"
        match block.type:
            case "text":
                if text_before:
                    events.append(TextBreak())
                self._cited = read_citations(present(block.citations))
                if block.text:
                    events.append(TextDelta(block.text))
            case "tool_use":
                whole = present(block.input)
                call = _Call(self._call_count, bytes(whole).decode() if whole else "{}")
                self._calls[index] = call
                self._call_count += 1
                events.append(ToolStart(call.index, block.id or new_id("toolu"), block.name or ""))
            case "thinking":
                if block.thinking:
                    events.append(ThinkingDelta(block.thinking))
                if block.signature:
                    events.append(ThinkingSignature(block.signature))
            case "redacted_thinking":
                events.append(ThinkingRedacted(block.data or ""))
            case _:
                self._foreign.add(index)

    def _close(self, index: int, events: list[ReplyEvent]) -> None:
        call = self._calls.pop(index, None)
        if call is not None and not call.had_delta:
            events.append(ToolArguments(call.index, call.whole))
        if self._cited:
            events.extend(map(Cited, self._cited))
            self._cited = []

    def _delta(self, event: wire.Event) -> list[ReplyEvent]:
        delta = event.delta
        if delta is None or event.index in self._foreign:
            return []
        match delta.type:
            case "text_delta":
                return [TextDelta(delta.text)] if delta.text else []
            case "input_json_delta":
                call = self._calls.get(event.index)
                if call is None or not delta.partial_json:
                    return []
                call.had_delta = True
                return [ToolArguments(call.index, delta.partial_json)]
            case "thinking_delta":
                return [ThinkingDelta(delta.thinking)] if delta.thinking else []
            case "signature_delta":
                return [ThinkingSignature(delta.signature)] if delta.signature else []
            case "citations_delta":
                # told when the text for which it stands is whole
                self._cited += read_citations(present(delta.citation))
        return []

    def _message_delta(self, event: wire.Event) -> list[ReplyEvent]:
        events: list[ReplyEvent] = []
        if event.delta is not None and event.delta.stop_reason:
            events.extend(self._finish(event.delta.stop_reason, event.delta.stop_sequence))
        if event.usage is not None:
            self._usage = read_usage(event.usage, self._usage)
            events.append(UsageTold(self._usage))
        return events

    def _finish(self, reason: str, stop_sequence: str | None) -> list[ReplyEvent]:
        return [Finish(_REASONS.get(reason, "stop"), stop_sequence or "")]
