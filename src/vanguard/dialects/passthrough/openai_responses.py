"""Pass-through of OpenAI responses.

It does not know other dialects. Shapes: OpenAI API reference, responses and streaming events (2026-11).
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from vanguard.core.errors import InvalidRequest, UnsupportedFeature, UpstreamError
from vanguard.core.usage import Usage
from vanguard.dialects.odd_usage import reread
from vanguard.dialects.openai_responses.errors import envelope_events
from vanguard.dialects.openai_responses.usage import read_usage
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
from vanguard.dialects.passthrough.soundness import WHOLE_ENDS, check_json
from vanguard.dialects.passthrough.stream_tap import StreamTap
from vanguard.wire import openai_responses as wire
from vanguard.wire.search import holds_any
from vanguard.wire.sse import event_data


class _Request(msgspec.Struct):
    model: str
    stream: bool | UnsetType | None = UNSET
    max_output_tokens: int | None = None
    background: bool | UnsetType | None = UNSET
    input: msgspec.Raw = msgspec.Raw()
    instructions: msgspec.Raw = msgspec.Raw()
    tools: msgspec.Raw = msgspec.Raw()


class _Whole(msgspec.Struct):
    status: str | None = None
    usage: wire.Usage | None = None
    error: msgspec.Raw = msgspec.Raw()


class _Event(msgspec.Struct):
    type: str = ""
    response: _Whole | None = None
    error: msgspec.Raw = msgspec.Raw()
    message: msgspec.Raw = msgspec.Raw()


_request = msgspec.json.Decoder(_Request)
_whole = msgspec.json.Decoder(_Whole)
_event = msgspec.json.Decoder(_Event)

_MEDIA = (b'"input_image"', b'"input_file"', b'"input_audio"', b'"computer_call_output"')
# what OpenAI runs itself, and what it keeps of earlier requests
_OPEN_ENDED = (
    *_MEDIA,
    b'"web_search',
    b'"file_search',
    b'"code_interpreter',
    b'"computer',
    b'"image_generation',
    b'"shell"',
    b'"mcp"',
    b'"programmatic_tool_calling"',
    b'"previous_response_id"',
    b'"conversation"',
    b'"prompt"',
    b'"item_reference"',
    b'"compaction',
)
_NOTHING = frozenset({b"", b"null", b"[]", b"{}"})
# what a limit or a budget relies on: a server must not read another value than we did
_READ = names("max_output_tokens", "stream", "background")
_NAMES = (*names("model"), *_READ)
_UNSTREAMED = names("model", "max_output_tokens")

_EVENT = b"event: "
_ENDS = frozenset({"response.completed", "response.incomplete"})


class OpenAIResponsesPassThrough:
    """OpenAI responses in, OpenAI responses out."""

    # the API has no ping of its own; a comment is none of any reader's business (HTML, 9.2.6)
    ping = b": ping\n\n"

    def peek(self, body: bytes) -> Peek:
        """Reads model, stream and cap; a stream always tells its usage.

        Raises:
            UnsupportedFeature: the answer would be made in the background, out of every book.
        """
        try:
            request = _request.decode(body)
        except UNREADABLE as error:
            raise invalid_body(error) from error
        cap = request.max_output_tokens
        if cap is not None and cap < 1:
            raise InvalidRequest(
                f"max_output_tokens: must be at least 1, got {cap}", param="max_output_tokens"
            )
        if request.background:
            raise UnsupportedFeature(
                "background: an answer that is made later cannot be fetched or metered here; leave"
                " it out, and set stream to true for long answers",
                param="background",
            )
        short = None
        if len(body) > LONG_BODY_BYTES:
            short = shorten(body, (request.input, request.instructions, request.tools))
        absent = request.stream is UNSET and request.background is UNSET
        named = _UNSTREAMED if absent else _NAMES
        return Peek(request.model, bool(request.stream), cap, short=short, named=named)

    def has_media(self, body: bytes) -> bool:
        """Whether pictures, files or sounds are in the request."""
        return holds_any(body, _MEDIA) or hides_letters(body)

    def is_open_ended(self, body: bytes) -> bool:
        """The same, or tools that OpenAI runs, or what it keeps."""
        return holds_any(body, _OPEN_ENDED) or hides_letters(body)

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
        return body if cap_tokens is None else put_field(body, "max_output_tokens", cap_tokens)

    def whole_usage(self, body: bytes) -> Usage | None:
        """Usage of a complete answer."""
        try:
            whole = _whole.decode(body)
        except UNREADABLE as error:
            again = reread(_whole, body)
            if again is None:
                raise UpstreamError("the upstream's answer is not a JSON object") from error
            whole = again
        if bytes(whole.error) not in _NOTHING and (whole.usage is None or whole.status == "failed"):
            words = bytes(whole.error)[:500].decode(errors="replace")
            raise UpstreamError(f"the upstream answered with an error: {words}")
        return _usage(whole)

    def tap(self, peek: Peek) -> StreamTap:  # noqa: ARG002 - the contract's shape
        """A tap; nothing is withheld."""
        return OpenAIResponsesTap()

    def error_event(self, body: bytes) -> bytes:
        """In-band errors."""
        return envelope_events(body)


class OpenAIResponsesTap(StreamTap):
    """Reads a stream of response events; those in the middle of an answer are told by their name."""

    _names = (b'"delta":',)

    def _read(self, event: bytes) -> bytes:
        if (
            event.startswith(_EVENT)
            and event.endswith(WHOLE_ENDS)
            and event.endswith(b".delta", 0, event.find(b"\n"))
        ):
            self.tokens += 1
        else:
            self._look(event)
        return event

    def _look(self, raw: bytes) -> None:
        data = event_data(raw)
        if not data:
            return
        try:
            event = _event.decode(data)
        except UNREADABLE:
            again = reread(_event, data)
            if again is None:
                check_json(data)
                return
            event = again
        kind = event.type
        if kind.endswith(".delta"):
            self.tokens += 1
        elif kind in _ENDS:
            self.done = True
            self._told(event.response)
        elif kind == "response.failed":
            self._told(event.response)
            self.error = bytes(event.response.error) if event.response else b""
            self.error = self.error or b"{}"
        elif kind == "error":
            self.error = bytes(event.error) or bytes(event.message) or b"{}"

    def _told(self, response: _Whole | None) -> None:
        told = _usage(response) if response is not None else None
        if told is not None:
            self.usage = told if self.usage is None else told.after(self.usage)

    def complete(self) -> bool:
        """Whole when the response was completed, or is as far as its cap let it."""
        return self.done


def _usage(whole: _Whole) -> Usage | None:
    usage = whole.usage
    if usage is None or (usage.input_tokens is None and usage.output_tokens is None):
        return None
    return read_usage(usage)
