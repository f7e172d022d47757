"""Reads a reply of Bedrock's Converse, whole or streamed, into reply events.

It does not know who will get it. Raw events are frames of AWS's event stream. Blocks that only the
service's own tools make are left out.
"""

from __future__ import annotations

import msgspec

from vanguard.core.errors import UpstreamError, UpstreamTruncated, VanguardError
from vanguard.core.ids import new_id
from vanguard.core.usage import Usage
from vanguard.dialects.bedrock_converse.blobs import from_blob
from vanguard.dialects.bedrock_converse.errors import inline_failure, read_failure
from vanguard.dialects.bedrock_converse.usage import read_usage
from vanguard.dialects.citations.bedrock_converse import read_citation
from vanguard.dialects.conversation import (
    Cited,
    End,
    Finish,
    FinishReason,
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
from vanguard.dialects.odd_usage import reread
from vanguard.wire import bedrock_converse as wire
from vanguard.wire.event_stream import read_frame
from vanguard.wire.lenient import present

_event = msgspec.json.Decoder(wire.Event)
_reply = msgspec.json.Decoder(wire.Reply)
_text: msgspec.json.Decoder[str] = msgspec.json.Decoder(str)
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

_REASONS: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop_sequence",
    "max_tokens": "length",
    "tool_use": "tool_calls",
    "guardrail_intervened": "refusal",
    "content_filtered": "refusal",
    # the model's own output was no answer: what there is of it must not look whole
    "malformed_model_output": "length",
    "malformed_tool_use": "length",
    "model_context_window_exceeded": "context_window",
}


