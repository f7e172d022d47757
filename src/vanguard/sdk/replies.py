"""Reads what the server answers into values.

It does not know how answers arrive; time is given to it.
"""

from __future__ import annotations

import math
from typing import Any, TypeVar

import msgspec

from vanguard.core.errors import UpstreamError, UpstreamTruncated
from vanguard.core.usage import Usage
from vanguard.sdk.errors import read_error
from vanguard.sdk.values import (
    ChatReply,
    Delta,
    Embeddings,
    ModelInfo,
    Timings,
    Token,
    ToolCall,
    UsageGroup,
    UsageReport,
    UsageSums,
)
from vanguard.wire.sse import event_data

T = TypeVar("T")


class _Details(msgspec.Struct):
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None
    completion_tokens_details: _Details | None = None

    def neutral(self) -> Usage:
        prompt = self.prompt_tokens_details or _Details()
        completion = self.completion_tokens_details or _Details()
        return Usage(
            input_tokens=self.prompt_tokens or 0,
            output_tokens=self.completion_tokens or 0,
            cache_read_tokens=prompt.cached_tokens or 0,
            reasoning_tokens=completion.reasoning_tokens or 0,
        )


class _Function(msgspec.Struct):
    name: str | None = None
    arguments: str | None = None


class _Call(msgspec.Struct):
    index: int = 0
    id: str | None = None
    function: _Function | None = None


class _Text(msgspec.Struct):
    """A whole message or a piece of one."""

    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None


class _Token(msgspec.Struct):
    token: str = ""
    logprob: float | None = None
    bytes: list[int] | None = None

    def neutral(self) -> Token:
        whole = self.bytes is not None and all(0 <= one < 256 for one in self.bytes)
        told = -math.inf if self.logprob is None else self.logprob
        return Token(self.token, told, bytes(self.bytes or ()) if whole else None)


class _Logprobs(msgspec.Struct):
    content: list[_Token] | None = None


class _Choice(msgspec.Struct):
    index: int = 0
    message: _Text | None = None
    delta: _Text | None = None
    finish_reason: str | None = None
    logprobs: _Logprobs | None = None


class _Chunk(msgspec.Struct):
    id: str = ""
    model: str = ""
    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    error: dict[str, Any] | None = None


class _Vector(msgspec.Struct):
    index: int
    embedding: tuple[float, ...]


class _Vectors(msgspec.Struct):
    data: list[_Vector]
    model: str = ""
    usage: _Usage | None = None


class _Named(msgspec.Struct):
    id: str


class _Names(msgspec.Struct):
    data: list[_Named]


class _Groups(msgspec.Struct):
    data: list[dict[str, Any]]
    total: UsageSums


