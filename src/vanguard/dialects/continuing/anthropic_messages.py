"""Going on with a broken answer in Anthropic's message events.

It does not know other dialects. Shapes: Anthropic API reference, streaming messages (2026-11).
"""

from __future__ import annotations

from typing import Any

import msgspec

from vanguard.core.errors import UpstreamError
from vanguard.dialects.continuing.contract import Given
from vanguard.dialects.continuing.gathered import Gathered, without_echo
from vanguard.dialects.passthrough.edits import UNREADABLE
from vanguard.wire.sse import event_data

_object = msgspec.json.Decoder(dict[str, Any])
_encode = msgspec.json.Encoder().encode


class MessagesGiven(Gathered):
    """The events so far."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(limit_bytes)
        self.usage: dict[str, Any] = {}

    def saw(self, raw: bytes) -> None:
        """Takes one event."""
        data = event_data(raw)
        if not data:
            return
        try:
            event = _object.decode(data)
        except UNREADABLE:
            self.sound = False
            return
        kind = event.get("type")
        if kind == "message_start":
            message = event.get("message") or {}
            self.usage = dict(message.get("usage") or {})
        elif kind == "content_block_start":
            self._add(event, event.get("content_block") or {}, "text")
        elif kind == "content_block_delta":
            self._add(event, event.get("delta") or {}, "text_delta")
        elif kind != "ping":
            # a block that has ended, a reason to stop, an error, or what nobody here knows
            self.sound = False

    def _add(self, event: dict[str, Any], part: dict[str, Any], kind: str) -> None:
        text = part.get("text")
        if event.get("index") or part.get("type") != kind or not isinstance(text, str):
            self.sound = False
        else:
            self.add(text)


class MessagesSplice:
    """The events of a second answer."""

    def __init__(self, given: MessagesGiven, echo: str, tokens: int) -> None:
        read = {name: count for name, count in given.usage.items() if name != "output_tokens"}
        # counts of nothing are those of an upstream that tells its input at the end
        self._read = read if any(isinstance(one, int) and one for one in read.values()) else {}
        # what the second tells at its beginning, which the client does not see
        self._begun: dict[str, Any] = {}
        self._echo = echo
        self._tokens = tokens
        # the first answer's block is open, and the second's is none yet
        self._offset = -1

    def event(self, raw: bytes) -> bytes:
        """The event with the first answer's indices."""
        data = event_data(raw)
        if not data:
            return raw
        try:
            event = _object.decode(data)
        except UNREADABLE as error:
            raise UpstreamError("an event of the upstream's stream cannot be read") from error
        kind = event.get("type")
        if kind == "message_start":
            self._begun = _counts((event.get("message") or {}).get("usage"))
            return b""
        if kind == "content_block_start":
            return self._start(event)
        if kind in {"content_block_delta", "content_block_stop"}:
            return self._block(event)
        if kind == "message_delta":
            return self._close() + self._end(event)
        return raw

    def _start(self, event: dict[str, Any]) -> bytes:
        block = event.get("content_block") or {}
        if self._offset >= 0:
            return _event({**event, "index": _index(event) + self._offset})
        if block.get("type") == "text":
            # it goes on in the block that is open
            self._offset = 0
            text = block.get("text")
            if not text:
                return b""
            delta = {"type": "text_delta", "text": text}
            return self._block({"type": "content_block_delta", "index": 0, "delta": delta})
        return self._close() + _event({**event, "index": _index(event) + self._offset})

    def _close(self) -> bytes:
        """Ends the open block, where the second answer does not go on with it."""
        if self._offset >= 0:
            return b""
        self._offset = 1
        return _event({"type": "content_block_stop", "index": 0})

    def _block(self, event: dict[str, Any]) -> bytes:
        delta = event.get("delta") or {}
        text = delta.get("text")
        if self._echo and isinstance(text, str):
            text, self._echo = without_echo(text, self._echo)
            if not text:
                return b""
            event = {**event, "delta": {**delta, "text": text}}
        return _event({**event, "index": _index(event) + max(self._offset, 0)})

    def _end(self, event: dict[str, Any]) -> bytes:
        """The counts of both: input as the first has told it, output of the two together.

        Where the first has told none, it is the second's without what the first has written.
        """
        usage = event.get("usage")
        if not isinstance(usage, dict):
            return _event(event)
        told = {**usage, **{name: self._read[name] for name in usage if name in self._read}}
        if not self._read:
            told = {**self._begun, **told}
            if isinstance(told.get("input_tokens"), int):
                told["input_tokens"] = max(0, told["input_tokens"] - self._tokens)
        if isinstance(told.get("output_tokens"), int):
            told["output_tokens"] += self._tokens
        return _event({**event, "usage": told})


class MessagesContinuing:
    """`anthropic_messages`."""

    def given(self, limit_bytes: int) -> MessagesGiven:
        """For an answer that begins."""
        return MessagesGiven(limit_bytes)

    def mark(self, deployment: str) -> bytes:  # noqa: ARG002 - the contract's shape
        """Nothing: the API has no comments, and clients may not know an event of ours."""
        return b""

    def splice(self, given: Given, echo: str, tokens: int) -> MessagesSplice:
        """For the rest of it."""
        if not isinstance(given, MessagesGiven):
            raise TypeError("an answer of another dialect")
        return MessagesSplice(given, echo, tokens)


def _counts(usage: object) -> dict[str, int]:
    """What was read, in tokens by name."""
    counts = usage.items() if isinstance(usage, dict) else ()
    return {name: n for name, n in counts if isinstance(n, int) and name != "output_tokens"}


def _index(event: dict[str, Any]) -> int:
    index = event.get("index")
    return index if isinstance(index, int) else 0


def _event(event: dict[str, Any]) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (str(event.get("type")).encode(), _encode(event))
