"""Writes reply events for a Converse client, whole or as a stream of frames.

It does not know which upstream they came from. Blocks come one after the other, so a tool call whose
predecessor is still being written waits for it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

import msgspec

from vanguard.core.errors import UpstreamError, VanguardError
from vanguard.core.usage import Usage
from vanguard.dialects.bedrock_converse.blobs import to_blob
from vanguard.dialects.bedrock_converse.errors import error_body, event_frame, exception_frame
from vanguard.dialects.bedrock_converse.usage import write_usage
from vanguard.dialects.bedrock_converse.write_whole import CollectedConverse, stop_reason
from vanguard.dialects.conversation import (
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
_TEXT, _THINKING, _TOOL = "text", "thinking", "tool"


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


class BedrockConverseWriter:
    """Writes one reply."""

    def __init__(self) -> None:
        self._began = time.monotonic()
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
        """The frames for one event."""
        match event:
            case TextDelta(text=text) | RefusalDelta(text=text):
                return self._block(_TEXT) + self._delta({"text": text})
            case ToolArguments():
                return self._arguments(event)
            case ThinkingDelta(text=text):
                return self._block(_THINKING) + self._delta({"reasoningContent": {"text": text}})
            case _:
                return self._seldom(event)

    def error(self, error: VanguardError, request_id: str) -> bytes:  # noqa: ARG002 - AWS tells it in a header
        """An exception, which ends the stream."""
        return exception_frame(error_body(error))

    def whole(self, events: Iterable[ReplyEvent]) -> bytes:
        """The body of a complete reply."""
        collected = CollectedConverse()
        for event in events:
            collected.add(event)
        return collected.body(self._latency_ms())

    def _seldom(self, event: ReplyEvent) -> bytes:
        match event:
            case Start():
                return self._start(event)
            case ToolStart():
                return self._tool(event)
            case ThinkingSignature(signature=signature):
                opened = self._block(_THINKING)
                self._sealed = True
                return opened + self._delta({"reasoningContent": {"signature": signature}})
            case ThinkingRedacted(data=data):
                out = self._close() + self._open("redacted")
                return out + self._delta({"reasoningContent": {"redactedContent": to_blob(data)}})
            case Finish():
                self._finish = event
            case UsageTold(usage=usage):
                self._usage = usage
            case End():
                return self._end()
        return b""

    def _start(self, event: Start) -> bytes:
        if event.usage is not None:
            self._usage = event.usage
        if self._started:
            return b""
        self._started = True
        return event_frame("messageStart", b'{"role":"assistant"}')

    def _block(self, kind: str) -> bytes:
        """Opens a block of text or thinking unless one is open. A seal ends its thinking."""
        if self._kind == kind and not self._sealed:
            return b""
        return self._close() + self._open(kind)

    def _open(self, kind: str) -> bytes:
        begun = b"" if self._started else self._start(Start())
        self._index += 1
        self._kind = kind
        self._sealed = False
        return begun

    def _close(self) -> bytes:
        if not self._kind:
            return b""
        self._kind = ""
        self._call = None
        return self._event("contentBlockStop", {})

    def _delta(self, delta: Mapping[str, object]) -> bytes:
        return self._event("contentBlockDelta", {"delta": delta})

    def _event(self, kind: str, fields: Mapping[str, object]) -> bytes:
        return event_frame(kind, _encode({"contentBlockIndex": self._index, **fields}))

    def _tool(self, event: ToolStart) -> bytes:
        self._called = True
        call = _Call(event)
        if self._call is not None and not self._call.is_whole():
            self._waiting[event.index] = call
            return b""
        return self._open_call(call)

    def _open_call(self, call: _Call) -> bytes:
        out = self._close() + self._open(_TOOL)
        use = {"toolUseId": call.start.id, "name": call.start.name}
        out += self._event("contentBlockStart", {"start": {"toolUse": use}})
        self._call = call
        if call.text:
            out += self._delta({"toolUse": {"input": "".join(call.text)}})
        return out

    def _arguments(self, event: ToolArguments) -> bytes:
        call = self._call
        if call is not None and call.start.index == event.index:
            call.text.append(event.text)
            out = self._delta({"toolUse": {"input": event.text}})
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
        reason = stop_reason(self._finish, called=self._called)
        out += event_frame("messageStop", _encode({"stopReason": reason}))
        told = {
            "usage": write_usage(self._usage),
            "metrics": {"latencyMs": self._latency_ms()},
        }
        return out + event_frame("metadata", _encode(told))

    def _latency_ms(self) -> int:
        return int((time.monotonic() - self._began) * 1000)
