"""Pass-through of Bedrock's InvokeModel: Anthropic's bodies, and those of embedding models.

It does not know other dialects. The model and the wish for a stream stand in the request's path: whoever
knows the path puts them into the peek. Bodies: Bedrock user guide, Anthropic Claude Messages API, Titan
Text Embeddings, Cohere Embed (2026-11).
"""

from __future__ import annotations

import msgspec

from vanguard.core.errors import InvalidRequest, UpstreamError
from vanguard.core.usage import Usage
from vanguard.dialects.bedrock_converse.errors import exception_frame
from vanguard.dialects.bedrock_invoke.chunks import chunk_data, to_event, to_frame
from vanguard.dialects.odd_usage import reread
from vanguard.dialects.passthrough.anthropic_messages import (
    AnthropicMessagesPassThrough,
    AnthropicMessagesTap,
)
from vanguard.dialects.passthrough.bedrock_converse import FrameTap
from vanguard.dialects.passthrough.contract import Peek
from vanguard.dialects.passthrough.edits import UNREADABLE, invalid_body, names, once, put_field
from vanguard.wire.event_stream import Message

_READ = names("max_tokens")


class _Request(msgspec.Struct):
    max_tokens: int | None = None
    messages: msgspec.Raw = msgspec.Raw()
    prompt: msgspec.Raw = msgspec.Raw()
    input_text: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="inputText")
    texts: msgspec.Raw = msgspec.Raw()


class _Embedded(msgspec.Struct):
    input_text_token_count: int | None = msgspec.field(default=None, name="inputTextTokenCount")
    embedding: msgspec.Raw = msgspec.Raw()
    embeddings: msgspec.Raw = msgspec.Raw()


_request = msgspec.json.Decoder(_Request)
_embedded = msgspec.json.Decoder(_Embedded)


class BedrockInvokePassThrough(AnthropicMessagesPassThrough):
    """InvokeModel in, InvokeModel out."""

    ping = to_frame(b'{"type": "ping"}')

    def peek(self, body: bytes) -> Peek:
        """Reads the cap; a body in which nobody here knows the texts is refused.

        InvokeModel takes whatever a model does. No guardrail would see a prompt of another form.
        """
        try:
            request = _request.decode(body)
        except UNREADABLE as error:
            raise invalid_body(error) from error
        known = any(bytes(one) for one in (request.messages, request.input_text, request.texts))
        if bytes(request.prompt) or not known:
            raise InvalidRequest(
                "InvokeModel takes Anthropic's messages here, and the texts of Titan's and Cohere's"
                " embedding models; use Converse for everything else"
            )
        cap = request.max_tokens
        if cap is not None and cap < 1:
            cap = 0
        return Peek("", max_output_tokens=cap)

    def edit(self, body: bytes, peek: Peek, model: str, cap_tokens: int | None) -> bytes:  # noqa: ARG002 - the model stands in the path
        """Caps the output where told to."""
        body = once(body, _READ)
        return body if cap_tokens is None else put_field(body, "max_tokens", cap_tokens)

    def whole_usage(self, body: bytes) -> Usage | None:
        """Usage of a complete answer, Anthropic's or an embedding model's."""
        if body.find(b'"embedding') >= 0:
            try:
                embedded = _embedded.decode(body)
            except UNREADABLE as error:
                again = reread(_embedded, body)
                if again is None:
                    raise UpstreamError("the upstream's answer is not a JSON object") from error
                embedded = again
            if bytes(embedded.embedding) or bytes(embedded.embeddings):
                count = embedded.input_text_token_count
                return None if count is None else Usage(input_tokens=count)
        return super().whole_usage(body)

    def tap(self, peek: Peek) -> BedrockInvokeTap:  # type: ignore[override]  # noqa: ARG002 - the same contract, other frames
        """A tap; nothing is withheld."""
        return BedrockInvokeTap()

    def error_event(self, body: bytes) -> bytes:
        """An in-band error."""
        return exception_frame(body)


class BedrockInvokeTap(FrameTap):
    """Reads a stream of chunks with Anthropic's events in them."""

    def __init__(self) -> None:
        super().__init__()
        self._inner = AnthropicMessagesTap()

    def look(self, message: Message) -> None:
        """What Anthropic's own tap reads of the event."""
        data = chunk_data(message)
        if not data:
            return
        inner = self._inner
        inner.feed(to_event(data))
        self.tokens, self.usage, self.done = inner.tokens, inner.usage, inner.done
        self.error = inner.error
