"""The embeddings server: OpenAI's `/v1/embeddings` in front of the encoder.

It does not know sockets or processes; `engines.listener` serves it.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import msgspec
import numpy as np
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from vanguard.core.errors import (
    InternalError,
    InvalidRequest,
    MethodNotAllowed,
    ModelNotFound,
    NotReady,
    RequestTooLarge,
    RouteNotFound,
    UnsupportedFeature,
    VanguardError,
)
from vanguard.serving.engines.encoder import DIMENSIONS, Encoder, Tokens, Vectors

MAX_BODY_BYTES = 8 * 1024 * 1024
MAX_INPUTS = 2_048
MAX_REQUEST_TOKENS = 300_000
MAX_WAITING = 64
_CHARS_PER_TOKEN = 64  # more than any language needs: what is longer is not even tokenised
_SLICE_TOKENS = 4_096  # the worker turns to the next request after this many

Input = str | list[str | int | list[int]]


class EmbeddingsRequest(msgspec.Struct, frozen=True):
    """The body, as OpenAI defines it."""

    model: str
    input: Input
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = None


class Embedding(msgspec.Struct, frozen=True):
    """One vector of the answer."""

    index: int
    embedding: list[float] | str
    object: str = "embedding"


class Usage(msgspec.Struct, frozen=True):
    """Tokens that the model read, begin and end marks of each text included."""

    prompt_tokens: int
    total_tokens: int


class EmbeddingsReply(msgspec.Struct, frozen=True):
    """The answer."""

    model: str
    data: list[Embedding]
    usage: Usage
    object: str = "list"


_decoder = msgspec.json.Decoder(EmbeddingsRequest)


class EmbeddingsApi:
    """Routes over one encoder, which one thread of its own serves."""

    def __init__(self, name: str, encoder: Encoder, context_tokens: int) -> None:
        self._name = name
        self._encoder = encoder
        self._context_tokens = context_tokens
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder")
        self._open = 0

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/v1/embeddings", self.embeddings, methods=["POST"]),
                Route("/v1/models", self.models),
                Route("/health", self.health),
            ],
            exception_handlers={
                HTTPException: _wrong_route,
                VanguardError: _refusal,
                ClientDisconnect: _gone,
                Exception: _refusal,
            },
        )

    def close(self) -> None:
        """Lets the thread go."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    async def health(self, _: Request) -> Response:
        """Whether the server stands."""
        return _json({"status": "ok"})

    async def models(self, _: Request) -> Response:
        """The one model."""
        row = {"id": self._name, "object": "model", "created": 0, "owned_by": "vanguard"}
        return _json({"object": "list", "data": [row]})

    async def embeddings(self, request: Request) -> Response:
        """Vectors for one text or a list of them."""
        if self._open >= MAX_WAITING:
            raise NotReady("too many embedding requests are waiting; try again", retry_after_s=1)
        self._open += 1
        try:
            return await self._embed(request)
        finally:
            self._open -= 1

    async def _embed(self, request: Request) -> Response:
        asked = _parse(await _body(request))
        texts = self._check(asked)
        loop = asyncio.get_running_loop()
        tokens = await loop.run_in_executor(self._worker, self._tokenize, texts)
        data: list[Embedding] = []
        for part in _slices(tokens):
            if await request.is_disconnected():
                raise ClientDisconnect
            vectors = await loop.run_in_executor(self._worker, self._encoder.encode, part)
            for vector in _rendered(vectors, asked.encoding_format):
                data.append(Embedding(len(data), vector))
        count = sum(map(len, tokens))
        return _json(EmbeddingsReply(self._name, data, Usage(count, count)))

    def _check(self, asked: EmbeddingsRequest) -> list[str]:
        if asked.model != self._name:
            raise ModelNotFound(f"this server has {self._name}, not {asked.model}", param="model")
        if asked.dimensions not in {None, DIMENSIONS}:
            raise UnsupportedFeature(
                f"{self._name} has {DIMENSIONS} dimensions and cannot be shortened",
                param="dimensions",
            )
        inputs = [asked.input] if isinstance(asked.input, str) else asked.input
        if not inputs:
            raise InvalidRequest("input must not be an empty list", param="input")
        if not all(isinstance(text, str) for text in inputs):
            raise UnsupportedFeature(
                "token arrays are numbered by another vocabulary; send input as text", param="input"
            )
        if len(inputs) > MAX_INPUTS:
            raise InvalidRequest(
                f"input has {len(inputs)} texts, at most {MAX_INPUTS} are taken", param="input"
            )
        texts = [str(text) for text in inputs]
        for index, text in enumerate(texts):
            if not text:
                raise InvalidRequest(f"input[{index}] must not be empty", param="input")
            if len(text) > self._context_tokens * _CHARS_PER_TOKEN:
                raise InvalidRequest(
                    f"input[{index}] has {len(text)} characters; split it", param="input"
                )
        return texts

    def _tokenize(self, texts: list[str]) -> list[Tokens]:
        tokenized: list[Tokens] = []
        total = 0
        for index, text in enumerate(texts):
            try:
                tokens = self._encoder.tokenize(text)
            except UnicodeEncodeError as error:
                raise InvalidRequest(
                    f"input[{index}] is not Unicode: {error}", param="input"
                ) from error
            if len(tokens) > self._context_tokens:
                raise InvalidRequest(
                    f"input[{index}] has {len(tokens)} tokens, at most {self._context_tokens} are "
                    "read; split it",
                    param="input",
                )
            total += len(tokens)
            if total > MAX_REQUEST_TOKENS:
                raise InvalidRequest(
                    f"input has more than {MAX_REQUEST_TOKENS} tokens; send it in several requests",
                    param="input",
                )
            tokenized.append(tokens)
        return tokenized


