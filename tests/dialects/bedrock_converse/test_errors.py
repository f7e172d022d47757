"""The tables from our error tree to AWS's, and the reading of Bedrock's errors."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.exceptions import EventStreamError

from support.bedrock import exception, read_stream, service
from vanguard.core import errors
from vanguard.core.errors import VanguardError
from vanguard.dialects.bedrock_converse import errors as own
from vanguard.wire.event_stream import encode, read_frame


def every(kind: type[VanguardError]) -> Iterator[type[VanguardError]]:
    yield kind
    for one in kind.__subclasses__():
        yield from every(one)


ALL = [kind for kind in every(VanguardError) if kind.__module__ == errors.__name__]


def test_no_error_of_the_tree_is_missing_and_none_is_made_up() -> None:
    assert set(own.ERROR_TYPES) == set(ALL)
    assert set(own.ERROR_TYPES.values()) <= set(own.STATUSES)


def test_types_and_statuses_are_those_of_the_service() -> None:
    for shape in service().error_shapes:
        status = shape.metadata.get("error", {}).get("httpStatusCode")
        if shape.name in own.STATUSES and status is not None:
            assert own.STATUSES[shape.name] == status, shape.name
    names = {shape.name for shape in service().error_shapes}
    assert set(own.STATUSES) - names <= {"UnknownOperationException"}


@pytest.mark.parametrize("kind", ALL)
def test_an_error_within_a_stream_is_raised_by_botocore(kind: type[VanguardError]) -> None:
    frame = own.exception_frame(own.error_body(kind("what went wrong")))
    with pytest.raises(EventStreamError, match="what went wrong") as caught:
        read_stream(frame)
    members = service().shape_for("ConverseStreamOutput").members
    assert caught.value.response["Error"]["Code"] in members


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"message":"bad"}', "bad"),
        (b'{"__type":"BadException"}', "BadException"),
        (b"bad gateway", "bad"),
        (b"{}", "{}"),
        (b"", "no reason"),
        (b"[" * 9999, "[[["),
    ],
)
def test_reads_an_error_of_any_form(body: bytes, words: str) -> None:
    assert words in own.read_failure(400, body).message


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.UpstreamRejected),
        (403, errors.UpstreamError),
        (408, errors.UpstreamTimeout),
        (424, errors.UpstreamRejected),
        (429, errors.UpstreamRateLimited),
        (503, errors.UpstreamUnavailable),
    ],
)
def test_statuses_mean_what_they_say(status: int, kind: type[VanguardError]) -> None:
    assert type(own.read_failure(status, b'{"message":"x"}')) is kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("throttlingException", errors.UpstreamRateLimited),
        ("validationException", errors.UpstreamRejected),
        ("internalServerException", errors.UpstreamError),
        ("serviceUnavailableException", errors.UpstreamUnavailable),
        ("modelTimeoutException", errors.UpstreamTimeout),
        # "retry your request"
        ("modelStreamErrorException", errors.UpstreamError),
        ("somethingNewException", errors.UpstreamError),
    ],
)
def test_exceptions_in_a_stream_are_typed(name: str, kind: type[VanguardError]) -> None:
    failed = own.inline_failure(read_frame(exception(name, "said so")))
    assert type(failed) is kind
    assert failed.retryable == (name != "validationException")
    assert "said so" in failed.message


def test_a_models_own_status_is_told() -> None:
    more = {"originalStatusCode": 429, "originalMessage": "slow down"}
    failed = own.inline_failure(read_frame(exception("modelStreamErrorException", "x", **more)))
    assert type(failed) is errors.UpstreamRateLimited
    assert "slow down" in failed.message


def test_an_error_frame_has_its_words_in_headers() -> None:
    headers = {":message-type": "error", ":error-code": "Oops", ":error-message": "it broke"}
    failed = own.inline_failure(read_frame(encode(headers, b"")))
    assert failed is not None
    assert "Oops: it broke" in failed.message
    broken = encode({":message-type": "exception", ":exception-type": "xException"}, b"<html>")
    failed = own.inline_failure(read_frame(broken))
    assert failed is not None
    assert "<html>" in failed.message
