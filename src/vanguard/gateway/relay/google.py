"""Counts and embeddings between Google's API and the others.

It does not know connections. Bodies: Gemini API reference, countTokens and embedContent; Anthropic API
reference, count_tokens; OpenAI API reference, embeddings (2026-11).
"""

from __future__ import annotations

import base64
import struct

import msgspec
from msgspec import Raw

from vanguard.core.errors import InvalidRequest, UnsupportedFeature, UpstreamError
from vanguard.core.usage import Usage
from vanguard.dialects.anthropic_messages import AnthropicMessages
from vanguard.dialects.conversation import Conversation
from vanguard.dialects.framing import FRAMED
from vanguard.dialects.odd_usage import reread
from vanguard.dialects.registry import DIALECTS
from vanguard.gateway.exchange import Exchange
from vanguard.gateway.google.doors import GOOGLE, GoogleDoor
from vanguard.gateway.relay.contract import Relay
from vanguard.gateway.relay.whole import WholeRelay
from vanguard.snapshot.model import Deployment
from vanguard.wire import google_generate as wire

_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_object = msgspec.json.Decoder(dict[str, Raw])
_encode = msgspec.json.Encoder().encode


def google_relay(exchange: Exchange, deployment: Deployment) -> Relay:
    """A relay for one attempt at a count or at embeddings, one side of which is Google's.

    Raises:
        RequestError: the request cannot be read, or the upstream cannot carry it.
    """
    if deployment.aws is not None or exchange.door.dialect in FRAMED:
        raise UnsupportedFeature(
            f"{exchange.door.operation}: cannot be carried between Google's API and Bedrock's"
        )
    if exchange.door.operation == "count_tokens":
        if exchange.door.dialect == GOOGLE:
            return _AskedByGoogle(exchange, deployment)
        return _AskedOfGoogle(exchange, deployment)
    if exchange.door.dialect == GOOGLE:
        return _EmbeddedForGoogle(exchange, deployment)
    return _EmbeddedByGoogle(exchange, deployment)


class _Count(msgspec.Struct):
    """A count in either's words."""

    googles: int | None = msgspec.field(default=None, name="totalTokens")
    anthropics: int | None = msgspec.field(default=None, name="input_tokens")


_count = msgspec.json.Decoder(_Count)


def _counted(body: bytes) -> int:
    try:
        told = _count.decode(body)
    except _UNREADABLE as error:
        raise UpstreamError("the upstream's answer is not a count") from error
    count = told.anthropics if told.googles is None else told.googles
    if count is None:
        raise UpstreamError("the upstream's answer holds no count")
    return count


class _AskedByGoogle(WholeRelay):
    """A Google client's count at `/messages/count_tokens`, whatever else the upstream speaks."""

    def request_body(self) -> bytes:
        """Anthropic's body."""
        conversation = _to_count(self._exchange.body)
        named = msgspec.structs.replace(conversation, model=self._deployment.model)
        fields = _object.decode(AnthropicMessages().write_request(named, self._losses))
        fields.pop("max_tokens", None)
        return _encode(fields)

    def whole(self, body: bytes) -> bytes:
        """Google's words."""
        return _encode({"totalTokens": _counted(body)})


class _AskedOfGoogle(WholeRelay):
    """An Anthropic client's count at `:countTokens`."""

    def request_body(self) -> bytes:
        """Google's body, with all that is counted in it."""
        model = self._deployment.model
        conversation = AnthropicMessages().read_count_request(self._exchange.body)
        named = msgspec.structs.replace(conversation, model=model)
        request = _object.decode(DIALECTS[GOOGLE].write_request(named, self._losses))
        if "/publishers/" in self._deployment.base_url:
            # at Vertex, system and tools stand beside the contents
            return _encode(request)
        name = Raw(_encode(f"models/{model}"))
        return _encode({"generateContentRequest": {"model": name, **request}})

    def whole(self, body: bytes) -> bytes:
        """Anthropic's words."""
        return _encode({"input_tokens": _counted(body)})


def _to_count(body: bytes) -> Conversation:
    try:
        asked = msgspec.json.decode(wire.tidy(body), type=wire.CountRequest)
    except _UNREADABLE as error:
        raise InvalidRequest(f"the body is not valid JSON: {error}") from error
    inner = asked.generate_content_request
    # at Vertex, system and tools stand beside the contents
    return DIALECTS[GOOGLE].read_request(
        body if isinstance(inner, msgspec.UnsetType) else bytes(inner)
    )


class _ToEmbed(msgspec.Struct, rename="camel"):
    """One text that Google shall embed."""

    content: wire.Content
    output_dimensionality: int | None = None
    task_type: str | None = None
    title: str | None = None


class _Batch(msgspec.Struct):
    requests: list[_ToEmbed]


class _Row(msgspec.Struct):
    embedding: list[float]
    index: int = 0


