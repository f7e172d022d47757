"""A SageMaker endpoint's own bytes, and botocore's reading and writing of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from botocore.eventstream import EventStream
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import EventStreamJSONParser, RestJSONParser
from botocore.serialize import create_serializer

from vanguard.wire.event_stream import encode

WHOLE, STREAM = "InvokeEndpoint", "InvokeEndpointWithResponseStream"


def part(data: bytes) -> bytes:
    """A piece of the container's bytes, as SageMaker sends it."""
    kind = "application/octet-stream"
    headers = {":event-type": "PayloadPart", ":content-type": kind, ":message-type": "event"}
    return encode(headers, data)


def parts(data: bytes, pieces: int) -> list[bytes]:
    """The container's bytes, a part for each `pieces` of them."""
    return [part(data[at : at + pieces]) for at in range(0, len(data), pieces)]


def broken(kind: str, message: str, **more: object) -> bytes:
    """An error in place of a part."""
    headers = {
        ":exception-type": kind,
        ":content-type": "application/json",
        ":message-type": "exception",
    }
    return encode(headers, json.dumps({"Message": message, **more}).encode())


def model_error(status: int, said: str) -> dict[str, object]:
    """The body of status 424: the container refused."""
    return {
        "ErrorCode": "CLIENT_ERROR_FROM_MODEL",
        "LogStreamArn": "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/x",
        "Message": f'Received client error ({status}) from primary with message "{said}"',
        "OriginalMessage": said,
        "OriginalStatusCode": status,
    }


@cache
def service() -> ServiceModel:
    described = Loader().load_service_model("sagemaker-runtime", "service-2")
    return ServiceModel(described, "sagemaker-runtime")


class _Raw:
    """What botocore's reader wants of a connection."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def stream(self) -> list[bytes]:
        return [self._data]

    def close(self) -> None:
        pass


def read_parts(frames: Sequence[bytes]) -> bytes:
    """The container's bytes as a boto3 program would join them.

    Raises:
        EventStreamError: an error in place of a part.
    """
    output = service().operation_model(STREAM).get_event_stream_output()
    read = EventStream(_Raw(b"".join(frames)), output, EventStreamJSONParser(), STREAM)
    return b"".join(event["PayloadPart"]["Bytes"] for event in read)


def read_model_error(body: dict[str, object]) -> dict[str, Any]:
    """The members that botocore finds in the body of status 424."""
    shape = service().shape_for("ModelError")
    response = {"status_code": 200, "headers": {}, "body": json.dumps(body).encode()}
    parsed = RestJSONParser().parse(response, shape)
    assert isinstance(parsed, dict)
    return parsed


def asked_by_botocore(operation: str, **parameters: object) -> tuple[str, dict[str, str]]:
    """Path and headers of the request that botocore writes, names in small letters."""
    made = create_serializer("rest-json").serialize_to_request(
        parameters, service().operation_model(operation)
    )
    return made["url_path"], {name.lower(): value for name, value in made["headers"].items()}
