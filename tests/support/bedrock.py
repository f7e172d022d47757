"""Bedrock's own bytes, and botocore's reading of ours."""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import Any

from botocore.eventstream import EventStream
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import EventStreamJSONParser, RestJSONParser
from botocore.validate import ParamValidator

from vanguard.wire.event_stream import encode

USAGE = {
    "inputTokens": 20,
    "outputTokens": 7,
    "totalTokens": 127,
    "cacheReadInputTokens": 60,
    "cacheWriteInputTokens": 40,
    "cacheDetails": [{"ttl": "1h", "inputTokens": 10}, {"ttl": "5m", "inputTokens": 30}],
}
REPLY = {
    "output": {
        "message": {
            "role": "assistant",
            "content": [
                {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "c2VhbA=="}}},
                {"text": "Hello there"},
                {"toolUse": {"toolUseId": "t1", "name": "weather", "input": {"city": "Oslo"}}},
            ],
        }
    },
    "stopReason": "tool_use",
    "usage": USAGE,
    "metrics": {"latencyMs": 12},
}


def frame(kind: str, payload: dict[str, Any]) -> bytes:
    """An event as Bedrock sends it, its headers in Bedrock's order."""
    headers = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    return encode(headers, json.dumps(payload, separators=(",", ":")).encode())


def exception(kind: str, message: str, **more: object) -> bytes:
    """An exception in a stream."""
    headers = {
        ":exception-type": kind,
        ":content-type": "application/json",
        ":message-type": "exception",
    }
    return encode(headers, json.dumps({"message": message, **more}).encode())


def delta(index: int, value: dict[str, Any]) -> bytes:
    return frame("contentBlockDelta", {"contentBlockIndex": index, "delta": value, "p": "abcd"})


def stop(index: int) -> bytes:
    return frame("contentBlockStop", {"contentBlockIndex": index, "p": "ab"})


TOOL_START = {"toolUse": {"toolUseId": "t1", "name": "weather"}}
STREAM = [
    frame("messageStart", {"role": "assistant", "p": "abc"}),
    delta(0, {"reasoningContent": {"text": "hm"}}),
    delta(0, {"reasoningContent": {"signature": "c2VhbA=="}}),
    stop(0),
    delta(1, {"text": "Hello"}),
    delta(1, {"text": " there"}),
    stop(1),
    frame("contentBlockStart", {"contentBlockIndex": 2, "start": TOOL_START}),
    delta(2, {"toolUse": {"input": '{"city":'}}),
    delta(2, {"toolUse": {"input": '"Oslo"}'}}),
    stop(2),
    frame("messageStop", {"stopReason": "tool_use"}),
    frame("metadata", {"usage": USAGE, "metrics": {"latencyMs": 12}}),
]


def chunk(event: dict[str, Any] | bytes) -> bytes:
    """An event of Anthropic's as a chunk of InvokeModelWithResponseStream."""
    data = event if isinstance(event, bytes) else json.dumps(event).encode()
    return frame("chunk", {"bytes": base64.b64encode(data).decode(), "p": "abcdef"})


@cache
def service() -> ServiceModel:
    described = Loader().load_service_model("bedrock-runtime", "service-2")
    return ServiceModel(described, "bedrock-runtime")


class _Raw:
    """What botocore's reader wants of a connection."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def stream(self) -> list[bytes]:
        return [self._data]

    def close(self) -> None:
        pass


def read_stream(data: bytes, operation: str = "ConverseStream") -> list[dict[str, Any]]:
    """The events that a boto3 client would see.

    Raises:
        EventStreamError: an exception within the stream.
    """
    output = service().operation_model(operation).get_event_stream_output()
    return list(EventStream(_Raw(data), output, EventStreamJSONParser(), operation))


def read_reply(body: bytes, operation: str = "Converse") -> dict[str, Any]:
    """What a boto3 client would return."""
    shape = service().operation_model(operation).output_shape
    response = {"status_code": 200, "headers": {}, "body": body}
    parsed = RestJSONParser().parse(response, shape)
    assert isinstance(parsed, dict)
    return parsed


def check_request(body: bytes, operation: str = "Converse") -> dict[str, Any]:
    """The request, after botocore's own check of its types and members."""
    value = json.loads(body)
    shape = service().operation_model(operation).input_shape
    report = ParamValidator().validate({"modelId": "m", **value}, shape)
    assert not report.has_errors(), report.generate_report()
    unknown = set(value) - set(shape.members)
    assert not unknown, unknown
    return value
