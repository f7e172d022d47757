"""Bedrock's own bytes, and botocore's reading of ours."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from functools import cache
from pathlib import Path
from typing import Any

from botocore.eventstream import EventStream
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import EventStreamJSONParser, RestJSONParser
from botocore.validate import ParamValidator

from support.upstream import Asked, Script, Write, whole
from vanguard.snapshot.model import Aws
from vanguard.wire.event_stream import encode
from vanguard.wire.sigv4 import Signable, matches, payload_hash, read_claim

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


def framed(
    frames: list[bytes],
    *,
    die: bool = False,
    pieces: int = 0,
    last_after: threading.Event | None = None,
) -> Script:
    """A script that answers with an event stream, in chunks of `pieces` bytes where told to.

    With `last_after` the last frame waits for it; `die` closes without the last chunk.
    """

    async def script(asked: Asked, write: Write) -> None:
        await write(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\n"
            b"x-amzn-requestid: aws-1\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        whole = b"".join(frames)
        cut = [whole[at : at + pieces] for at in range(0, len(whole), pieces)] if pieces else frames
        for number, piece in enumerate(cut, 1):
            if last_after is not None and number == len(cut):
                await asyncio.to_thread(last_after.wait, 10)
            await write(b"%x\r\n%b\r\n" % (len(piece), piece))
        if die:
            raise ConnectionAbortedError
        await write(b"0\r\n\r\n")

    return script


def refused(status: int, kind: str, message: str) -> Script:
    """A script that refuses as AWS does: the type in a header, the words in the body."""
    headers = {"x-amzn-errortype": f"{kind}:http://internal.amazon.com/", "x-amzn-requestid": "a"}
    return whole(status, {"message": message}, headers)


class Account:
    """Files with an account's key pair and with a master secret, and settings that name them."""

    KEYS = ("AKIAUPSTREAM00000001", "upstream/secret+key")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.master = self.file("aws.key", "the master secret")

    def file(self, name: str, text: str) -> str:
        path = self._folder / name
        path.write_text(text)
        return f"file:{path}"

    def resolve(self, reference: str) -> bytes:
        return Path(reference.removeprefix("file:")).read_bytes()

    def aws(self, **more: Any) -> Aws:
        """Settings of a deployment that is signed for."""
        first, second = self.KEYS
        return Aws(
            "eu-west-1",
            access_key_id=self.file("id", first),
            secret_access_key=self.file("secret", second),
            **more,
        )


def check_signature(
    asked: Asked, *, service: str = "bedrock", secret: str = Account.KEYS[1]
) -> str:
    """Whose signature an upstream got, after checking it; by our own checker, held to botocore's."""
    headers = {name.encode(): value.encode() for name, value in asked.headers.items()}
    claim = read_claim(headers)
    signable = Signable(
        asked.method, asked.path, "", list(headers.items()), payload_hash(asked.body)
    )
    assert matches(signable, claim, secret)
    assert claim.place.service == service
    return claim.access_key_id
