"""Pass-through of Anthropic messages.

It does not know other dialects. Shapes: Anthropic API reference, messages and streaming (2026-11).
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from vanguard.core.errors import UpstreamError
from vanguard.core.usage import Usage
from vanguard.dialects.anthropic_messages.usage import read_usage
from vanguard.dialects.odd_usage import reread
from vanguard.dialects.passthrough.contract import Peek
from vanguard.dialects.passthrough.edits import (
    LONG_BODY_BYTES,
    UNREADABLE,
    hides_letters,
    invalid_body,
    names,
    once,
    plain,
    put_field,
    replace_once,
    replace_string,
    restore,
    shorten,
)
from vanguard.dialects.passthrough.soundness import WHOLE_ENDS, check_event
from vanguard.dialects.passthrough.stream_tap import StreamTap
from vanguard.wire import anthropic_messages as wire
from vanguard.wire.search import holds_any
from vanguard.wire.sse import event_data


class _Request(msgspec.Struct):
    model: str
    stream: bool | UnsetType | None = UNSET
    max_tokens: int | None = None
    messages: msgspec.Raw = msgspec.Raw()
    system: msgspec.Raw = msgspec.Raw()
    tools: msgspec.Raw = msgspec.Raw()


class _Whole(msgspec.Struct):
    type: str = ""
    usage: wire.Usage | None = None
    error: msgspec.Raw = msgspec.Raw()


class _Event(msgspec.Struct):
    type: str = ""
    message: _Whole | None = None
    usage: wire.Usage | None = None
    error: msgspec.Raw = msgspec.Raw()


_request = msgspec.json.Decoder(_Request)
_whole = msgspec.json.Decoder(_Whole)
_event = msgspec.json.Decoder(_Event)

# pictures, files, and tools that the provider runs itself
_OPEN_ENDED = (
    b'"image"',
    b'"document"',
    b'"container_upload"',
    b"web_search",
    b"web_fetch",
    b"code_execution",
    b'"mcp_servers"',
)
# a summary that Anthropic makes first reads the whole history once more
_READS_MORE = (*_OPEN_ENDED, b'"compact_')
# what a limit or a budget relies on: a server must not read another value than we did
_READ = names("max_tokens", "stream")
_NAMES = (*names("model"), *_READ)
_UNSTREAMED = names("model", "max_tokens")


class AnthropicMessagesPassThrough:
    """Anthropic in, Anthropic out."""

    ping = b'event: ping\ndata: {"type": "ping"}\n\n'

    def peek(self, body: bytes) -> Peek:
        """Reads model, stream and cap; an Anthropic stream always tells its usage."""
        try:
            request = _request.decode(body)
        except UNREADABLE as error:
            raise invalid_body(error) from error
        cap = request.max_tokens
        if cap is not None and cap < 1:
            cap = 0
        short = None
        if len(body) > LONG_BODY_BYTES:
            short = shorten(body, (request.messages, request.system, request.tools))
        named = _UNSTREAMED if request.stream is UNSET else _NAMES
        return Peek(request.model, bool(request.stream), cap, short=short, named=named)

    def has_media(self, body: bytes) -> bool:
        """Whether pictures, files or sounds are in the request."""
        return holds_any(body, _OPEN_ENDED) or hides_letters(body)

    def is_open_ended(self, body: bytes) -> bool:
        """The same, provider-run tools included, or a compaction."""
        return holds_any(body, _READS_MORE) or hides_letters(body)

    def edit(self, body: bytes, peek: Peek, model: str, cap_tokens: int | None) -> bytes:
        """Sets the model, and caps the output where told to."""
        short = peek.short
        if short is not None and short.body is body:
            return restore(self._edit(short.rest, peek, model, cap_tokens), short)
        return self._edit(body, peek, model, cap_tokens)

    def _edit(self, body: bytes, peek: Peek, model: str, cap_tokens: int | None) -> bytes:
        if plain(body, _NAMES if peek.named is None else peek.named):
            body = replace_once(body, "model", peek.model, model)
        else:
            body = once(replace_string(body, "model", peek.model, model), _READ)
        return body if cap_tokens is None else put_field(body, "max_tokens", cap_tokens)

    def whole_usage(self, body: bytes) -> Usage | None:
        """Usage of a complete answer."""
        try:
            whole = _whole.decode(body)
        except UNREADABLE as error:
            again = reread(_whole, body)
            if again is None:
                raise UpstreamError("the upstream's answer is not a JSON object") from error
            whole = again
        if whole.type == "error":
            words = bytes(whole.error)[:500].decode(errors="replace")
            raise UpstreamError(f"the upstream answered with an error: {words}")
        told = whole.usage
        if told is None or (told.input_tokens is None and told.output_tokens is None):
            return None
        return read_usage(told)

    def tap(self, peek: Peek) -> AnthropicMessagesTap:  # noqa: ARG002 - the contract's shape
        """A tap; nothing is withheld."""
        return AnthropicMessagesTap()

    def error_event(self, body: bytes) -> bytes:
        """An in-band error."""
        return b"event: error\ndata: %b\n\n" % body


class AnthropicMessagesTap(StreamTap):
    """Reads a stream of message events."""

    _names = (b'"text":', b'"thinking":', b'"partial_json":')

    def _read(self, event: bytes) -> bytes:
        if not event.endswith(WHOLE_ENDS):
            check_event(event)
        if event.find(b"content_block_delta") >= 0:
            self.tokens += 1
        elif b"message_" in event or b'"error"' in event:
            self._look(event)
        return event

    def _look(self, raw: bytes) -> None:
        try:
            event = _event.decode(event_data(raw))
        except UNREADABLE:
            again = reread(_event, event_data(raw))
            if again is None:
                return
            event = again
        if event.type == "message_start" and event.message is not None and event.message.usage:
            self.usage = read_usage(event.message.usage, self.usage)
        elif event.type == "message_delta" and event.usage is not None:
            self.usage = read_usage(event.usage, self.usage)
        elif event.type == "message_stop":
            self.done = True
        elif event.type == "error":
            self.error = bytes(event.error) or b"{}"

    def complete(self) -> bool:
        """Whole when `message_stop` came."""
        return self.done
