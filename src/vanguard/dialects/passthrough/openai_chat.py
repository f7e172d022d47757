"""Pass-through of OpenAI chat completions and embeddings.

It does not know other dialects. Shapes: OpenAI API reference, chat and embeddings (2026-11).
"""

from __future__ import annotations

import re

import msgspec
from msgspec import UNSET, UnsetType

from vanguard.core.errors import UpstreamError
from vanguard.core.usage import Usage
from vanguard.dialects.odd_usage import reread
from vanguard.dialects.openai_chat.usage import read_usage
from vanguard.dialects.openai_common.caps import cap_field
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
from vanguard.wire import openai_chat as wire
from vanguard.wire.search import holds_any
from vanguard.wire.sse import event_data


class _StreamOptions(msgspec.Struct):
    include_usage: bool | None = None


class _Request(msgspec.Struct):
    model: str
    stream: bool | UnsetType | None = UNSET
    max_tokens: int | UnsetType | None = UNSET
    max_completion_tokens: int | UnsetType | None = UNSET
    n: int | UnsetType | None = UNSET
    stream_options: _StreamOptions | None = None
    messages: msgspec.Raw = msgspec.Raw()
    input: msgspec.Raw = msgspec.Raw()
    tools: msgspec.Raw = msgspec.Raw()


class _Whole(msgspec.Struct):
    usage: wire.Usage | None = None
    error: msgspec.Raw = msgspec.Raw()


class _Delta(msgspec.Struct):
    # a list of parts where Mistral's models reason
    content: str | list[msgspec.Raw] | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    tool_calls: msgspec.Raw = msgspec.Raw()


class _Choice(msgspec.Struct):
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Choice] | None = None
    usage: wire.Usage | None = None
    error: msgspec.Raw = msgspec.Raw()


class _Seen(msgspec.Struct):
    choices: msgspec.Raw = msgspec.Raw()
    usage: wire.Usage | None = None
    error: msgspec.Raw = msgspec.Raw()


class _Options(msgspec.Struct):
    stream_options: dict[str, object] | None = None


_request = msgspec.json.Decoder(_Request)
# the very object that stands in every request without the field
_ABSENT = _request.decode(b'{"model":""}').input
_stream_options = msgspec.json.Decoder(_Options)
_whole = msgspec.json.Decoder(_Whole)
_chunk = msgspec.json.Decoder(_Chunk)
_seen = msgspec.json.Decoder(_Seen)

# pictures, sounds, files, searches
_OPEN_ENDED = (b'"image_url"', b'"input_audio"', b'"file"', b"web_search")
# as a name: within a string its quotes are escaped
_ENDED = re.compile(rb'"finish_reason"\s*:\s*"')
_NOTHING = frozenset({b"", b"null", b"[]", b"{}"})
# what a limit or a budget relies on: a server must not read another value than we did
_MODEL = names("model")
_MAX_TOKENS, _MAX_COMPLETION_TOKENS = names("max_tokens"), names("max_completion_tokens")
_STREAM, _N = names("stream"), names("n")
_READ = (*_MAX_TOKENS, *_MAX_COMPLETION_TOKENS, *_STREAM, *_N)
_NAMES = (*_MODEL, *_READ)


class OpenAIChatPassThrough:
    """OpenAI in, OpenAI out."""

    # the API has no ping of its own; a comment is none of any reader's business (HTML, 9.2.6)
    ping = b": ping\n\n"

    def peek(self, body: bytes) -> Peek:
        """Reads model, stream, caps and whether usage is wanted."""
        try:
            request = _request.decode(body)
        except UNREADABLE as error:
            raise invalid_body(error) from error
        stream, options = request.stream is True, request.stream_options
        wants_usage = not stream or bool(options and options.include_usage)
        answers = request.n if request.n and request.n > 0 else 1
        # by place, in the order of its fields: a peek is made for every request
        short = None
        if len(body) > LONG_BODY_BYTES:
            short = shorten(body, (request.messages, request.input, request.tools))
        cap, named = _cap_named(request)
        # embeddings have an input, too; their door knows what they are
        crossed = request.input is not _ABSENT and bytes(request.messages) in _NOTHING
        return Peek(request.model, stream, cap, answers, wants_usage, short, named, crossed)

    def has_media(self, body: bytes) -> bool:
        """Whether pictures, files or sounds are in the request."""
        return holds_any(body, _OPEN_ENDED) or hides_letters(body)

    # provider-run tools count as media here
    is_open_ended = has_media

    def edit(self, body: bytes, peek: Peek, model: str, cap_tokens: int | None) -> bytes:
        """Sets the model, asks for usage, and caps the output where told to."""
        short = peek.short
        if short is not None and short.body is body:
            return restore(self._edit(short.rest, peek, model, cap_tokens), short)
        return self._edit(body, peek, model, cap_tokens)

    def _edit(self, body: bytes, peek: Peek, model: str, cap_tokens: int | None) -> bytes:
        if plain(body, _NAMES if peek.named is None else peek.named):
            if peek.model != model:
                body = replace_once(body, "model", peek.model, model)
        else:
            body = once(replace_string(body, "model", peek.model, model), _READ)
        if not peek.wants_usage:
            options = {**_options(body), "include_usage": True}
            body = put_field(body, "stream_options", options)
        if cap_tokens is not None:
            body = put_field(body, cap_field(model), cap_tokens)
        return body

    def whole_usage(self, body: bytes) -> Usage | None:
        """Usage of a complete answer."""
        try:
            whole = _whole.decode(body)
        except UNREADABLE as error:
            again = reread(_whole, body)
            if again is None:
                raise UpstreamError("the upstream's answer is not a JSON object") from error
            whole = again
        if whole.usage is None and bytes(whole.error) not in _NOTHING:
            words = bytes(whole.error)[:500].decode(errors="replace")
            raise UpstreamError(f"the upstream answered with an error: {words}")
        told = whole.usage
        if told is None or (told.prompt_tokens is None and told.completion_tokens is None):
            return None
        return read_usage(told)

    def tap(self, peek: Peek) -> OpenAIChatTap:
        """A tap that withholds the usage event when the client did not ask for it."""
        return OpenAIChatTap(withhold_usage=not peek.wants_usage)

    def error_event(self, body: bytes) -> bytes:
        """An in-band error."""
        return b"data: %b\n\n" % body