def _slices(tokens: list[Tokens]) -> Iterator[list[Tokens]]:
    part: list[Tokens] = []
    count = 0
    for text in tokens:
        if part and count + len(text) > _SLICE_TOKENS:
            yield part
            part, count = [], 0
        part.append(text)
        count += len(text)
    if part:
        yield part


def _rendered(vectors: Vectors, encoding: str) -> Iterator[list[float] | str]:
    """Each vector as numbers, or as base64 of little-endian 32-bit floats."""
    if encoding == "base64":
        for vector in vectors:
            yield base64.b64encode(vector.astype("<f4").tobytes()).decode()
    else:  # nine decimals: half the bytes of all, and as good as 32 bits
        yield from np.round(vectors.astype(np.float64), 9).tolist()


def _parse(body: bytes) -> EmbeddingsRequest:
    try:
        return _decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"the body is not an embeddings request: {error}") from error


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise RequestTooLarge(f"the body has more than {MAX_BODY_BYTES} bytes")
    return bytes(body)


def _json(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(value), status, headers, "application/json")


async def _refusal(_: Request, error: Exception) -> Response:
    if not isinstance(error, VanguardError):
        error = InternalError("the embedder failed; the log has the details")
    kind = "invalid_request_error" if error.status < 500 else "server_error"
    fault = {"message": error.message, "type": kind, "param": error.param, "code": error.code}
    headers = {"Retry-After": f"{error.retry_after_s:.0f}"} if error.retry_after_s else None
    return _json({"error": fault}, error.status, headers)


async def _wrong_route(request: Request, error: Exception) -> Response:
    what = f"{request.method} {request.url.path}"
    if isinstance(error, HTTPException) and error.status_code == 405:
        return await _refusal(request, MethodNotAllowed(f"{what}: another method is needed"))
    return await _refusal(request, RouteNotFound(f"{what}: no such path"))


async def _gone(_: Request, __: Exception) -> Response:
    """Nobody reads this."""
    return Response(status_code=499)
