"""Writes reply events for an Anthropic client, whole or as a stream of events.

It does not know which upstream they came from, nor how blocks take turns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from vanguard.core.errors import VanguardError
from vanguard.dialects.anthropic_messages.errors import error_body
from vanguard.dialects.anthropic_messages.usage import write_usage
from vanguard.dialects.anthropic_messages.write_whole import CollectedMessage, stop_fields
from vanguard.dialects.block_writer import THINKING, BlockWriter
from vanguard.dialects.citations.anthropic_messages import write_citation
from vanguard.dialects.conversation import Conversation, ReplyEvent, Source, Start, ToolStart

_encode = msgspec.json.Encoder().encode


class AnthropicMessagesWriter(BlockWriter):
    """Writes one reply."""

    def __init__(self, conversation: Conversation, reply_id: str) -> None:
        super().__init__()
        self._id = reply_id
        self._model = conversation.model
        self._hides_thinking = conversation.reasoning.display == "omitted"

    def error(self, error: VanguardError, request_id: str) -> bytes:
        """An `error` event, which ends the stream."""
        return b"event: error\ndata: %b\n\n" % error_body(error, request_id)

    def whole(self, events: Iterable[ReplyEvent]) -> bytes:
        """The body of a complete reply."""
        collected = CollectedMessage(hides_thinking=self._hides_thinking)
        for event in events:
            collected.add(event)
        body = collected.body(self._id, self._model)
        self.lost = collected.lost
        return body

    def _started_by(self, event: Start) -> bytes:
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

    def _opened(self, kind: str) -> bytes:
        block: dict[str, object] = {"type": kind, kind: ""}
        if kind == THINKING:
            block["signature"] = ""
        return self._block_start(block)

    def _opened_call(self, start: ToolStart) -> bytes:
        return self._block_start(
            {"type": "tool_use", "id": start.id, "name": start.name, "input": {}}
        )

    def _block_start(self, block: dict[str, object]) -> bytes:
        start = {"type": "content_block_start", "index": self._index, "content_block": block}
        return _event(b"content_block_start", start)

    def _closed(self) -> bytes:
        stop = {"type": "content_block_stop", "index": self._index}
        return _event(b"content_block_stop", stop)

    def _text(self, text: str) -> bytes:
        return self._delta(b"text_delta", b"text", text)

    def _thinking(self, text: str) -> bytes:
        return b"" if self._hides_thinking else self._delta(b"thinking_delta", b"thinking", text)

    def _seal(self, signature: str) -> bytes:
        return self._delta(b"signature_delta", b"signature", signature)

    def _redacted(self, data: str) -> bytes:
        return self._block_start({"type": "redacted_thinking", "data": data})

    def _citation(self, source: Source) -> bytes:
        citation = write_citation(source)
        if citation is None:
            return b""
        delta = {"type": "citations_delta", "citation": citation}
        told = {"type": "content_block_delta", "index": self._index, "delta": delta}
        return _event(b"content_block_delta", told)

    def _input(self, text: str) -> bytes:
        return self._delta(b"input_json_delta", b"partial_json", text)

    def _delta(self, kind: bytes, field: bytes, text: str) -> bytes:
        return (
            b"event: content_block_delta\n"
            b'data: {"type":"content_block_delta","index":%d,"delta":{"type":"%b","%b":%b}}\n\n'
        ) % (self._index, kind, field, _encode(text))

    def _ended(self) -> bytes:
        delta = stop_fields(self._finish, called=self._called)
        ended = {"type": "message_delta", "delta": delta, "usage": write_usage(self._usage)}
        out = _event(b"message_delta", ended)
        return out + b'event: message_stop\ndata: {"type":"message_stop"}\n\n'


def _event(name: bytes, value: Mapping[str, object]) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name, _encode(value))
