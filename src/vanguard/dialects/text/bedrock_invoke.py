"""Texts of InvokeModel: Anthropic's, in the envelope of Bedrock, and what is to be embedded.

It does not know what Anthropic's blocks hold: that is `anthropic_messages`.
"""

from __future__ import annotations

from collections.abc import Callable

from vanguard.dialects.bedrock_invoke.chunks import chunk_data, frames_of, to_event
from vanguard.dialects.text.anthropic_messages import SLOTS as ANTHROPICS
from vanguard.dialects.text.anthropic_messages import AnthropicMessagesMasker
from vanguard.dialects.text.contract import Channel, Mask
from vanguard.dialects.text.slots import Edit, edit_request, fields, items, text
from vanguard.wire.event_stream import read_frame
from vanguard.wire.sse import Splitter

# Titan and Cohere
_EMBEDDED: Edit = fields({"inputText": text, "texts": items(text)})


class BedrockInvokeText:
    """Text slots of `bedrock_invoke`."""

    def mask_request(self, body: bytes, mask: Mask) -> bytes:
        """Masks the system prompt and every message, or what is to be embedded."""
        return edit_request(ANTHROPICS.mask_request(body, mask), _EMBEDDED, mask)

    def mask_reply(self, body: bytes, mask: Mask) -> bytes:
        """Masks text, thinking and tool inputs of every block."""
        return ANTHROPICS.mask_reply(body, mask)

    def stream_masker(self, make_channel: Callable[[], Channel]) -> BedrockInvokeMasker:
        """A masker for a stream of frames."""
        return BedrockInvokeMasker(make_channel)


class BedrockInvokeMasker:
    """Masks a stream of chunks with Anthropic's events in them."""

    def __init__(self, make_channel: Callable[[], Channel]) -> None:
        self._inner = AnthropicMessagesMasker(make_channel)

    def event(self, raw: bytes) -> bytes:
        """Masks one frame."""
        message = read_frame(raw)
        if message.headers.get(":message-type") != "event":
            return raw
        data = chunk_data(message)
        if not data:
            return raw
        event = to_event(data)
        masked = self._inner.event(event)
        return raw if masked is event else _frames(masked)

    def finish(self) -> bytes:
        """Ends every run that is still open."""
        return _frames(self._inner.finish())


def _frames(events: bytes) -> bytes:
    return (
        b"".join([frames_of(one) for one in Splitter(begins=False).feed(events)]) if events else b""
    )


SLOTS = BedrockInvokeText()
