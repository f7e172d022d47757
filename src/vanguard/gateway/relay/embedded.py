"""Embeddings between OpenAI's API and the bodies of Bedrock's embedding models.

It does not know connections. Bodies: Bedrock user guide, Titan Text Embeddings and Cohere Embed (2026-11).
Titan takes one text a call.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw

from vanguard.core.errors import (
    InvalidRequest,
    UnsupportedFeature,
    UpstreamError,
)
from vanguard.core.usage import Usage
from vanguard.dialects.odd_usage import reread
from vanguard.gateway.exchange import Exchange
from vanguard.gateway.relay.whole import WholeRelay
from vanguard.snapshot.model import Deployment

_COHERE_TEXTS = 96
_encode = msgspec.json.Encoder().encode


class _Asked(msgspec.Struct):
    """Any of the three APIs' requests."""

    input: str | list[str] | None = None
    input_text: str | None = msgspec.field(default=None, name="inputText")
    texts: list[str] | None = None
    dimensions: int | None = None
    output_dimension: int | None = None
    encoding_format: str | None = None


class _Row(msgspec.Struct):
    embedding: list[float]


class _Tokens(msgspec.Struct):
    prompt_tokens: int | None = None


class _Told(msgspec.Struct):
    """Any of the three APIs' answers."""

    data: list[_Row] | None = None
    usage: _Tokens | None = None
    embedding: list[float] | None = None
    count: int | None = msgspec.field(default=None, name="inputTextTokenCount")
    embeddings: list[list[float]] | dict[str, Raw] | None = None


_asked = msgspec.json.Decoder(_Asked)
_told = msgspec.json.Decoder(_Told)
_vectors = msgspec.json.Decoder(list[list[float]])


class EmbeddedRelay(WholeRelay):
    """One attempt at embeddings."""

    def __init__(self, exchange: Exchange, deployment: Deployment) -> None:
        super().__init__(exchange, deployment)
        try:
            self._asked = _asked.decode(exchange.body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise InvalidRequest(f"only texts can be carried to this model: {error}") from error

    def request_body(self) -> bytes:
        """The texts, as the upstream wants them.

        Raises:
            UnsupportedFeature: several texts, and a model that takes one.
        """
        asked, model = self._asked, self._deployment.model
        texts = _texts(asked)
        dimensions = asked.dimensions or asked.output_dimension
        if self._deployment.aws is None:
            body: dict[str, object] = {"model": model, "input": texts}
            return _encode(body | ({"dimensions": dimensions} if dimensions else {}))
        if asked.encoding_format not in {None, "float"}:
            self._losses.lose("encoding_format")
        if "cohere" in model.lower():
            if len(texts) > _COHERE_TEXTS:
                raise UnsupportedFeature(
                    f"input: this model takes {_COHERE_TEXTS} texts a call", param="input"
                )
            body = {"texts": texts, "input_type": "search_document"}
            return _encode(body | ({"output_dimension": dimensions} if dimensions else {}))
        if len(texts) > 1:
            raise UnsupportedFeature("input: this model takes one text a call", param="input")
        body = {"inputText": texts[0]}
        return _encode(body | ({"dimensions": dimensions} if dimensions else {}))

    def whole(self, body: bytes) -> bytes:
        """The vectors in the client's words."""
        try:
            told = _told.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            again = reread(_told, body)
            if again is None:
                raise UpstreamError("the upstream's answer is not a list of vectors") from error
            told = again
        vectors = _vectors_of(told)
        count = told.count if told.usage is None else told.usage.prompt_tokens
        self._usage = None if count is None else Usage(input_tokens=count)
        asked = self._asked
        if asked.input_text is not None:
            return _encode({"embedding": vectors[0], "inputTextTokenCount": count or 0})
        if asked.texts is not None:
            return _encode(
                {
                    "id": self._exchange.id,
                    "response_type": "embeddings_floats",
                    "embeddings": vectors,
                    "texts": asked.texts,
                }
            )
        rows = [
            {"object": "embedding", "index": index, "embedding": vector}
            for index, vector in enumerate(vectors)
        ]
        usage = {"prompt_tokens": count or 0, "total_tokens": count or 0}
        model = self._exchange.peek.model
        return _encode({"object": "list", "data": rows, "model": model, "usage": usage})


def _texts(asked: _Asked) -> list[str]:
    if asked.input_text is not None:
        return [asked.input_text]
    texts = asked.texts if asked.texts is not None else asked.input
    texts = [texts] if isinstance(texts, str) else texts
    if not texts:
        raise InvalidRequest("input: there is no text to embed", param="input")
    return texts


def _vectors_of(told: _Told) -> list[list[float]]:
    if told.data is not None:
        vectors = [row.embedding for row in told.data]
    elif told.embedding is not None:
        vectors = [told.embedding]
    elif isinstance(told.embeddings, dict):
        vectors = _vectors.decode(told.embeddings.get("float", Raw(b"[]")))
    else:
        vectors = told.embeddings or []
    if not vectors:
        raise UpstreamError("the upstream's answer holds no vector")
    return vectors
