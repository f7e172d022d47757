"""Says how the streams of a dialect are cut into raw events: server-sent ones, or frames of AWS.

It does not know what an event means.
"""

from __future__ import annotations

from typing import Protocol

from vanguard.wire.event_stream import Splitter as FrameSplitter
from vanguard.wire.sse import Splitter

# dialects whose streams are AWS's binary event stream
FRAMED = frozenset({"bedrock_converse", "bedrock_invoke"})
# bodies of another dialect in an envelope of their own
ENVELOPED = {"sagemaker_chat": "openai_chat"}
EVENT_STREAM = b"application/vnd.amazon.eventstream"


class EventSplitter(Protocol):
    """Collects chunks of any size and gives back whole raw events."""

    def feed(self, data: bytes) -> list[bytes]:
        """Events that this chunk completes.

        Raises:
            UpstreamError: damage, or an event beyond all bounds.
        """

    @property
    def rest(self) -> bytes:
        """What has come after the last whole event."""


def make_splitter(dialect: str) -> EventSplitter:
    """A splitter for one stream."""
    return FrameSplitter() if dialect in FRAMED else Splitter()
