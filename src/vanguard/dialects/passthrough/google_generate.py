"""Pass-through of Google's generateContent, countTokens and embedContent.

It does not know other dialects, nor the path, where model and stream stand. Shapes: Gemini API
reference and Vertex AI REST reference (2026-11); Google reads names in both cases.
"""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec
from msgspec import Raw

from vanguard.core.errors import InvalidRequest, UpstreamError
from vanguard.core.usage import Usage
from vanguard.dialects.google_generate.usage import is_told, read_usage
from vanguard.dialects.odd_usage import reread
from vanguard.dialects.passthrough.contract import Peek
from vanguard.dialects.passthrough.edits import (
    LONG_BODY_BYTES,
    UNREADABLE,
    hides_letters,
    invalid_body,
    names,
    plain,
    put_field,
    restore,
    set_fields,
    shorten,
)
from vanguard.dialects.passthrough.soundness import check_json
from vanguard.dialects.passthrough.stream_tap import StreamTap
from vanguard.wire import google_generate as wire
from vanguard.wire.search import holds_any
from vanguard.wire.sse import event_data


class _Config(msgspec.Struct, rename="camel"):
    max_output_tokens: int | None = None
    candidate_count: int | None = None


class _Snake(msgspec.Struct):
    max_output_tokens: int | None = None
    candidate_count: int | None = None


class _Request(msgspec.Struct):
    generationConfig: Raw = Raw()  # noqa: N815 - a name of Google's beside its twin
    generation_config: Raw = Raw()
    contents: Raw = Raw()
    systemInstruction: Raw = Raw()  # noqa: N815 - as above
    tools: Raw = Raw()


class _Told(msgspec.Struct, rename="camel"):
    usage_metadata: wire.UsageMetadata | None = None
    candidates: list[wire.Candidate] | None = None
    prompt_feedback: wire.PromptFeedback | None = None
    error: Raw = Raw()


_T = TypeVar("_T", bytes, int | None)

_request = msgspec.json.Decoder(_Request)
_config = msgspec.json.Decoder(_Config, strict=False)
_snake = msgspec.json.Decoder(_Snake, strict=False)
_told = msgspec.json.Decoder(_Told)
_object = msgspec.json.Decoder(dict[str, Raw])
_list = msgspec.json.Decoder(list[Raw])
_encode = msgspec.json.Encoder().encode

# pictures, sounds, files; what Google fetches or runs itself; a prompt kept there before
_OPEN_ENDED = (
    b'"inlineData"',
    b'"inline_data"',
    b'"fileData"',
    b'"file_data"',
    b'"cachedContent"',
    b'"cached_content"',
    b"oogleSearch",
    b"oogle_search",
    b'"urlContext"',
    b'"url_context"',
    b'"codeExecution"',
    b'"code_execution"',
    b'"googleMaps"',
    b'"google_maps"',
    b'"retrieval"',
    b"ileSearch",
    b"ile_search",
    b'"mcpServers"',
    b'"mcp_servers"',
    b"ebSearch",
    b"eb_search",
)
_NOTHING = frozenset({b"", b"null", b"[]", b"{}"})
# what a limit or a budget relies on: a server must not read another value than we did
_TWINS = (
    ("generationConfig", "generation_config"),
    ("maxOutputTokens", "max_output_tokens"),
    ("candidateCount", "candidate_count"),
)
_NAMES = names(*(one for pair in _TWINS for one in pair))
# as a name: in `"role":"model"` no colon follows, and within a string its quotes are escaped
_MODEL = re.compile(rb'"model"\s*:')


class GoogleGeneratePassThrough:
    """Google in, Google out."""

    # blank lines: Google's Python SDK takes a comment for a chunk
    ping = b"\n\n"

    def peek(self, body: bytes) -> Peek:
        """Reads cap and number of answers; what the path says is the door's to add."""
        try:
            request = _request.decode(body)
            cap, answers = _wanted(request)
        except UNREADABLE as error:
            raise invalid_body(error) from error
        short = None
        if len(body) > LONG_BODY_BYTES:
            short = shorten(body, (request.contents, request.systemInstruction, request.tools))
        return Peek("", max_output_tokens=cap, answers=answers, short=short)

    def has_media(self, body: bytes) -> bool:
        """Whether pictures, files or sounds are in the request, or tools that Google runs."""
        return holds_any(body, _OPEN_ENDED) or hides_letters(body)

    def is_open_ended(self, body: bytes) -> bool:
        """The same: provider-run tools count as media here."""
        return self.has_media(body)

    def edit(self, body: bytes, peek: Peek, model: str, cap_tokens: int | None) -> bytes:
        """Names the model where the body does, too, and caps the output where told to."""
        short = peek.short
        if short is not None and short.body is body:
            return restore(_edit(short.rest, model, cap_tokens), short)
        return _edit(body, model, cap_tokens)

    def whole_usage(self, body: bytes) -> Usage | None:
        """Usage of a complete answer."""
        try:
            whole = _told.decode(body)
        except UNREADABLE as error:
            again = reread(_told, body)
            if again is None:
                raise UpstreamError("the upstream's answer is not a JSON object") from error
            whole = again
        if bytes(whole.error) not in _NOTHING and not whole.candidates:
            words = bytes(whole.error)[:500].decode(errors="replace")
            raise UpstreamError(f"the upstream answered with an error: {words}")
        told = whole.usage_metadata
        return read_usage(told) if told is not None and is_told(told) else None

    def tap(self, peek: Peek) -> GoogleGenerateTap:
        """A tap; nothing is withheld."""
        return GoogleGenerateTap(peek.answers)

    def error_event(self, body: bytes) -> bytes:
        """An in-band error."""
        return b"data: %b\n\n" % body


