"""Reads a reply of OpenAI's responses, whole or streamed, into reply events.

It does not know who will get it. Items that only OpenAI's own tools make are left out. Compatible
servers leave out events: what an item's end tells and no piece has told before is told then.
"""

from __future__ import annotations

import msgspec

from vanguard.core.errors import UpstreamError, UpstreamTruncated, VanguardError
from vanguard.core.ids import new_id
from vanguard.dialects import freeform, seals
from vanguard.dialects.citations.openai import read_annotation
from vanguard.dialects.conversation import (
    End,
    Finish,
    FinishReason,
    RefusalDelta,
    ReplyEvent,
    Start,
    TextDelta,
    ThinkingDelta,
    ThinkingSignature,
    ToolArguments,
    ToolStart,
    UsageTold,
)
from vanguard.dialects.odd_usage import reread
from vanguard.dialects.openai_chat.errors import read_failure
from vanguard.dialects.openai_responses.errors import inline_failure
from vanguard.dialects.openai_responses.tools import DIALECT, SEARCH, flat_name
from vanguard.dialects.openai_responses.usage import read_usage
from vanguard.wire import openai_responses as wire
from vanguard.wire.lenient import present
from vanguard.wire.sse import event_data

_event = msgspec.json.Decoder(wire.Event)
_reply = msgspec.json.Decoder(wire.Reply)
_string: msgspec.json.Decoder[str] = msgspec.json.Decoder(str)
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

_REASONING = {"response.reasoning_summary_text.delta", "response.reasoning_text.delta"}
_DELTAS = {
    "response.refusal.delta",
    "response.function_call_arguments.delta",
    "response.custom_tool_call_input.delta",
    *_REASONING,
}
_CALLS = {"function_call", "custom_tool_call", "tool_search_call"}
_ENDS = {"response.completed", "response.incomplete"}
_FAILURES = {"response.failed", "error"}
_REASONS: dict[str, FinishReason] = {"max_output_tokens": "length", "content_filter": "refusal"}


class _Open:
    """An item that is being written."""

    __slots__ = ("begin", "call", "cited", "custom", "had_delta", "parts")

    def __init__(self, call: int = -1, *, custom: bool = False) -> None:
        self.call = call
        self.custom = custom
        self.had_delta = False
        self.parts = 0
        self.begin = 0  # characters of the answer before its text
        self.cited = False


