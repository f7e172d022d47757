"""Writes reply events for a Converse client, whole or as a stream of frames.

It does not know which upstream they came from, nor how blocks take turns.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

import msgspec

from vanguard.core.errors import VanguardError
from vanguard.dialects.bedrock_converse.blobs import to_blob
from vanguard.dialects.bedrock_converse.errors import error_body, event_frame, exception_frame
from vanguard.dialects.bedrock_converse.usage import write_usage
from vanguard.dialects.bedrock_converse.write_whole import CollectedConverse, stop_reason
from vanguard.dialects.block_writer import BlockWriter
from vanguard.dialects.citations.bedrock_converse import write_citation
from vanguard.dialects.conversation import ReplyEvent, Source, Start, ToolStart

_encode = msgspec.json.Encoder().encode


class BedrockConverseWriter(BlockWriter):
    """Writes one reply."""

    def __init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()

    def error(self, error: VanguardError, request_id: str) -> bytes:  # noqa: ARG002 - AWS tells it in a header
        """An exception, which ends the stream."""
        return exception_frame(error_body(error))

    def whole(self, events: Iterable[ReplyEvent]) -> bytes:
        """The body of a complete reply."""
        collected = CollectedConverse()
        for event in events:
            collected.add(event)
        body = collected.body(self._latency_ms())
        self.lost = collected.lost
        return body

    def _started_by(self, event: Start) -> bytes:  # noqa: ARG002 - the base's shape
        return event_frame("messageStart", b'{"role":"assistant"}')

    def _opened(self, kind: str) -> bytes:  # noqa: ARG002 - the base's shape
        # only calls have a start of their own
        return b""

    def _opened_call(self, start: ToolStart) -> bytes:
        use = {"toolUseId": start.id, "name": start.name}
        return self._event("contentBlockStart", {"start": {"toolUse": use}})

    def _closed(self) -> bytes:
        return self._event("contentBlockStop", {})

    def _text(self, text: str) -> bytes:
        return self._delta({"text": text})

    def _thinking(self, text: str) -> bytes:
        return self._delta({"reasoningContent": {"text": text}})

    def _seal(self, signature: str) -> bytes:
        return self._delta({"reasoningContent": {"signature": signature}})

    def _redacted(self, data: str) -> bytes:
        return self._delta({"reasoningContent": {"redactedContent": to_blob(data)}})

    def _citation(self, source: Source) -> bytes:
        return self._delta({"citation": write_citation(source)})

    def _input(self, text: str) -> bytes:
        return self._delta({"toolUse": {"input": text}})

    def _delta(self, delta: Mapping[str, object]) -> bytes:
        return self._event("contentBlockDelta", {"delta": delta})

    def _event(self, kind: str, fields: Mapping[str, object]) -> bytes:
        return event_frame(kind, _encode({"contentBlockIndex": self._index, **fields}))

    def _ended(self) -> bytes:
        reason = stop_reason(self._finish, called=self._called)
        told = {
            "usage": write_usage(self._usage),
            "metrics": {"latencyMs": self._latency_ms()},
        }
        stop = event_frame("messageStop", _encode({"stopReason": reason}))
        return stop + event_frame("metadata", _encode(told))

    def _latency_ms(self) -> int:
        return int((time.monotonic() - self._began) * 1000)
