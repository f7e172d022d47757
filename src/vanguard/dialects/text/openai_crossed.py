"""Texts of OpenAI responses' requests that are answered as chat completions.

It does not know either form: each has a file of its own beside this one.
"""

from __future__ import annotations

from collections.abc import Callable

from vanguard.dialects.text.contract import Channel, EventMasker, Mask
from vanguard.dialects.text.openai_chat import SLOTS as CHAT
from vanguard.dialects.text.openai_responses import SLOTS as RESPONSES


class OpenAICrossedText:
    """Text slots of `openai_crossed`."""

    def mask_request(self, body: bytes, mask: Mask) -> bytes:
        """Masks instructions and every item."""
        return RESPONSES.mask_request(body, mask)

    def mask_reply(self, body: bytes, mask: Mask) -> bytes:
        """Masks every message."""
        return CHAT.mask_reply(body, mask)

    def stream_masker(self, make_channel: Callable[[], Channel]) -> EventMasker:
        """A masker of chunks."""
        return CHAT.stream_masker(make_channel)


SLOTS = OpenAICrossedText()
