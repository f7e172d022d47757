"""Reads a reply of Google's, whole or streamed, into reply events.

It does not know who will get it. Google says no end of a stream but a finish reason, and it may say
more after one (usage, a signature): the reason is told when the stream has ended. Other candidates
than the first are left out.
"""

from __future__ import annotations

import msgspec

from vanguard.core.errors import UpstreamError, UpstreamTruncated, VanguardError
from vanguard.core.ids import new_id
from vanguard.core.usage import Usage
from vanguard.dialects.citations.google_generate import Told, read_citations
from vanguard.dialects.conversation import (
    End,
    Finish,
    FinishReason,
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
from vanguard.dialects.google_generate.errors import read_failure, read_inline_failure
from vanguard.dialects.google_generate.signatures import Place, enclosed, redacted
from vanguard.dialects.google_generate.usage import is_told, read_usage
from vanguard.dialects.odd_usage import reread
from vanguard.wire import google_generate as wire
from vanguard.wire.lenient import present
from vanguard.wire.sse import event_data

_reply = msgspec.json.Decoder(wire.Reply)
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

_REASONS: dict[str, FinishReason] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "refusal",
    "RECITATION": "refusal",
    "LANGUAGE": "refusal",
    "BLOCKLIST": "refusal",
    "PROHIBITED_CONTENT": "refusal",
    "SPII": "refusal",
    "IMAGE_SAFETY": "refusal",
    "IMAGE_PROHIBITED_CONTENT": "refusal",
    "IMAGE_RECITATION": "refusal",
}
# the model wrote something that is no answer
_BROKEN = frozenset(
    {"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MALFORMED_RESPONSE"}
)


class GoogleGenerateReader:
    """Reads one reply."""

    origin = ""

    def __init__(self) -> None:
        self._started = False
        self._ended = False
        self._reason: FinishReason | None = None
        self._calls = 0
        self._told = Told()
        self._usage: Usage | None = None

    def whole(self, body: bytes) -> list[ReplyEvent]:
        """Events of a complete reply.

        Raises:
            UpstreamError: it is no reply, or an error in a reply's clothes.
        """
        events: list[ReplyEvent] = []
        self._read(self._decode(body), events)
        if self._reason is None:
            raise UpstreamError("the upstream's reply holds no answer (no finished candidate)")
        return events + self.end()

    def event(self, raw: bytes) -> list[ReplyEvent]:
        """Events of one raw server-sent event.

        Raises:
            UpstreamError: an in-band error, or not JSON.
        """
        data = event_data(raw)
        if not data or self._ended:
            return []
        events: list[ReplyEvent] = []
        self._read(self._decode(data), events)
        return events

    def end(self) -> list[ReplyEvent]:
        """The stream ended.

        Raises:
            UpstreamTruncated: no reason to finish had been said.
        """
        if self._ended:
            return []
        if self._reason is None:
            raise UpstreamTruncated("the upstream's stream ended before its answer did")
        self._ended = True
        reason = "tool_calls" if self._reason == "stop" and self._calls else self._reason
        return [Finish(reason), End()]

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
            events.append(Start(reply.response_id or "", reply.model_version or ""))
        for candidate in reply.candidates or ():
            if not candidate.index:
                self._read_candidate(candidate, events)
        blocked = reply.prompt_feedback
        if blocked is not None and blocked.block_reason and not reply.candidates:
            words = blocked.block_reason_message or ""
            words = words or f"the model's provider blocked the prompt ({blocked.block_reason})"
            events.append(RefusalDelta(words))
            self._reason = "refusal"
        told = reply.usage_metadata
        if told is not None and is_told(told):
            usage = read_usage(told)
            if self._usage is not None and not (usage.input_tokens and usage.output_tokens):
                usage = usage.after(self._usage)
            if usage != self._usage:
                self._usage = usage
                events.append(UsageTold(usage))

    def _read_candidate(self, candidate: wire.Candidate, events: list[ReplyEvent]) -> None:
        content = candidate.content
        for part in (content.parts or ()) if content is not None else ():
            self._read_part(part, events)
        events.extend(read_citations(candidate, self._told))
        reason = candidate.finish_reason
        if not reason or reason == "FINISH_REASON_UNSPECIFIED":
            return
        if reason in _BROKEN:
            words = candidate.finish_message or ""
            raise UpstreamError(f"the model's answer cannot be used ({reason}) {words}".strip())
        self._reason = _REASONS.get(reason, "stop")

    def _read_part(self, part: wire.ToldPart, events: list[ReplyEvent]) -> None:
        place: Place = "thought" if part.thought else "text"
        place = place if part.function_call is None else "call"
        if part.text and part.thought:
            events.append(ThinkingDelta(part.text))
        elif part.text:
            # a signature that comes with a text seals what was thought before it
            self._seal(part, place, events)
            events.append(TextDelta(part.text))
            self._told.add(part.text)
            return
        self._seal(part, place, events)
        if part.function_call is not None:
            self._call(part.function_call, events)

    def _seal(self, part: wire.ToldPart, place: Place, events: list[ReplyEvent]) -> None:
        if not part.thought_signature:
            return
        envelope = enclosed(part.thought_signature, place)
        data = redacted(envelope)
        events.append(ThinkingSignature(envelope) if data is None else ThinkingRedacted(data))

    def _call(self, call: wire.ToldCall, events: list[ReplyEvent]) -> None:
        arguments = present(call.args)
        events.append(ToolStart(self._calls, call.id or new_id("call"), call.name or ""))
        text = bytes(arguments).decode() if arguments is not None else "{}"
        events.append(ToolArguments(self._calls, text))
        self._calls += 1
