"""Token counts between Anthropic's API and Bedrock's CountTokens.

It does not know connections. Bedrock counts the body of an InvokeModel or a Converse request (Bedrock runtime
API reference, CountTokens, 2026-11).
"""

from __future__ import annotations

import base64
import binascii

import msgspec
from msgspec import Raw

from vanguard.core.errors import InvalidRequest, UpstreamError
from vanguard.dialects.anthropic_messages import AnthropicMessages
from vanguard.dialects.bedrock_converse import BedrockConverse
from vanguard.dialects.bedrock_invoke.reframe import from_invoke, to_invoke
from vanguard.gateway.relay.whole import WholeRelay

# InvokeModel's body must name a cap, which counts for nothing
_CAP = Raw(b"1")


class _Invoke(msgspec.Struct):
    body: str


class _Input(msgspec.Struct):
    invoke_model: _Invoke | None = msgspec.field(default=None, name="invokeModel")
    converse: Raw = Raw()


class _Request(msgspec.Struct):
    input: _Input


class _Count(msgspec.Struct):
    anthropics: int | None = msgspec.field(default=None, name="input_tokens")
    bedrocks: int | None = msgspec.field(default=None, name="inputTokens")


_request = msgspec.json.Decoder(_Request)
_count = msgspec.json.Decoder(_Count)
_object = msgspec.json.Decoder(dict[str, Raw])
_encode = msgspec.json.Encoder().encode


class CountedRelay(WholeRelay):
    """One attempt at a count."""

    def request_body(self) -> bytes:
        """The body to count, as the upstream wants it."""
        ours, body = self._exchange.door.dialect == "bedrock_converse", self._exchange.body
        if self._deployment.aws is None:
            return self._anthropics(body)
        if ours:
            return body
        fields = _object.decode(to_invoke(body, "", self._losses))
        fields.setdefault("max_tokens", _CAP)
        data = base64.b64encode(_encode(fields)).decode()
        return _encode({"input": {"invokeModel": {"body": data}}})

    def _anthropics(self, body: bytes) -> bytes:
        """The body of `/messages/count_tokens` for what a Bedrock client wants counted."""
        model = self._deployment.model
        try:
            asked = _request.decode(body).input
            if asked.invoke_model is not None:
                data = base64.b64decode(asked.invoke_model.body, validate=True)
                fields = _object.decode(from_invoke(data, model, stream=False)[0])
                fields.pop("max_tokens", None)
                return _encode(fields)
        except (msgspec.MsgspecError, binascii.Error, UnicodeDecodeError) as error:
            raise InvalidRequest(f"input: {error}", param="input") from error
        if not bytes(asked.converse):
            raise InvalidRequest("input: holds neither invokeModel nor converse", param="input")
        conversation = BedrockConverse().read_request(bytes(asked.converse))
        named = msgspec.structs.replace(conversation, model=model)
        fields = _object.decode(AnthropicMessages().write_request(named, self._losses))
        fields.pop("max_tokens", None)
        return _encode(fields)

    def whole(self, body: bytes) -> bytes:
        """The count in the client's words."""
        try:
            count = _count.decode(body)
        except msgspec.MsgspecError as error:
            raise UpstreamError("the upstream's answer is not a count") from error
        tokens = count.anthropics if count.bedrocks is None else count.bedrocks
        if tokens is None:
            raise UpstreamError("the upstream's answer holds no count")
        ours = self._exchange.door.dialect == "bedrock_converse"
        return _encode({"inputTokens" if ours else "input_tokens": tokens})