class _Tokens(msgspec.Struct):
    prompt_tokens: int | None = None


class _Rows(msgspec.Struct):
    """OpenAI's answer."""

    data: list[_Row]
    usage: _Tokens | None = None


_one = msgspec.json.Decoder(_ToEmbed)
_batch = msgspec.json.Decoder(_Batch)
_rows = msgspec.json.Decoder(_Rows)


class _EmbeddedForGoogle(WholeRelay):
    """A Google client's texts at an upstream of OpenAI's dialect."""

    def request_body(self) -> bytes:
        """OpenAI's body."""
        try:
            tidied = wire.tidy(self._exchange.body)
            batch = self._batched()
            asked = _batch.decode(tidied).requests if batch else [_one.decode(tidied)]
        except _UNREADABLE as error:
            raise InvalidRequest(f"only texts can be carried to this model: {error}") from error
        if not asked:
            raise InvalidRequest("requests: there is no text to embed", param="requests")
        body: dict[str, object] = {
            "model": self._deployment.model,
            "input": [_text(one.content) for one in asked],
        }
        sizes = {one.output_dimensionality for one in asked}
        if len(sizes) > 1:
            place = "requests[1].outputDimensionality"
            raise UnsupportedFeature(f"{place}: differs from the first one's", param=place)
        if size := sizes.pop():
            body["dimensions"] = size
        for name, wanted in (("taskType", "task_type"), ("title", "title")):
            if any(getattr(one, wanted) for one in asked):
                self._losses.lose(name)
        return _encode(body)

    def whole(self, body: bytes) -> bytes:
        """Google's words."""
        try:
            told = _rows.decode(body)
        except _UNREADABLE as error:
            again = reread(_rows, body)
            if again is None:
                raise UpstreamError("the upstream's answer is not a list of vectors") from error
            told = again
        if not told.data:
            raise UpstreamError("the upstream's answer holds no vector")
        if told.usage is not None and told.usage.prompt_tokens is not None:
            self._usage = Usage(told.usage.prompt_tokens)
        vectors = [
            {"values": row.embedding} for row in sorted(told.data, key=lambda one: one.index)
        ]
        return _encode({"embeddings": vectors} if self._batched() else {"embedding": vectors[0]})

    def _batched(self) -> bool:
        door = self._exchange.door
        return isinstance(door, GoogleDoor) and door.verb == "batchEmbedContents"


def _text(content: wire.Content) -> str:
    texts = [part.text for part in content.parts or ()]
    if not texts or None in texts:
        raise InvalidRequest(
            "content.parts: only texts can be carried to this model", param="content"
        )
    return "\n".join(text for text in texts if text is not None)


class _Asked(msgspec.Struct):
    """OpenAI's request."""

    input: str | list[str]
    dimensions: int | None = None
    encoding_format: str | None = None
    user: Raw = Raw()


class _Vector(msgspec.Struct):
    values: list[float]


class _Vectors(msgspec.Struct):
    """Google's answer."""

    embeddings: list[_Vector]


_asked = msgspec.json.Decoder(_Asked)
_vectors = msgspec.json.Decoder(_Vectors)


class _EmbeddedByGoogle(WholeRelay):
    """An OpenAI client's texts at `:batchEmbedContents`."""

    _base64 = False

    def request_body(self) -> bytes:
        """Google's body."""
        try:
            asked = _asked.decode(self._exchange.body)
        except _UNREADABLE as error:
            raise InvalidRequest(f"only texts can be carried to this model: {error}") from error
        self._base64 = asked.encoding_format == "base64"
        texts = [asked.input] if isinstance(asked.input, str) else asked.input
        if not texts:
            raise InvalidRequest("input: there is no text to embed", param="input")
        if bytes(asked.user) not in {b"", b"null"}:
            self._losses.lose("user")
        more = {} if asked.dimensions is None else {"outputDimensionality": asked.dimensions}
        name = f"models/{self._deployment.model}"
        requests = [
            {"model": name, "content": {"parts": [{"text": text}]}, **more} for text in texts
        ]
        return _encode({"requests": requests})

    def whole(self, body: bytes) -> bytes:
        """OpenAI's words; Google counts no tokens of these."""
        try:
            told = _vectors.decode(body).embeddings
        except _UNREADABLE as error:
            raise UpstreamError("the upstream's answer is not a list of vectors") from error
        rows = [
            {"object": "embedding", "index": index, "embedding": self._written(one.values)}
            for index, one in enumerate(told)
        ]
        model = self._exchange.peek.model
        usage = {"prompt_tokens": 0, "total_tokens": 0}
        return _encode({"object": "list", "data": rows, "model": model, "usage": usage})

    def _written(self, values: list[float]) -> list[float] | str:
        """A vector in the form that was asked for; OpenAI's SDKs ask for bytes."""
        if self._base64:
            return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()
        return values
