"""The tables from our error tree to Google's codes, and the reading of Google's errors."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from msgspec import Raw

from support import bytes_of_google as google
from vanguard.core import errors
from vanguard.core.errors import VanguardError
from vanguard.dialects.google_generate import errors as own


def every(kind: type[VanguardError]) -> Iterator[type[VanguardError]]:
    yield kind
    for one in kind.__subclasses__():
        yield from every(one)


ALL = [kind for kind in every(VanguardError) if kind.__module__ == errors.__name__]


def test_no_error_of_the_tree_is_missing_and_none_is_made_up() -> None:
    assert len(ALL) > 30
    assert set(own.ERROR_STATUSES) == set(ALL)


@pytest.mark.parametrize("kind", ALL)
def test_the_envelope_has_what_googles_clients_read(kind: type[VanguardError]) -> None:
    error = kind("what went wrong", param="contents", retry_after_s=4.2)
    body = msgspec.json.decode(own.error_body(error, "req_1"))["error"]
    assert (body["code"], body["message"]) == (kind.status, "what went wrong")
    assert body["status"] == own.ERROR_STATUSES[kind]
    info, retry = body["details"]
    assert info["reason"] == kind.code.upper()
    assert info["metadata"] == {"request_id": "req_1", "param": "contents"}
    assert retry["retryDelay"] == "5s"


def test_what_google_says_is_in_the_message() -> None:
    body = msgspec.json.encode(google.REFUSED)
    error = own.read_failure(400, body)
    assert isinstance(error, errors.UpstreamRejected)
    assert "bad temperature" in error.message
    assert "bad temperature" in own.read_failure(400, b"[" + body + b"]").message
    assert "gone" in own.read_failure(502, b"<html>gone</html>").message
    assert own.read_failure(500, b"[]").status == 502


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"code": 429, "message": "slow"}, errors.UpstreamRateLimited),
        ({"status": "UNAVAILABLE", "message": "down"}, errors.UpstreamUnavailable),
        ({"status": "NOBODY KNOWS", "message": "odd"}, errors.UpstreamError),
        ("bare words", errors.UpstreamError),
        (7, errors.UpstreamError),
    ],
)
def test_an_error_inside_an_answer(said: object, kind: type[VanguardError]) -> None:
    assert type(own.read_inline_failure(Raw(msgspec.json.encode(said)))) is kind
