"""Whose refusal it is, and what it means."""

import json

import pytest

from support.sagemaker import broken, model_error, part, read_model_error
from vanguard.core.errors import (
    UpstreamError,
    UpstreamTimeout,
    UpstreamTruncated,
    UpstreamUnavailable,
)
from vanguard.dialects.sagemaker.errors import read_refusal, stream_failure
from vanguard.wire.event_stream import encode, read_frame


def test_a_containers_refusal_is_its_own() -> None:
    body = model_error(400, '{"error": {"message": "too long"}}')
    told = read_model_error(body)
    assert told["OriginalStatusCode"] == 400  # botocore reads the same members
    refusal = read_refusal(424, json.dumps(body).encode())
    assert (refusal.status, refusal.body) == (400, told["OriginalMessage"].encode())


@pytest.mark.parametrize("body", [b"{}", b"<html>", b'{"OriginalStatusCode": 200}', b"\xff"])
def test_a_container_that_does_not_say_has_failed(body: bytes) -> None:
    assert read_refusal(424, body).status == 500
    assert read_refusal(424, body).body == b""


@pytest.mark.parametrize(
    ("status", "kind", "meant"),
    [
        (400, "ThrottlingException", 429),
        (429, "ModelNotReadyException", 503),
        (530, "", 503),
        (400, "ExpiredTokenException:http://internal.amazon.com/", 403),
        (400, "com.amazonaws#UnrecognizedClientException", 403),
        (503, "ServiceUnavailable", 503),
        (500, "", 500),
        (400, "ValidationError", 400),
    ],
)
def test_awss_own_types(status: int, kind: str, meant: int) -> None:
    assert read_refusal(status, b'{"Message": "m"}', kind).status == meant
    assert read_refusal(status, b'{"message": "m", "__type": "%b"}' % kind.encode()).status == meant


def test_a_missing_endpoint_is_no_fault_of_the_client_and_its_account_nobodys_business() -> None:
    refusal = read_refusal(
        400, b'{"Message": "Endpoint e of account 123456789012 not found."}', "ValidationError"
    )
    assert refusal.status == 503
    assert "123456789012" not in refusal.words
    assert "Endpoint e of account" in refusal.words


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        (broken("ModelStreamError", "m", ErrorCode="StreamBroken"), UpstreamTruncated),
        (broken("ModelStreamError", "m", ErrorCode="ModelInvocationTimeExceeded"), UpstreamTimeout),
        (broken("ModelStreamError", "m"), UpstreamError),
        (broken("InternalStreamFailure", "m"), UpstreamUnavailable),
        (encode({":message-type": "exception", ":exception-type": "m"}, b"?"), UpstreamError),
    ],
)
def test_errors_within_a_stream(frame: bytes, kind: type[UpstreamError]) -> None:
    error = stream_failure(read_frame(frame))
    assert type(error) is kind
    assert error.message == "the model's endpoint broke off: m"
    assert error.quotes


def test_an_error_of_the_transport_and_no_error() -> None:
    headers = {":message-type": "error", ":error-code": "c", ":error-message": "m"}
    error = stream_failure(read_frame(encode(headers, b"")))
    assert error is not None
    assert error.message.endswith("(500): c: m")
    assert stream_failure(read_frame(part(b"x"))) is None
