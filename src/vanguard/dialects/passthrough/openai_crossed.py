"""What limits and guardrails must know of a body of OpenAI responses that is answered as chat.

It does not know upstreams: none speaks like this, so nothing is ever passed through.
"""

from __future__ import annotations

from vanguard.dialects.passthrough.contract import Peek
from vanguard.dialects.passthrough.openai_chat import OpenAIChatTap
from vanguard.dialects.passthrough.openai_responses import OpenAIResponsesPassThrough
from vanguard.dialects.passthrough.stream_tap import StreamTap


class OpenAICrossedPassThrough(OpenAIResponsesPassThrough):
    """Responses in, chat out."""

    def tap(self, peek: Peek) -> StreamTap:
        """A tap of what its clients are told."""
        return OpenAIChatTap(withhold_usage=not peek.wants_usage)

    def error_event(self, body: bytes) -> bytes:
        """An in-band error, as chat has it."""
        return b"data: %b\n\n" % body
