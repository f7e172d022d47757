"""Writes reply events for a client of OpenAI's responses, whole or as a stream of events.

It does not know which upstream they came from. A whole answer is the response object that a stream
would end with.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from vanguard.core.clock import Clock, SystemClock
from vanguard.core.errors import UpstreamError, VanguardError
from vanguard.core.usage import Usage
from vanguard.dialects import seals
from vanguard.dialects.citations.spans import LOST
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
    Tool,
    ToolArguments,
    ToolStart,
    UsageTold,
)
from vanguard.dialects.openai_responses.errors import error_events, failed_code
from vanguard.dialects.openai_responses.reply_frame import Frame
from vanguard.dialects.openai_responses.reply_items import (
    CallItem,
    Events,
    Json,
    MessageItem,
    ReasoningItem,
    ReplyItem,
)
from vanguard.dialects.openai_responses.usage import write_usage

_encode = msgspec.json.Encoder().encode


class OpenAIResponsesWriter:
    """Writes one reply."""

    lost: tuple[str, ...] = ()

    def __init__(
        self, conversation: Conversation, reply_id: str, clock: Clock | None = None
    ) -> None:
        self._mark = reply_id.removeprefix("req_")
        created_s = (clock or SystemClock()).now_ms() // 1000
        self._frame = Frame(conversation, f"resp_{self._mark}", created_s)
        self._tools = {one.name: one for one in conversation.tools if isinstance(one, Tool)}
        self._events = Events()
        self._items: list[ReplyItem] = []
        self._open: ReplyItem | None = None  # a message or reasoning that may grow
        self._calls: dict[int, CallItem] = {}  # those that may grow
        self._started = False
        self._refused = False
        self._finish = Finish("stop")
        self._usage: Usage | None = None
        self._response = b""

    def event(self, event: ReplyEvent) -> bytes:
        """The events for one event.

        Raises:
            UpstreamError: the events make no sense together.
        """
        match event:
            case TextDelta(text=text):
                if isinstance(self._open, MessageItem):
                    return self._open.text(text)
                out, message = self._message()
                return out + message.text(text)
            case ToolArguments():
                return self._arguments(event)
            case ThinkingDelta(text=text):
                out, thinking = self._reasoning()
                return out + thinking.text(text)
            case _:
                return self._seldom(event)

    def error(self, error: VanguardError, request_id: str) -> bytes:  # noqa: ARG002 - the contract's shape
        """The events that end a stream that failed."""
        out = b"" if self._started else self._start(Start())
        told = {"code": failed_code(error), "message": error.message}
        response = self._frame.response("failed", self._output(), error=told)
        return out + error_events(error, response, self._events.number)

    def whole(self, events: Iterable[ReplyEvent]) -> bytes:
        """The body of a complete reply."""
        for event in events:
            self.event(event)
        return self._response

    def _seldom(self, event: ReplyEvent) -> bytes:
        match event:
            case Start():
                return self._start(event)
            case ToolStart():
                return self._call(event)
            case ThinkingSignature() | ThinkingRedacted():
                return self._seal(event)
            case RefusalDelta(text=text):
                self._refused = True
                out, message = self._message()
                return out + message.refusal(text)
            case UsageTold(usage=usage):
                self._usage = usage
            case End():
                return self._end()
            case _:
                return self._beside(event)
        return b""

    def _beside(self, event: ReplyEvent) -> bytes:
        """What belongs to the text before it."""
        message = self._open if isinstance(self._open, MessageItem) else None
        match event:
            case TextBreak():
                if message is not None:
                    message.begin_piece()
            case Cited():
                out = b"" if message is None else message.cite(event)
                if not out:
                    self.lost = (LOST,)
                return out
            case Finish():
                self._finish = event
        return b""

    def _start(self, event: Start) -> bytes:
        self._started = True
        self._usage = event.usage
        self._frame.model = event.model or self._frame.model
        response = b'"response":' + self._frame.response("in_progress", [])
        return self._events.event(b"response.created", response) + self._events.event(
            b"response.in_progress", response
        )

    def _message(self) -> tuple[bytes, MessageItem]:
        if isinstance(self._open, MessageItem):
            return b"", self._open
        out = self._room()
        message = MessageItem(self._events, len(self._items), self._item_id("msg"))
        return out + self._add(message), message

    def _reasoning(self) -> tuple[bytes, ReasoningItem]:
        if isinstance(self._open, ReasoningItem):
            return b"", self._open
        out = self._room()
        reasoning = ReasoningItem(self._events, len(self._items), self._item_id("rs"))
        return out + self._add(reasoning), reasoning

    def _item_id(self, kind: str) -> str:
        return f"{kind}_{self._mark}_{len(self._items)}"

    def _add(self, item: ReplyItem) -> bytes:
        self._items.append(item)
        if not isinstance(item, CallItem):
            self._open = item
        return item.open()

    def _room(self) -> bytes:
        """Ends what a new item puts an end to: calls go on until their arguments are whole."""
        out = b"" if self._started else self._start(Start())
        out += self._end_open()
        for index in [one for one, call in self._calls.items() if call.is_whole()]:
            out += self._calls.pop(index).close()
        return out

    def _end_open(self, status: str = "completed") -> bytes:
        ended, self._open = self._open, None
        return b"" if ended is None else ended.close(status)

    def _call(self, start: ToolStart) -> bytes:
        out = self._room()
        tool = self._tools.get(start.name)
        kind = "ctc" if tool and tool.kind == "freeform" else "fc"
        call = CallItem(self._events, len(self._items), self._item_id(kind), start, tool)
        self._calls[start.index] = call
        return out + self._add(call)

    def _arguments(self, event: ToolArguments) -> bytes:
        call = self._calls.get(event.index)
        if call is None:
            raise UpstreamError("the upstream went on with a tool call that it had left")
        return call.arguments(event.text)

    def _seal(self, event: ThinkingSignature | ThinkingRedacted) -> bytes:
        """A seal ends its piece of thinking, and goes to the client in an envelope."""
        if isinstance(event, ThinkingRedacted):
            out = self._room()
            reasoning = ReasoningItem(self._events, len(self._items), self._item_id("rs"))
            reasoning.seal = _enclosed(event.data, "redacted", "")
            return out + self._add(reasoning) + self._end_open()
        out, reasoning = self._reasoning()
        reasoning.seal = _enclosed(event.signature, "thinking", reasoning.so_far)
        return out + self._end_open()

    def _output(self) -> list[Json]:
        """The items; those that were still growing go no further."""
        return [
            one.json("completed" if one.status == "completed" else "incomplete")
            for one in self._items
        ]

    def _end(self) -> bytes:
        out = b"" if self._started else self._start(Start())
        reason = self._incomplete()
        status = "incomplete" if reason else "completed"
        out += self._end_open(status)
        for call in self._calls.values():
            # a call that was cut off must not look like one that can be made
            out += call.close("completed" if call.is_whole() else status)
        self._calls.clear()
        usage = None if self._usage is None else write_usage(self._usage)
        self._response = self._frame.response(
            status, self._output(), incomplete=reason, usage=usage
        )
        fields = b'"response":' + self._response
        return out + self._events.event(b"response.%b" % status.encode(), fields)

    def _incomplete(self) -> str:
        """Why the answer is not whole; empty when it is. A refusal in words is a whole answer."""
        if self._finish.reason in {"length", "context_window"}:
            return "max_output_tokens"
        if self._finish.reason == "refusal" and not self._refused:
            return "content_filter"
        return ""


def _enclosed(seal: str, kind: seals.SealKind, text: str) -> str:
    """An envelope; a seal that comes in one already keeps it."""
    if seals.disclose(seal) is not None:
        return seal
    digest = "" if kind == "redacted" else seals.digest(text)
    return seals.enclose(seals.Seal(seals.CLAUDE, seal, kind, digest=digest))