class OpenAIChatTap(StreamTap):
    """Reads a stream of chat completion chunks."""

    _names = (b'"content":', b'"reasoning_content":', b'"arguments":')

    def __init__(self, *, withhold_usage: bool) -> None:
        super().__init__()
        self._withhold_usage = withhold_usage
        self._finished = False

    def _read(self, event: bytes) -> bytes:
        if (
            self.tokens
            and event.find(b'"finish_reason":null') >= 0
            and event.endswith(WHOLE_ENDS)
            and event.find(b'"error"') < 0
            and (event.find(b'"usage"') < 0 or event.find(b'"usage":null') >= 0)
        ):
            # a delta in the middle of an answer; it holds no error and no usage, for in its text
            # these names' quotes would be escaped
            self.tokens += 1
            return event
        return self._look(event)

    def _look(self, event: bytes) -> bytes:
        payload = event_data(event)
        if not payload:
            return event
        if payload.strip() == b"[DONE]":
            self.done = True
            return event
        try:
            chunk = _chunk.decode(payload)
        except UNREADABLE:
            chunk = _odd_chunk(payload)
        if bytes(chunk.error) not in _NOTHING:
            self.error = bytes(chunk.error)
        for choice in chunk.choices or ():
            if choice.finish_reason:
                self._finished = True
            if choice.delta is not None and _has_content(choice.delta):
                self.tokens += 1
        told = chunk.usage
        if told is None:
            return event
        if told.prompt_tokens is not None or told.completion_tokens is not None:
            usage = read_usage(told)
            self.usage = usage if self.usage is None else usage.after(self.usage)
        return b"" if self._withhold_usage and not chunk.choices else event

    def complete(self) -> bool:
        """Whole when `[DONE]` came, or a finish reason (some servers leave `[DONE]` out)."""
        return self.done or self._finished


def _cap_named(request: _Request) -> tuple[int | None, tuple[bytes, ...]]:
    """The larger of the two caps, for nobody knows which one the upstream obeys; and `Peek.named`.

    To count each of the names takes as long as much else that a request costs.
    """
    old, new, named = request.max_tokens, request.max_completion_tokens, _MODEL
    if old is UNSET:
        old = None
    else:
        named += _MAX_TOKENS
        if old is not None and old < 1:
            old = 0
    if new is not UNSET:
        named += _MAX_COMPLETION_TOKENS
        if new is not None:
            new = max(new, 0)
            old = new if old is None or new > old else old
    if request.stream is not UNSET:
        named += _STREAM
    return old, named if request.n is UNSET else named + _N


def _options(body: bytes) -> dict[str, object]:
    """What else stands in `stream_options`."""
    return _stream_options.decode(body).stream_options or {}


def _odd_chunk(payload: bytes) -> _Chunk:
    """What can be read of a chunk that the reader refused.

    Choices that cannot be read are taken for content: what is not counted is not paid for, and no cap
    holds it.

    Raises:
        UpstreamError: it is broken off.
    """
    chunk = reread(_chunk, payload)
    if chunk is not None:
        return chunk
    seen = reread(_seen, payload)
    if seen is None:
        check_json(payload)
        return _Chunk()
    choices = []
    if bytes(seen.choices) not in _NOTHING:
        ended = _ENDED.search(seen.choices) is not None
        choices.append(_Choice(_Delta("?"), "?" if ended else None))
    return _Chunk(choices, seen.usage, seen.error)


def _has_content(delta: _Delta) -> bool:
    return bool(
        delta.content
        or delta.reasoning_content
        or delta.reasoning
        or delta.refusal
        or bytes(delta.tool_calls) not in _NOTHING
    )