class OpenAIResponsesReader:
    """Reads one reply.

    Attributes:
        origin: the deployment that answers, for the envelope of its seals.
    """

    def __init__(self) -> None:
        self.origin = ""
        self._open: dict[int, _Open] = {}
        self._call_count = 0
        self._said = 0
        self._started = False
        self._refused = False
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
        if reply.status == "failed" or (reply.output is None and present(reply.error) is not None):
            raise inline_failure(wire.Event(response=reply))
        if reply.output is None:
            raise UpstreamError("the upstream's reply holds no answer (no output)")
        if reply.status in {"queued", "in_progress", "cancelled"}:
            raise UpstreamError(f"the upstream's answer is not there, but {reply.status}")
        events = self._start(reply)
        for index, item in enumerate(reply.output):
            self._begin(index, item, events)
            self._end_item(index, item, events)
        return self._end(reply, events)

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
        if event.type == "response.output_text.delta":
            self._seen(event)
            text = _text(event)
            self._said += len(text)
            return [TextDelta(text)] if text else []
        return self._seldom(event)

    def end(self) -> list[ReplyEvent]:
        """The stream ended.

        Raises:
            UpstreamTruncated: before its response was completed.
        """
        if not self._ended:
            raise UpstreamTruncated("the upstream's stream ended before its answer did")
        return []

    def failure(self, status: int, body: bytes) -> VanguardError:
        """The error of an answer of status 400 or more."""
        return read_failure(status, body)

    def _seldom(self, event: wire.Event) -> list[ReplyEvent]:
        events: list[ReplyEvent] = []
        kind = event.type
        if kind.endswith(".delta"):
            self._delta(event, events)
        elif kind == "response.created":
            events = self._start(event.response or wire.Reply())
        elif kind == "response.output_item.added" and event.item is not None:
            self._begin(event.output_index, event.item, events)
        elif kind == "response.output_item.done" and event.item is not None:
            self._end_item(event.output_index, event.item, events)
        elif kind == "response.reasoning_summary_part.added":
            self._next_part(event, events)
        elif kind == "response.content_part.added":
            self._open.setdefault(event.output_index, _Open()).begin = self._said
        elif kind == "response.output_text.annotation.added":
            self._annotation(event, events)
        elif kind in _ENDS:
            events = self._end(event.response or wire.Reply(), self._start(wire.Reply()))
        elif kind in _FAILURES:
            raise inline_failure(event)
        return events

    def _start(self, reply: wire.Reply) -> list[ReplyEvent]:
        if self._started:
            return []
        self._started = True
        return [Start(reply.id or "", reply.model or "")]

    def _seen(self, event: wire.Event) -> _Open:
        item = self._open.get(event.output_index)
        if item is None:
            item = self._open[event.output_index] = _Open()
        item.had_delta = True
        return item

    def _delta(self, event: wire.Event, events: list[ReplyEvent]) -> None:
        if event.type not in _DELTAS:
            return
        text = _text(event)
        if not text:
            return
        item = self._seen(event)
        if event.type in _REASONING:
            events.append(ThinkingDelta(text))
        elif event.type == "response.refusal.delta":
            self._refused = True
            events.append(RefusalDelta(text))
        elif item.call >= 0:
            events.append(ToolArguments(item.call, freeform.piece(text) if item.custom else text))

    def _annotation(self, event: wire.Event, events: list[ReplyEvent]) -> None:
        item, raw = self._open.get(event.output_index), present(event.annotation)
        if item is not None and raw is not None:
            item.cited = True
            events.extend(read_annotation(raw, item.begin))

    def _next_part(self, event: wire.Event, events: list[ReplyEvent]) -> None:
        """Parts of a summary are paragraphs of one text elsewhere."""
        item = self._open.get(event.output_index)
        if item is not None:
            if item.parts:
                events.append(ThinkingDelta("\n\n"))
            item.parts += 1

    def _begin(self, index: int, item: wire.ReplyItem, events: list[ReplyEvent]) -> None:
        if item.type not in _CALLS:
            self._open[index] = _Open()
            return
        opened = _Open(self._call_count, custom=item.type == "custom_tool_call")
        self._open[index] = opened
        self._call_count += 1
        name = item.name or (SEARCH if item.type == "tool_search_call" else "")
        name = flat_name(item.namespace or "", name)
        call_id = item.call_id or item.id or new_id("call")
        events.append(ToolStart(opened.call, call_id, name))
        if opened.custom:
            events.append(ToolArguments(opened.call, freeform.HEAD))

    def _end_item(self, index: int, item: wire.ReplyItem, events: list[ReplyEvent]) -> None:
        opened = self._open.get(index)
        if opened is None:
            self._begin(index, item, events)
            opened = self._open[index]
        if opened.call >= 0:
            self._end_call(opened, item, events)
        elif item.type == "reasoning":
            self._end_reasoning(opened, item, events)
        else:
            self._end_message(opened, item, events)
        del self._open[index]

    def _end_message(self, opened: _Open, item: wire.ReplyItem, events: list[ReplyEvent]) -> None:
        """What of it no event has told."""
        said = sum(len(part.text or "") for part in item.content or ())
        before = self._said - (said if opened.had_delta else 0)
        for part in item.content or ():
            if part.refusal and not opened.had_delta:
                self._refused = True
                events.append(RefusalDelta(part.refusal))
            elif part.text and not opened.had_delta:
                self._said += len(part.text)
                events.append(TextDelta(part.text))
            if not opened.cited:
                for raw in part.annotations or ():
                    events.extend(read_annotation(raw, before))
            before += len(part.text or "")

    def _end_call(self, opened: _Open, item: wire.ReplyItem, events: list[ReplyEvent]) -> None:
        text = ""
        if not opened.had_delta:
            text = freeform.piece(item.input or "") if opened.custom else _arguments(item)
        if opened.custom:
            text += freeform.TAIL
        if text:
            events.append(ToolArguments(opened.call, text))

    def _end_reasoning(self, opened: _Open, item: wire.ReplyItem, events: list[ReplyEvent]) -> None:
        if not opened.had_delta:
            told = item.summary or item.content or ()
            text = "\n\n".join(part.text for part in told if part.text)
            if text:
                events.append(ThinkingDelta(text))
        if item.encrypted_content:
            seal = seals.Seal(
                DIALECT, item.encrypted_content, item=item.id or "", origin=self.origin
            )
            events.append(ThinkingSignature(seals.enclose(seal)))

    def _end(self, reply: wire.Reply, events: list[ReplyEvent]) -> list[ReplyEvent]:
        events.append(self._finish(reply))
        if reply.usage is not None and reply.usage.input_tokens is not None:
            events.append(UsageTold(read_usage(reply.usage)))
        events.append(End())
        self._ended = True
        return events

    def _finish(self, reply: wire.Reply) -> Finish:
        if reply.status == "incomplete":
            details = reply.incomplete_details
            return Finish(_REASONS.get((details.reason if details else None) or "", "length"))
        if self._call_count:
            return Finish("tool_calls")
        return Finish("refusal" if self._refused else "stop")


def _text(event: wire.Event) -> str:
    delta = present(event.delta)
    try:
        return "" if delta is None else _string.decode(delta)
    except _UNREADABLE as error:
        raise UpstreamError(f"the upstream's answer could not be read: {error}") from error


def _arguments(item: wire.ReplyItem) -> str:
    """Text, or an object where a search's arguments stand."""
    raw = present(item.arguments)
    if raw is None:
        return ""
    return _string.decode(raw) if bytes(raw)[:1] == b'"' else bytes(raw).decode()