class BedrockConverseReader:
    """Reads one reply."""

    origin = ""

    def __init__(self) -> None:
        self._calls: dict[int, int] = {}  # the service's block index -> ours of the call
        self._told: set[int] = set()  # calls of which arguments have come
        self._call_count = 0
        self._text_block = -1  # of the text that came last, with nothing else after it
        self._cited: list[wire.ReplyCitation] = []
        self._usage: Usage | None = None
        self._stopped = False
        self._ended = False

    def whole(self, body: bytes) -> list[ReplyEvent]:
        """Events of a complete reply.

        Raises:
            UpstreamError: it is no reply.
        """
        try:
            reply = _reply.decode(body)
        except _UNREADABLE as error:
            again = reread(_reply, body)
            if again is None:
                raise UpstreamError(f"the upstream's answer could not be read: {error}") from error
            reply = again
        message = reply.output.message if reply.output else None
        if message is None or message.content is None:
            raise UpstreamError("the upstream's reply holds no answer (no output.message.content)")
        events: list[ReplyEvent] = [Start()]
        for block in message.content:
            self._whole_block(block, events)
        events.append(_finish(reply.stop_reason))
        if reply.usage is not None:
            events.append(UsageTold(read_usage(reply.usage)))
        events.append(End())
        self._ended = True
        return events

    def event(self, raw: bytes) -> list[ReplyEvent]:
        """Events of one frame.

        Raises:
            UpstreamError: an exception in the stream, or bytes that cannot be read.
        """
        message = read_frame(raw)
        failed = inline_failure(message)
        if failed is not None:
            raise failed
        if self._ended:
            return []
        try:
            event = _event.decode(message.payload or b"{}")
        except _UNREADABLE as error:
            again = reread(_event, message.payload)
            if again is None:
                raise UpstreamError(f"the upstream's answer could not be read: {error}") from error
            event = again
        kind = message.headers.get(":event-type")
        if kind == "contentBlockDelta" and event.delta is not None:
            return self._delta(event.content_block_index, event.delta)
        return self._seldom(str(kind), event)

    def end(self) -> list[ReplyEvent]:
        """The stream ended; its usage, which comes after the last word, may be missing.

        Raises:
            UpstreamTruncated: before its `messageStop`.
        """
        if self._ended:
            return []
        if not self._stopped:
            raise UpstreamTruncated("the upstream's stream ended before its answer did")
        self._ended = True
        return [End()]

    def failure(self, status: int, body: bytes) -> VanguardError:
        """The error of an answer of status 400 or more."""
        return read_failure(status, body)

    def _seldom(self, kind: str, event: wire.Event) -> list[ReplyEvent]:
        match kind:
            case "messageStart":
                return [Start()]
            case "contentBlockStart":
                return self._open(event)
            case "contentBlockStop":
                return self._close(event.content_block_index)
            case "messageStop":
                self._stopped = True
                return [_finish(event.stop_reason)]
            case "metadata":
                return self._metadata(event)
        return []

    def _metadata(self, event: wire.Event) -> list[ReplyEvent]:
        events: list[ReplyEvent] = []
        if event.usage is not None:
            events.append(UsageTold(read_usage(event.usage)))
        if self._stopped:
            self._ended = True
            events.append(End())
        return events

    def _open(self, event: wire.Event) -> list[ReplyEvent]:
        use = event.start.tool_use if event.start else None
        if use is None or use.type is not None:
            return []
        return [self._call(event.content_block_index, use)]

    def _call(self, block: int, use: wire.ReplyToolUse) -> ToolStart:
        index = self._calls[block] = self._call_count
        self._call_count += 1
        return ToolStart(index, use.tool_use_id or new_id("tooluse"), use.name or "")

    def _close(self, block: int) -> list[ReplyEvent]:
        if self._cited:
            cited, self._cited = self._cited, []
            return [Cited(read_citation(one)) for one in cited]
        index = self._calls.pop(block, None)
        if index is None or index in self._told:
            return []
        return [ToolArguments(index, "{}")]

    def _delta(self, block: int, delta: wire.BlockDelta) -> list[ReplyEvent]:
        if delta.text:
            before, self._text_block = self._text_block, block
            if before >= 0 and before != block:
                return [TextBreak(), TextDelta(delta.text)]
            return [TextDelta(delta.text)]
        if delta.citation is not None:
            # told when the text for which it stands is whole
            self._cited.append(delta.citation)
            return []
        self._text_block = -1
        if delta.tool_use is not None:
            return self._arguments(block, delta.tool_use)
        if delta.reasoning_content is not None:
            return _thinking(delta.reasoning_content)
        return []

    def _arguments(self, block: int, use: wire.ReplyToolUse) -> list[ReplyEvent]:
        raw, index = present(use.input), self._calls.get(block)
        if raw is None or index is None:
            return []
        try:
            text = _text.decode(raw)
        except msgspec.ValidationError:
            text = bytes(raw).decode()
        if not text:
            return []
        self._told.add(index)
        return [ToolArguments(index, text)]

    def _whole_block(self, block: wire.ReplyBlock, events: list[ReplyEvent]) -> None:
        if (block.text or block.citations_content is not None) and isinstance(
            events[-1], TextDelta | Cited
        ):
            events.append(TextBreak())
        if block.text:
            events.append(TextDelta(block.text))
        elif block.tool_use is not None and block.tool_use.type is None:
            start = self._call(self._call_count, block.tool_use)
            raw = present(block.tool_use.input)
            events += [start, ToolArguments(start.index, bytes(raw).decode() if raw else "{}")]
        elif block.reasoning_content is not None:
            events += _thinking(block.reasoning_content)
        elif block.citations_content is not None:
            pieces = block.citations_content.content or ()
            events += [TextDelta(one.text) for one in pieces if one.text]
            citations = block.citations_content.citations or ()
            events += [Cited(read_citation(one)) for one in citations]


def _finish(reason: str | None) -> Finish:
    return Finish(_REASONS.get(reason or "end_turn", "stop"))


def _thinking(said: wire.ReplyReasoning) -> list[ReplyEvent]:
    whole = said.reasoning_text or wire.ReplyReasoningText(said.text, said.signature)
    events: list[ReplyEvent] = []
    if whole.text:
        events.append(ThinkingDelta(whole.text))
    if whole.signature:
        events.append(ThinkingSignature(whole.signature))
    if said.redacted_content:
        events.append(ThinkingRedacted(from_blob(said.redacted_content)))
    return events
