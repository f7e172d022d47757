"""Reads a reply of an OpenAI-compatible server, whole or streamed, into reply events.

It does not know who will get it. Compatible servers differ: indexes, ids, usage and the last `[DONE]`
may be missing, arguments may come as an object, and calls may come without their number.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET

from vanguard.core.errors import UpstreamError, UpstreamTruncated, VanguardError
from vanguard.core.ids import new_id
from vanguard.core.usage import Usage
from vanguard.dialects.conversation import (
    Cited,
    End,
    Finish,
    FinishReason,
    RefusalDelta,
    ReplyEvent,
    Source,
    Start,
    TextDelta,
    ThinkingDelta,
    ToolArguments,
    ToolStart,
    UsageTold,
)
from vanguard.dialects.odd_usage import reread
from vanguard.dialects.openai_chat.errors import read_failure, read_inline_failure
from vanguard.dialects.openai_chat.usage import read_usage
from vanguard.wire import openai_chat as wire
from vanguard.wire.lenient import present
from vanguard.wire.sse import event_data

_reply = msgspec.json.Decoder(wire.Reply)
_annotations = msgspec.json.Decoder(list[wire.Annotation] | None)
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_string: msgspec.json.Decoder[str] = msgspec.json.Decoder(str)

_REASONS: dict[str, FinishReason] = {
    "stop": "stop",
    "eos": "stop",
    "length": "length",
    "max_tokens": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "refusal",
}


class OpenAIChatReader:
    """Reads one reply."""

    origin = ""

    def __init__(self) -> None:
        self._started = False
        self._finished = False
        self._ended = False
        self._refused = False
        self._calls: dict[int, tuple[int, str]] = {}  # the server's index -> ours, and the id
        self._call_count = 0
        self._free_index = 0  # behind all that are used
        self._usage: Usage | None = None

    def whole(self, body: bytes) -> list[ReplyEvent]:
        """Events of a complete reply.

        Raises:
            UpstreamError: it is no reply, or an error in a reply's clothes.
        """
        events: list[ReplyEvent] = []
        reply = self._decode(body)
        if not reply.choices:
            raise UpstreamError("the upstream's reply holds no answer (no choices)")
        self._read(reply, events)
        events.append(End())
        self._finished = self._ended = True
        return events

    def event(self, raw: bytes) -> list[ReplyEvent]:
        """Events of one raw server-sent event.

        Raises:
            UpstreamError: an in-band error, or not JSON.
        """
        data = event_data(raw)
        if not data or self._ended:
            return []
        events: list[ReplyEvent] = []
        if data[:1] != b"{" and data.strip() == b"[DONE]":
            self._ended = True
            return [End()]
        self._read(self._decode(data), events)
        return events

    def end(self) -> list[ReplyEvent]:
        """The stream ended; a finish reason counts as an end where `[DONE]` is missing.

        Raises:
            UpstreamTruncated: neither was seen.
        """
        if self._ended:
            return []
        if not self._finished:
            raise UpstreamTruncated("the upstream's stream ended before its answer did")
        self._ended = True
        return [End()]

    def failure(self, status: int, body: bytes) -> VanguardError:
        """The error of an answer of status 400 or more."""
        return read_failure(status, body)

    def _decode(self, data: bytes) -> wire.Reply:
        try:
            reply = _reply.decode(data)
        except _UNREADABLE as fault:
            again = reread(_reply, data)
            if again is None:
                raise UpstreamError(f"the upstream's answer could not be read: {fault}") from fault
            reply = again
        if (error := present(reply.error)) is not None:
            raise read_inline_failure(error)
        return reply

    def _read(self, reply: wire.Reply, events: list[ReplyEvent]) -> None:
        if not self._started:
            self._started = True
            events.append(Start(reply.id or "", reply.model or ""))
        for choice in reply.choices or ():
            if choice.index:
                continue  # only one answer was asked for
            delta = choice.delta or choice.message
            if delta is not None:
                self._read_delta(delta, events)
            if choice.finish_reason and not self._finished:
                self._finished = True
                events.append(self._finish(choice))
        if reply.usage is not None and reply.usage.prompt_tokens is not None:
            usage = read_usage(reply.usage)
            self._usage = usage if self._usage is None else usage.after(self._usage)
            events.append(UsageTold(self._usage))

    def _read_delta(self, delta: wire.Delta, events: list[ReplyEvent]) -> None:
        if thinking := delta.reasoning_content or delta.reasoning:
            events.append(ThinkingDelta(thinking))
        if delta.content:
            if isinstance(delta.content, str):
                events.append(TextDelta(delta.content))
            else:
                _read_parts(delta.content, events)
        if delta.refusal:
            self._refused = True
            events.append(RefusalDelta(delta.refusal))
        for call in delta.tool_calls or ():
            self._read_call(call, events)
        if delta.annotations is not UNSET:
            _read_annotations(delta.annotations, events)

    def _read_call(self, call: wire.ToolCallDelta, events: list[ReplyEvent]) -> None:
        function = call.function
        name = (function.name if function else None) or ""
        index = self._index_of(call, name)
        known = self._calls.get(index)
        if known is None:
            known = self._call_count, call.id or ""
            self._calls[index] = known
            self._call_count += 1
            self._free_index = max(self._free_index, index + 1)
            events.append(ToolStart(known[0], call.id or new_id("call"), name))
        if function is not None and (arguments := present(function.arguments)) is not None:
            text = _arguments(arguments)
            if text:
                events.append(ToolArguments(known[0], text))

    def _index_of(self, call: wire.ToolCallDelta, name: str) -> int:
        """The server's index, or a new one where a new call comes under a used or no index."""
        last = self._call_count - 1
        index = call.index if call.index is not None else max(last, 0)
        known = self._calls.get(index)
        if known is None:
            return index
        is_new = bool(call.id) and call.id != known[1] and bool(name)
        is_new = is_new or (call.index is None and not call.id and bool(name))
        return self._free_index if is_new else index

    def _finish(self, choice: wire.Choice) -> Finish:
        reason = _REASONS.get(choice.finish_reason or "", "stop")
        if reason == "stop" and self._calls:
            reason = "tool_calls"  # OpenAI says `stop` where a named tool was forced
        if reason == "stop" and self._refused:
            reason = "refusal"
        if reason == "stop" and isinstance(choice.stop_reason, str):
            return Finish("stop_sequence", choice.stop_reason)
        return Finish(reason)


def _read_annotations(raw: msgspec.Raw, events: list[ReplyEvent]) -> None:
    try:
        annotations = _annotations.decode(raw) or ()
    except msgspec.MsgspecError:  # a form of another server's
        return
    for one in annotations:
        said = one.url_citation
        if said is not None:
            start = -1 if said.start_index is None else said.start_index
            end = -1 if said.end_index is None else said.end_index
            events.append(Cited(Source(said.url or "", said.title or ""), start, end))


def _arguments(raw: msgspec.Raw) -> str:
    written = bytes(raw)
    if written[:1] == b'"':
        return _string.decode(raw)
    return written.decode()


def _read_parts(parts: list[wire.ReplyPart], events: list[ReplyEvent]) -> None:
    for part in parts:
        if isinstance(part.thinking, str):
            events.append(ThinkingDelta(part.thinking))
        elif part.thinking is not None:
            events.extend(ThinkingDelta(one.text) for one in part.thinking if one.text)
        elif part.text:
            events.append(TextDelta(part.text))
