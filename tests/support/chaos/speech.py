"""The bytes of both dialects, as their providers send them.

It does not know faults or sockets.
"""

from __future__ import annotations

import json
from typing import Any

from support.chaos.faults import Plan

WORD = "word "


def _dump(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


class OpenAI:
    """Chat completions."""

    def usage(self, told: Told) -> dict[str, Any] | None:
        """The provider's count."""
        if told is None:
            return None
        fresh, cached, out = told
        return {
            "prompt_tokens": fresh + cached,
            "completion_tokens": out,
            "total_tokens": fresh + cached + out,
            "prompt_tokens_details": {"cached_tokens": cached},
        }

    def whole(self, text: str, told: Told) -> bytes:
        """A complete answer."""
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        body = {"id": "c", "object": "chat.completion", "created": 1, "model": "m"}
        usage = self.usage(told)
        return _dump({**body, "choices": [choice], **({"usage": usage} if usage else {})})

    def opening(self, plan: Plan, told: Told) -> list[bytes]:
        """Events before the first token."""
        return [self._chunk({"role": "assistant", "content": ""})]

    def word(self, text: str) -> bytes:
        """One token."""
        return self._chunk({"content": text})

    def closing(self, told: Told) -> list[bytes]:
        """Events after the last token; the last of them says the end."""
        events = [self._chunk({}, "stop")]
        usage = self.usage(told)
        if usage:
            events.append(self._event({"choices": [], "usage": usage}))
        return [*events, b"data: [DONE]\n\n"]

    def error(self, status: int) -> bytes:
        """An error's body."""
        kind = {400: "invalid_request_error", 429: "rate_limit_exceeded"}.get(
            status, "server_error"
        )
        return _dump({"error": {"message": f"scripted {status}", "type": kind, "code": kind}})

    def error_event(self) -> bytes:
        """An error within a stream."""
        return b"data: %b\n\n" % self.error(500)

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return self._event({"choices": [choice]})

    def _event(self, fields: dict[str, Any]) -> bytes:
        body = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        return b"data: %b\n\n" % _dump({**body, **fields})


class Anthropic:
    """Messages."""

    def usage(self, told: Told) -> dict[str, Any] | None:
        """The provider's count."""
        if told is None:
            return None
        fresh, cached, out = told
        return {
            "input_tokens": fresh,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": cached,
            "output_tokens": out,
        }

    def whole(self, text: str, told: Told) -> bytes:
        """A complete answer."""
        body = self._message([{"type": "text", "text": text}], "end_turn")
        usage = self.usage(told)
        return _dump({**body, **({"usage": usage} if usage else {})})

    def opening(self, plan: Plan, told: Told) -> list[bytes]:
        """Events before the first token."""
        message = self._message([], None)
        usage = self.usage(told)
        if usage:
            message["usage"] = {**usage, "output_tokens": 1}
        block = {"type": "text", "text": ""}
        return [
            self._event("message_start", message=message),
            self._event("content_block_start", index=0, content_block=block),
            self._event("ping"),
        ]

    def word(self, text: str) -> bytes:
        """One token."""
        delta = {"type": "text_delta", "text": text}
        return self._event("content_block_delta", index=0, delta=delta)

    def closing(self, told: Told) -> list[bytes]:
        """Events after the last token; the last of them says the end."""
        delta = {"stop_reason": "end_turn", "stop_sequence": None}
        usage = {"usage": {"output_tokens": told[2]}} if told is not None else {}
        return [
            self._event("content_block_stop", index=0),
            self._event("message_delta", delta=delta, **usage),
            self._event("message_stop"),
        ]

    def error(self, status: int) -> bytes:
        """An error's body."""
        kind = {400: "invalid_request_error", 429: "rate_limit_error", 529: "overloaded_error"}
        error = {"type": kind.get(status, "api_error"), "message": f"scripted {status}"}
        return _dump({"type": "error", "error": error})

    def error_event(self) -> bytes:
        """An error within a stream."""
        return b"event: error\ndata: %b\n\n" % self.error(529)

    def _message(self, content: list[dict[str, Any]], stop: str | None) -> dict[str, Any]:
        head = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m"}
        return {**head, "content": content, "stop_reason": stop, "stop_sequence": None}

    def _event(self, kind: str, **fields: Any) -> bytes:
        return b"event: %b\ndata: %b\n\n" % (kind.encode(), _dump({"type": kind, **fields}))


Told = tuple[int, int, int] | None  # fresh input, cached input, output; None for no usage at all
Speech = OpenAI | Anthropic


def told_by(plan: Plan, produced: int) -> Told:
    """The usage that an upstream tells for what it has produced."""
    fresh = plan.input_tokens - plan.cached_tokens
    return {
        "usage missing": None,
        "usage of zero": (0, 0, 0),
        "negative usage": (-5, 0, -1000),
        "usage beyond reason": (2**50, 0, 2**62),
    }.get(plan.fault, (fresh, plan.cached_tokens, produced))
