"""InvokeModel of Anthropic's models as a dialect: Anthropic messages in the envelope of Bedrock.

It does not know the model's id or whether a stream is asked: both stand in the path of a request.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from vanguard.core.errors import VanguardError
from vanguard.dialects.anthropic_messages import AnthropicMessages
from vanguard.dialects.anthropic_messages.read_reply import AnthropicMessagesReader
from vanguard.dialects.anthropic_messages.write_reply import AnthropicMessagesWriter
from vanguard.dialects.bedrock_converse.errors import (
    error_body,
    exception_frame,
    inline_failure,
    read_failure,
)
from vanguard.dialects.bedrock_invoke.chunks import chunk_data, frames_of, to_event
from vanguard.dialects.bedrock_invoke.reframe import from_invoke, to_invoke
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import Conversation, Foreign, ReplyEvent
from vanguard.wire.event_stream import read_frame
from vanguard.wire.sse import Splitter

DIALECT = "bedrock_invoke"


class BedrockInvoke:
    """InvokeModel and InvokeModelWithResponseStream with Anthropic's bodies."""

    name = DIALECT

    def __init__(self) -> None:
        self._messages = AnthropicMessages()

    def read_request(self, body: bytes) -> Conversation:
        """Reads a client's request; raises InvalidRequest."""
        whole, betas = from_invoke(body, "", stream=False)
        conversation = self._messages.read_request(whole)
        if not betas:
            return conversation
        named = Foreign(DIALECT, "anthropic_beta", msgspec.Raw(msgspec.json.encode(betas)))
        foreign = (*conversation.foreign, named)
        return msgspec.structs.replace(conversation, foreign=foreign)

    def write_request(self, conversation: Conversation, losses: Losses) -> bytes:
        """The body for an upstream; raises UnsupportedFeature when losses are refused."""
        return to_invoke(self._messages.write_request(conversation, losses), "", losses)

    def reader(self) -> BedrockInvokeReader:
        """A reader for one reply."""
        return BedrockInvokeReader()

    def writer(self, conversation: Conversation, reply_id: str) -> BedrockInvokeWriter:
        """A writer for one reply."""
        return BedrockInvokeWriter(conversation, reply_id)

    def error_body(self, error: VanguardError, request_id: str) -> bytes:  # noqa: ARG002 - AWS tells it in a header
        """The error envelope of AWS."""
        return error_body(error)


class BedrockInvokeReader(AnthropicMessagesReader):
    """Reads one reply, whose raw events are frames."""

    def event(self, raw: bytes) -> list[ReplyEvent]:
        """Events of one frame.

        Raises:
            UpstreamError: an exception in the stream, or bytes that cannot be read.
        """
        message = read_frame(raw)
        failed = inline_failure(message)
        if failed is not None:
            raise failed
        data = chunk_data(message)
        return super().event(to_event(data)) if data else []

    def failure(self, status: int, body: bytes) -> VanguardError:
        """The error of an answer of status 400 or more."""
        return read_failure(status, body)


class BedrockInvokeWriter:
    """Writes one reply."""

    def __init__(self, conversation: Conversation, reply_id: str) -> None:
        self._inner = AnthropicMessagesWriter(conversation, reply_id)

    @property
    def lost(self) -> tuple[str, ...]:
        """What Anthropic's API has no place for."""
        return self._inner.lost

    def event(self, event: ReplyEvent) -> bytes:
        """The frames for one event."""
        written = self._inner.event(event)
        if not written:
            return b""
        return b"".join([frames_of(raw) for raw in Splitter(begins=False).feed(written)])

    def error(self, error: VanguardError, request_id: str) -> bytes:  # noqa: ARG002 - AWS tells it in a header
        """An exception, which ends the stream."""
        return exception_frame(error_body(error))

    def whole(self, events: Iterable[ReplyEvent]) -> bytes:
        """The body of a complete reply."""
        return self._inner.whole(events)
