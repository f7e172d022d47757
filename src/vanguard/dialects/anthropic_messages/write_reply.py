"""Writes reply events for an Anthropic client, whole or as a stream of events.

It does not know which upstream they came from. Anthropic's blocks come one after the other, so a tool
call whose predecessor is still being written waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from vanguard.core.errors import UpstreamError, VanguardError
from vanguard.core.usage import Usage
from vanguard.dialects.anthropic_messages.errors import error_body
from vanguard.dialects.anthropic_messages.usage import write_usage
from vanguard.dialects.anthropic_messages.write_whole import CollectedMessage, stop_fields
from vanguard.dialects.conversation import (
    Conversation,
    End,
    Finish,
    RefusalDelta,
    ReplyEvent,
    Start,
    TextDelta,
    ThinkingDelta,
    ThinkingRedacted,
    ThinkingSignature,
    ToolArguments,
    ToolStart,
    UsageTold,
)

_encode = msgspec.json.Encoder().encode
_TEXT, _THINKING, _TOOL = "text", "thinking", "tool_use"


class _Call:
    """A tool call that is open or waits for its turn."""

    __slots__ = ("start", "text")

    def __init__(self, start: ToolStart) -> None:
        self.start = start
        self.text: list[str] = []

    def is_whole(self) -> bool:
        try:
            msgspec.json.decode("".join(self.text))
        except msgspec.MsgspecError:
            return False
        return True


class AnthropicMessagesWriter:
    """Writes one reply."""

    def __init__(self, conversation: Conversation, reply_id: str) -> None:
        self._id = reply_id
        self._model = conversation.model
        self._hides_thinking = conversation.reasoning.display == "omitted"
        self._started = False
        self._index = -1
        self._kind = ""  # of the open block, empty when none is
        self._sealed = False
        self._call: _Call | None = None
        self._waiting: dict[int, _Call] = {}
        self._called = False
        self._finish = Finish("stop")
        self._usage = Usage()

    def event(self, event: ReplyEvent) -> bytes:
        """The events for one event."""
        match event:
            case TextDelta(text=text) | RefusalDelta(text=text):
                return self._block(_TEXT) + self._delta(b"text_delta", b"text", text)
            case ToolArguments():
                return self._arguments(event)
            case ThinkingDelta(text=text):
                if self._hides_thinking:
                    return self._block(_THINKING)
                return self._block(_THINKING) + self._delta(b"thinking_delta", b"thinking", text)
            case _:
                return self._seldom(event)

    def error(self, error: VanguardError, request_id: str) -> bytes:
        """An `error` event, which ends the stream."""
        return b"event: error\ndata: %b\n\n" % error_body(error, request_id)

    def whole(self, events: Iterable[ReplyEvent]) -> bytes:
        """The body of a complete reply."""
        collected = CollectedMessage(hides_thinking=self._hides_thinking)
        for event in events:
            collected.add(event)
        return collected.body(self._id, self._model)

    def _seldom(self, event: ReplyEvent) -> bytes:
        match event:
            case Start():
                return self._start(event)
            case ToolStart():
                return self._tool(event)
            case ThinkingSignature(signature=signature):
                opened = self._block(_THINKING)
                self._sealed = True
                return opened + self._delta(b"signature_delta", b"signature", signature)
            case ThinkingRedacted(data=data):
                block: dict[str, object] = {"type": "redacted_thinking", "data": data}
                return self._close() + self._open("redacted_thinking", block)
            case Finish():
                self._finish = event
            case UsageTold(usage=usage):
                self._usage = usage
            case End():
                return self._end()
        return b""

    def _start(self, event: Start) -> bytes:
        self._started = True
        if event.usage is not None:
            self._usage = event.usage
        message: dict[str, object] = {
            "id": self._id,
            "type": "message",
            "role": "assistant",
            "model": event.model or self._model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": write_usage(self._usage),
        }
        return _event(b"message_start", {"type": "message_start", "message": message})

    def _block(self, kind: str) -> bytes:
        """Opens a block of text or thinking unless one is open. A seal ends its thinking."""
        if self._kind == kind and not self._sealed:
            return b""
        block: dict[str, object] = {"type": kind, kind: ""}
        if kind == _THINKING:
            block["signature"] = ""
        return self._close() + self._open(kind, block)

    def _open(self, kind: str, block: dict[str, object]) -> bytes:
        begun = b"" if self._started else self._start(Start())
        self._index += 1
        self._kind = kind
        self._sealed = False
        start = {"type": "content_block_start", "index": self._index, "content_block": block}
        return begun + _event(b"content_block_start", start)

    def _close(self) -> bytes:
        if not self._kind:
            return b""
        self._kind = ""
        self._call = None
        stop = {"type": "content_block_stop", "index": self._index}
        return _event(b"content_block_stop", stop)

    def _delta(self, kind: bytes, field: bytes, text: str) -> bytes:
        return (
            b"event: content_block_delta\n"
            b'data: {"type":"content_block_delta","index":%d,"delta":{"type":"%b","%b":%b}}\n\n'
        ) % (self._index, kind, field, _encode(text))

    def _tool(self, event: ToolStart) -> bytes:
        self._called = True
        call = _Call(event)
        if self._call is not None and not self._call.is_whole():
            self._waiting[event.index] = call
            return b""
        return self._open_call(call)

    def _open_call(self, call: _Call) -> bytes:
        start = call.start
        block: dict[str, object] = {
            "type": _TOOL,
            "id": start.id,
            "name": start.name,
            "input": {},
        }
        out = self._close() + self._open(_TOOL, block)
        self._call = call
        if call.text:
            out += self._delta(b"input_json_delta", b"partial_json", "".join(call.text))
        return out

    def _arguments(self, event: ToolArguments) -> bytes:
        call = self._call
        if call is not None and call.start.index == event.index:
            call.text.append(event.text)
            out = self._delta(b"input_json_delta", b"partial_json", event.text)
            return out + self._next() if self._waiting else out
        waiting = self._waiting.get(event.index)
        if waiting is None:
            raise UpstreamError("the upstream went on with a tool call that it had left")
        waiting.text.append(event.text)
        return b""

    def _next(self) -> bytes:
        """Opens the calls whose predecessors are whole by now."""
        out = b""
        while self._waiting and self._call is not None and self._call.is_whole():
            out += self._open_call(self._waiting.pop(min(self._waiting)))
        return out

    def _end(self) -> bytes:
        out = b"" if self._started else self._start(Start())
        for index in sorted(self._waiting):
            out += self._open_call(self._waiting.pop(index))
        out += self._close()
        delta = stop_fields(self._finish, called=self._called)
        ended = {"type": "message_delta", "delta": delta, "usage": write_usage(self._usage)}
        out += _event(b"message_delta", ended)
        return out + b'event: message_stop\ndata: {"type":"message_stop"}\n\n'


def _event(name: bytes, value: Mapping[str, object]) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name, _encode(value))
