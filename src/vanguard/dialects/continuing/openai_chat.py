"""Going on with a broken answer in OpenAI's chat completion chunks.

It does not know other dialects. Shapes: OpenAI API reference, chat completions, streaming (2026-11);
`reasoning_content` and `reasoning` are those of vLLM and others, `reasoning_details` and `images` OpenRouter's.
"""

from __future__ import annotations

from typing import Any

import msgspec

from vanguard.core.errors import UpstreamError
from vanguard.dialects.continuing.contract import Given
from vanguard.dialects.continuing.gathered import Gathered, without_echo
from vanguard.dialects.passthrough.edits import UNREADABLE
from vanguard.wire.sse import event_data

_NAMES = ("id", "created", "model")
# what makes more of a delta than text and its speaker
_NO_TEXT = (
    "tool_calls",
    "function_call",
    "reasoning_content",
    "reasoning",
    "reasoning_details",
    "refusal",
    "annotations",
    "audio",
    "images",
)

_object = msgspec.json.Decoder(dict[str, Any])
_encode = msgspec.json.Encoder().encode


class ChatGiven(Gathered):
    """The chunks so far."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(limit_bytes)
        self.named: dict[str, Any] = {}

    def saw(self, raw: bytes) -> None:
        """Takes one chunk."""
        data = event_data(raw)
        if not data:
            return
        try:
            chunk = _object.decode(data)
            choices = list(chunk.get("choices") or ())
        except (*UNREADABLE, TypeError):
            self.sound = False
            return
        for name in _NAMES:
            # Azure's first chunk has its filters' verdict and empty names
            if not self.named.get(name) and name in chunk:
                self.named[name] = chunk[name]
        for choice in choices:
            self._choice(choice)

    def _choice(self, choice: dict[str, Any]) -> None:
        delta = choice.get("delta") or {}
        text = delta.get("content")
        if (
            choice.get("index")
            or choice.get("finish_reason")
            or any(delta.get(name) for name in _NO_TEXT)
            or not isinstance(text, str | None)
        ):
            self.sound = False
        elif text:
            self.add(text)


class ChatSplice:
    """The chunks of a second answer."""

    def __init__(self, given: ChatGiven, echo: str, tokens: int) -> None:
        self._named = given.named
        self._echo = echo
        self._tokens = tokens

    def event(self, raw: bytes) -> bytes:
        """The chunk under the first answer's name."""
        data = event_data(raw)
        if not data or data.strip() == b"[DONE]":
            return raw
        try:
            chunk = _object.decode(data)
            choices = list(chunk.get("choices") or ())
        except (*UNREADABLE, TypeError) as error:
            raise UpstreamError("a chunk of the upstream's stream cannot be read") from error
        if "error" in chunk and not choices:
            return raw
        kept = [one for one in choices if self._keeps(one)]
        usage = chunk.get("usage")
        if isinstance(usage, dict):
            self._move(usage)
        elif choices and not kept:
            return b""
        if choices:
            chunk["choices"] = kept
        return b"data: %b\n\n" % _encode({**chunk, **self._named})

    def _keeps(self, choice: dict[str, Any]) -> bool:
        """Takes out what the client has had; whether anything is left of the choice."""
        delta = choice.get("delta")
        if not isinstance(delta, dict):
            return True
        # who speaks was said at the beginning
        delta.pop("role", None)
        text = delta.get("content")
        if isinstance(text, str):
            delta["content"], self._echo = without_echo(text, self._echo)
        return bool(choice.get("finish_reason")) or any(delta.values())

    def _move(self, usage: dict[str, Any]) -> None:
        """What the first answer has written was read by the second, and was output all the same."""
        prompt, completion = usage.get("prompt_tokens"), usage.get("completion_tokens")
        if isinstance(prompt, int) and isinstance(completion, int):
            moved = min(self._tokens, prompt)
            usage["prompt_tokens"], usage["completion_tokens"] = prompt - moved, completion + moved
            details = usage.get("prompt_tokens_details")
            if isinstance(details, dict) and isinstance(details.get("cached_tokens"), int):
                # a server that goes on with its own text has that in its cache
                details["cached_tokens"] = min(details["cached_tokens"], prompt - moved)


class ChatContinuing:
    """`openai_chat`."""

    def given(self, limit_bytes: int) -> ChatGiven:
        """For an answer that begins."""
        return ChatGiven(limit_bytes)

    def mark(self, deployment: str) -> bytes:
        """A comment, as the pings of this dialect are (HTML, 9.2.6)."""
        return b": continued by %b\n\n" % " ".join(deployment.split()).encode()

    def splice(self, given: Given, echo: str, tokens: int) -> ChatSplice:
        """For the rest of it."""
        if not isinstance(given, ChatGiven):
            raise TypeError("an answer of another dialect")
        return ChatSplice(given, echo, tokens)
