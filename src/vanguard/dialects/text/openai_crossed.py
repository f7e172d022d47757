"""Texts of OpenAI responses' requests that are answered as chat completions.

It does not know either form: each has a file of its own beside this one.
"""

from __future__ import annotations

from collections.abc import Callable

from vanguard.dialects.text.contract import Channel, EventMasker, Mask
from vanguard.dialects.text.openai_chat import OpenAIChatText
from vanguard.dialects.text.openai_responses import OpenAIResponsesText


class OpenAICrossedText:
    """Text slots of `openai_crossed`."""

    def __init__(self) -> None:
        self._asked = OpenAIResponsesText()
        self._told = OpenAIChatText()

    def mask_request(self, body: bytes, mask: Mask) -> bytes:
        """Masks instructions and every item."""
        return self._asked.mask_request(body, mask)

    def mask_reply(self, body: bytes, mask: Mask) -> bytes:
        """Masks every message."""
        return self._told.mask_reply(body, mask)

    def stream_masker(self, make_channel: Callable[[], Channel]) -> EventMasker:
        """A masker of chunks."""
        return self._told.stream_masker(make_channel)
