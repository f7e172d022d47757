"""Writes a reply as a stream of blocks of which one is open at a time: what such dialects share.

It does not know how a block looks. A tool call that begins while another is not whole waits for its
turn, since a closed block cannot be gone on with.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from heapq import heappop, heappush

import msgspec

from vanguard.core.errors import UpstreamError
from vanguard.core.usage import Usage
from vanguard.dialects.citations.spans import LOST
from vanguard.dialects.conversation import (
    Cited,
    End,
    Finish,
    RefusalDelta,
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

TEXT, THINKING, _TOOL, _REDACTED = "text", "thinking", "tool", "redacted"


class _Call:
    """A tool call that is open or waits for its turn."""

    __slots__ = ("start", "text")

    def __init__(self, start: ToolStart) -> None:
        self.start = start
        self.text: list[str] = []

    def is_whole(self) -> bool:
        text = self.text
        if text and text[0][:1] == "{" and text[-1].rstrip()[-1:] not in {"", "}"}:
            # an object ends with its brace; without one, nothing need be put together
            return False
        try:
            msgspec.json.decode("".join(text))
        except msgspec.MsgspecError:
            return False
        return True


class BlockWriter(ABC):
    """One reply. A dialect says what each step looks like; `_index` is the open block's."""

    lost: tuple[str, ...] = ()

    def __init__(self) -> None:
        self._started = False
        self._index = -1
        self._kind = ""  # of the open block, empty when none is
        self._sealed = False
        self._call: _Call | None = None
        self._waiting: dict[int, _Call] = {}
        self._turns: list[int] = []  # of those that wait, a heap
        self._called = False
        self._finish = Finish("stop")
        self._usage = Usage()

    # --- what a dialect says -----------------------------------------------------------------

    @abstractmethod
    def _started_by(self, event: Start) -> bytes:
        """The reply begins."""

    @abstractmethod
    def _opened(self, kind: str) -> bytes:
        """A block of text or thinking begins."""

    @abstractmethod
    def _opened_call(self, start: ToolStart) -> bytes:
        """The block of a tool call begins."""

    @abstractmethod
    def _closed(self) -> bytes:
        """The open block ends."""

    @abstractmethod
    def _text(self, text: str) -> bytes:
        """More text."""

    @abstractmethod
    def _thinking(self, text: str) -> bytes:
        """More thinking."""

    @abstractmethod
    def _seal(self, signature: str) -> bytes:
        """The seal of the thinking so far."""

    @abstractmethod
    def _redacted(self, data: str) -> bytes:
        """A block of thinking that nobody may read, whole."""

    @abstractmethod
    def _citation(self, source: Source) -> bytes:
        """A source of the open block's text; empty when the API cannot tell it."""

    @abstractmethod
    def _input(self, text: str) -> bytes:
        """More of a call's arguments."""

    @abstractmethod
    def _ended(self) -> bytes:
        """The reply ends."""

    # --- what they share ---------------------------------------------------------------------

    def event(self, event: ReplyEvent) -> bytes:
        """What is written for one event."""
        match event:
            case TextDelta(text=text) | RefusalDelta(text=text):
                return self._block(TEXT) + self._text(text)
            case ToolArguments():
                return self._arguments(event)
            case ThinkingDelta(text=text):
                return self._block(THINKING) + self._thinking(text)
            case _:
                return self._seldom(event)

    def _seldom(self, event: ReplyEvent) -> bytes:
        match event:
            case Start():
                return self._start(event)
            case ToolStart():
                return self._tool(event)
            case ThinkingSignature(signature=signature):
                opened = self._block(THINKING)
                self._sealed = True
                return opened + self._seal(signature)
            case ThinkingRedacted(data=data):
                return self._close() + self._open(_REDACTED) + self._redacted(data)
            case TextBreak():
                # the next text begins a block of its own
                self._sealed = self._sealed or self._kind == TEXT
            case Cited(source=source):
                return self._cited(source)
            case Finish():
                self._finish = event
            case UsageTold(usage=usage):
                self._usage = usage
            case End():
                return self._end()
        return b""

    def _cited(self, source: Source) -> bytes:
        """A block that is closed gets no source any more, and one cannot be cut in two."""
        out = self._citation(source) if self._kind == TEXT else b""
        if not out:
            self.lost = (LOST,)
        return out

    def _start(self, event: Start) -> bytes:
        if event.usage is not None:
            self._usage = event.usage
        if self._started:
            return b""
        self._started = True
        return self._started_by(event)

    def _block(self, kind: str) -> bytes:
        """Opens a block of text or thinking unless one is open. A seal ends its thinking."""
        if self._kind == kind and not self._sealed:
            return b""
        return self._close() + self._open(kind) + self._opened(kind)

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
        return self._closed()

    def _tool(self, event: ToolStart) -> bytes:
        self._called = True
        call = _Call(event)
        if self._call is not None and not self._call.is_whole():
            if event.index not in self._waiting:
                heappush(self._turns, event.index)
            self._waiting[event.index] = call
            return b""
        return self._open_call(call)

    def _open_call(self, call: _Call) -> bytes:
        out = self._close() + self._open(_TOOL) + self._opened_call(call.start)
        self._call = call
        if call.text:
            out += self._input("".join(call.text))
        return out

    def _arguments(self, event: ToolArguments) -> bytes:
        call = self._call
        if call is not None and call.start.index == event.index:
            call.text.append(event.text)
            out = self._input(event.text)
            return out + self._next() if self._waiting else out
        waiting = self._waiting.get(event.index)
        if waiting is None:
            raise UpstreamError("the upstream went on with a tool call that it had left")
        waiting.text.append(event.text)
        return b""

    def _next(self) -> bytes:
        """Opens the calls whose predecessors are whole by now."""
        out: list[bytes] = []
        while self._waiting and self._call is not None and self._call.is_whole():
            out.append(self._open_call(self._waiting.pop(heappop(self._turns))))
        return b"".join(out)

    def _end(self) -> bytes:
        out = b"" if self._started else self._start(Start())
        for index in sorted(self._waiting):
            out += self._open_call(self._waiting.pop(index))
        return out + self._close() + self._ended()
