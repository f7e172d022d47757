"""The tables from our error tree to the dialect's, and the reading of a provider's errors."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from vanguard.core import errors
from vanguard.core.errors import VanguardError
from vanguard.dialects.openai_chat import errors as own


def every(kind: type[VanguardError]) -> Iterator[type[VanguardError]]:
    yield kind
    for one in kind.__subclasses__():
        yield from every(one)


ALL = [kind for kind in every(VanguardError) if kind.__module__ == errors.__name__]


def test_no_error_of_the_tree_is_missing_and_none_is_made_up() -> None:
    assert len(ALL) > 30
    assert set(own.ERROR_TYPES) == set(ALL)


@pytest.mark.parametrize("kind", ALL)
def test_the_envelope_has_what_openais_clients_read(kind: type[VanguardError]) -> None:
    body = msgspec.json.decode(own.error_body(kind("what went wrong", param="top_k")))
    assert body == {
        "error": {
            "message": "what went wrong",
            "type": own.ERROR_TYPES[kind],
            "param": "top_k",
            "code": kind.code,
        }
    }


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error":{"message":"bad","type":"x","param":"n","code":null}}', "bad"),
        (b'{"error":{"message":"bad","code":400}}', "bad"),
        (b'{"error":"bad"}', "bad"),
        (b'{"object":"error","message":"bad","code":400}', "bad"),
        (b'{"detail":[{"msg":"bad"}]}', "bad"),
        (b"<html>bad</html>", "bad"),
        (b"", "no reason"),
        (b"[" * 9999, "[[["),
    ],
)
def test_providers_words_are_found_in_any_envelope(body: bytes, words: str) -> None:
    error = own.read_failure(400, body)
    assert isinstance(error, errors.UpstreamRejected)
    assert words in error.message


def test_the_field_at_fault_travels() -> None:
    assert own.read_failure(400, b'{"error":{"message":"bad","param":"n"}}').param == "n"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b'{"message":"slow down","type":"rate_limit_error"}', errors.UpstreamRateLimited),
        (b'{"message":"slow down","code":"rate_limit_exceeded"}', errors.UpstreamRateLimited),
        (b'{"message":"slow down","code":429}', errors.UpstreamRateLimited),
        (b'{"message":"slow down","code":"429"}', errors.UpstreamRateLimited),
        (b'{"message":"bad","type":"invalid_request_error"}', errors.UpstreamRejected),
        (b'{"message":"oh","type":"server_error"}', errors.UpstreamError),
        (b'{"message":"oh","code":7}', errors.UpstreamError),
        (b'"oh"', errors.UpstreamError),
        (b"[1]", errors.UpstreamError),
    ],
)
def test_errors_inside_a_good_answer(raw: bytes, kind: type[VanguardError]) -> None:
    assert type(own.read_inline_failure(msgspec.Raw(raw))) is kind