class GoogleGenerateTap(StreamTap):
    """Reads a stream of chunks; a reason to finish is no end, for usage may follow it."""

    _names = (b'"text":',)

    def __init__(self, answers: int = 1) -> None:
        super().__init__()
        self._left = answers
        self._finished: set[int] = set()

    def _read(self, event: bytes) -> bytes:
        payload = event_data(event)
        if not payload:
            return event
        try:
            told = _told.decode(payload)
        except UNREADABLE:
            again = reread(_told, payload)
            if again is None:
                check_json(payload)
                return event
            told = again
        if bytes(told.error) not in _NOTHING:
            self.error = bytes(told.error)
        for candidate in told.candidates or ():
            if candidate.finish_reason:
                self._finished.add(candidate.index or 0)
            if candidate.content is not None and any(map(_says, candidate.content.parts or ())):
                self.tokens += 1
        blocked = told.prompt_feedback
        if blocked is not None and blocked.block_reason:
            self._left = 0
        if told.usage_metadata is not None and is_told(told.usage_metadata):
            usage, before = read_usage(told.usage_metadata), self.usage
            both = usage.input_tokens and usage.output_tokens
            self.usage = usage if both or before is None else usage.after(before)
        return event

    def flush(self) -> bytes:
        """The stream has ended; only now is a finished answer known to be whole."""
        rest = super().flush()
        self.done = self.complete() and not self.error
        return rest

    def complete(self) -> bool:
        """Whole when each answer came with a reason to finish, or the prompt was blocked."""
        return len(self._finished) >= self._left


def _says(part: wire.ToldPart) -> bool:
    return bool(part.text) or part.function_call is not None


def _wanted(request: _Request) -> tuple[int | None, int]:
    """Cap and number of answers, under whichever names they stand.

    Raises:
        InvalidRequest: they stand under both, and nobody knows which one counts.
    """
    config = _one(bytes(request.generationConfig), bytes(request.generation_config), _TWINS[0])
    if config is None:
        return None, 1
    found, twin = _config.decode(config), _snake.decode(config)
    cap = _one(found.max_output_tokens, twin.max_output_tokens, _TWINS[1])
    answers = _one(found.candidate_count, twin.candidate_count, _TWINS[2])
    if cap is not None and cap < 1:
        place = "generationConfig.maxOutputTokens"
        raise InvalidRequest(f"{place}: must be at least 1, got {cap}", param=place)
    return cap, max(answers or 1, 1)


def _one(first: _T, second: _T, twins: tuple[str, str]) -> _T | None:
    first_is_there, second_is_there = _is_there(first), _is_there(second)
    if first_is_there and second_is_there:
        raise InvalidRequest(
            f"{twins[0]}: is given a second time as {twins[1]}; send it once", param=twins[0]
        )
    if first_is_there:
        return first
    return second if second_is_there else None


def _is_there(value: bytes | int | None) -> bool:
    return value is not None and value not in {b"", b"null"}


def _edit(body: bytes, model: str, cap_tokens: int | None) -> bytes:
    if not plain(body, _NAMES):
        body = _once(body)
    if _MODEL.search(body) is not None:
        body = _renamed(body, model)
    return body if cap_tokens is None else _capped(body, cap_tokens)


def _once(body: bytes) -> bytes:
    """The body with every name once, at the top level and in the configuration."""
    fields = _object.decode(body)
    for name in _TWINS[0]:
        if name in fields and bytes(fields[name]) != b"null":
            fields[name] = Raw(set_fields(bytes(fields[name]), {}))
    return _encode(fields)


def _renamed(body: bytes, model: str) -> bytes:
    """Bodies that name the model themselves must agree with the path."""
    fields = _object.decode(body)
    changed: dict[str, object] = {}
    if "model" in fields:
        changed["model"] = f"models/{model}"
    for name in ("generateContentRequest", "generate_content_request"):
        if name in fields:
            changed[name] = Raw(_renamed(bytes(fields[name]), model))
    if bytes(fields.get("requests", Raw())).lstrip()[:1] == b"[":
        requests = _list.decode(fields["requests"])
        changed["requests"] = [Raw(_renamed(bytes(one), model)) for one in requests]
    return set_fields(body, changed) if changed else body


def _capped(body: bytes, cap_tokens: int) -> bytes:
    fields = _object.decode(body)
    for name in _TWINS[0]:
        if name in fields and bytes(fields[name]) != b"null":
            config = _object.decode(fields[name])
            for twin in _TWINS[1]:
                config.pop(twin, None)
            config["maxOutputTokens"] = Raw(b"%d" % cap_tokens)
            return set_fields(body, {name: config})
    return put_field(body, "generationConfig", {"maxOutputTokens": cap_tokens})