def read(body: bytes, kind: type[T]) -> T:
    """Decodes an answer.

    Raises:
        UpstreamError: it is not what was asked for, so perhaps no Vanguard answers there.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError as error:
        raise UpstreamError(f"the answer is not what this client expects: {error}") from error


class Collector:
    """Reads one chat answer, streamed or whole, and keeps what it said. Times are seconds."""

    def __init__(self, began_s: float, request_id: str = "") -> None:
        """Begins an answer that was asked for at `began_s` of the clock that later times are of."""
        self.request_id = request_id
        self._began_s = began_s
        self._first_s: float | None = None
        self._id = self._model = self._finish_reason = ""
        self._texts: list[Delta] = []
        self._calls: dict[int, ToolCall] = {}
        self._tokens: list[Token] = []
        self._usage: Usage | None = None
        self._done = False

    def event(self, raw: bytes, now_s: float) -> Delta | None:
        """Reads one raw server-sent event; returns the text it adds, if any.

        Raises:
            VanguardError: the server ended the stream with this error.
        """
        data = event_data(raw)
        if not data:
            return None
        if data == b"[DONE]":
            self._done = True
            return None
        chunk = read(data, _Chunk)
        if chunk.error is not None:
            raise read_error(500, data, request_id=self.request_id)
        return self._take(chunk, now_s)

    def whole(self, body: bytes, now_s: float) -> ChatReply:
        """Reads a whole answer."""
        self._take(read(body, _Chunk), now_s)
        self._first_s = None
        return self.reply(now_s)

    def end(self, now_s: float) -> ChatReply:
        """The stream ended.

        Raises:
            UpstreamTruncated: the answer had not.
        """
        if not (self._done or self._finish_reason):
            error = UpstreamTruncated("the connection ended before the answer did")
            error.request_id = self.request_id
            raise error
        return self.reply(now_s)

    def reply(self, now_s: float) -> ChatReply:
        """What has come so far."""
        return ChatReply(
            text="".join(delta.text for delta in self._texts),
            model=self._model,
            timings=self._timings(now_s),
            finish_reason=self._finish_reason,
            usage=self._usage,
            reasoning="".join(delta.reasoning for delta in self._texts),
            refusal="".join(delta.refusal for delta in self._texts),
            tool_calls=tuple(self._calls[index] for index in sorted(self._calls)),
            id=self._id,
            request_id=self.request_id,
            tokens=tuple(self._tokens),
        )

    def _take(self, chunk: _Chunk, now_s: float) -> Delta | None:
        self._id = chunk.id or self._id
        self._model = chunk.model or self._model
        if chunk.usage is not None:
            self._usage = chunk.usage.neutral()
        choice = next((one for one in chunk.choices or () if one.index == 0), None)
        if choice is None:
            return None
        self._finish_reason = choice.finish_reason or self._finish_reason
        if choice.logprobs is not None:
            self._tokens += [token.neutral() for token in choice.logprobs.content or ()]
        text = choice.message or choice.delta or _Text()
        for call in text.tool_calls or ():
            self._add_call(call)
        reasoning = text.reasoning_content or text.reasoning or ""
        delta = Delta(text.content or "", reasoning, text.refusal or "")
        if self._first_s is None and (delta != Delta() or text.tool_calls):
            self._first_s = now_s
        if delta == Delta():
            return None
        self._texts.append(delta)
        return delta

    def _add_call(self, piece: _Call) -> None:
        index = piece.index
        if piece.index in self._calls and piece.id and piece.id != self._calls[index].id:
            index = len(self._calls)  # whole answers, and some servers, give no index
        known = self._calls.get(index, ToolCall("", "", ""))
        function = piece.function or _Function()
        self._calls[index] = ToolCall(
            id=piece.id or known.id,
            name=known.name + (function.name or ""),
            arguments=known.arguments + (function.arguments or ""),
        )

    def _timings(self, now_s: float) -> Timings:
        total_s = now_s - self._began_s
        tokens = self._usage.output_tokens if self._usage else 0
        if self._first_s is None:
            rate = tokens / total_s if tokens and total_s > 0 else None
            return Timings(total_ms=total_s * 1000, tokens_per_s=rate)
        rest_s = now_s - self._first_s
        return Timings(
            total_ms=total_s * 1000,
            first_token_ms=(self._first_s - self._began_s) * 1000,
            tokens_per_s=(tokens - 1) / rest_s if tokens > 1 and rest_s > 0 else None,
        )


def read_embeddings(body: bytes) -> Embeddings:
    """Vectors in the order of their texts."""
    found = read(body, _Vectors)
    ordered = sorted(found.data, key=lambda vector: vector.index)
    usage = found.usage.neutral() if found.usage else None
    return Embeddings(tuple(vector.embedding for vector in ordered), found.model, usage)


def read_model_names(body: bytes) -> tuple[ModelInfo, ...]:
    """Models of which only the names are told."""
    return tuple(ModelInfo(model.id) for model in read(body, _Names).data)


def read_usage(body: bytes) -> UsageReport:
    """Usage, with each group's values apart from its sums."""
    found = read(body, _Groups)
    sums = UsageSums.__struct_fields__
    groups = []
    for row in found.data:
        values = {name: value for name, value in row.items() if name not in sums}
        counted = {name: value for name, value in row.items() if name in sums}
        groups.append(
            UsageGroup(
                {name: None if value is None else str(value) for name, value in values.items()},
                msgspec.convert(counted, UsageSums),
            )
        )
    return UsageReport(tuple(groups), found.total)
