"""The tables from our error tree to the dialect's, and the reading of a provider's errors."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from vanguard.core import errors
from vanguard.core.errors import VanguardError
from vanguard.dialects.anthropic_messages import errors as own


def every(kind: type[VanguardError]) -> Iterator[type[VanguardError]]:
    yield kind
    for one in kind.__subclasses__():
        yield from every(one)


ALL = [kind for kind in every(VanguardError) if kind.__module__ == errors.__name__]


def test_no_error_of_the_tree_is_missing_and_none_is_made_up() -> None:
    assert len(ALL) > 30
    assert set(own.ERROR_TYPES) == set(ALL)


@pytest.mark.parametrize("kind", ALL)
def test_the_envelope_has_what_anthropics_clients_read(kind: type[VanguardError]) -> None:
    body = msgspec.json.decode(own.error_body(kind("what went wrong"), "req_1"))
    assert body == {
        "type": "error",
        "error": {"type": own.ERROR_TYPES[kind], "message": "what went wrong"},
        "request_id": "req_1",
    }


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"type":"error","error":{"type":"invalid_request_error","message":"bad"}}', "bad"),
        (b'{"error":{"type":"bad"}}', "bad"),
        (b'{"error":"bad"}', "bad"),
        (b'{"message":"bad"}', "bad"),
        (b"bad gateway", "bad"),
        (b"{}", "{}"),
        (b"", "no reason"),
        (b"[" * 9999, "[[["),
    ],
)
def test_providers_words_are_found_in_any_envelope(body: bytes, words: str) -> None:
    error = own.read_failure(400, body)
    assert isinstance(error, errors.UpstreamRejected)
    assert words in error.message


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b'{"type":"overloaded_error","message":"Overloaded"}', errors.UpstreamOverloaded),
        (b'{"type":"rate_limit_error","message":"x"}', errors.UpstreamRateLimited),
        (b'{"type":"timeout_error","message":"x"}', errors.UpstreamTimeout),
        (b'{"type":"invalid_request_error","message":"x"}', errors.UpstreamRejected),
        (b'{"type":"authentication_error","message":"x"}', errors.UpstreamError),
        (b'{"type":"request_too_large","message":"x"}', errors.RequestTooLarge),
        (b'{"type":"api_error","message":"x"}', errors.UpstreamError),
        (b'{"type":"news"}', errors.UpstreamError),
        (b'"oh"', errors.UpstreamError),
        (b"[1]", errors.UpstreamError),
        (None, errors.UpstreamError),
    ],
)
def test_errors_inside_a_stream(raw: bytes | None, kind: type[VanguardError]) -> None:
    assert type(own.read_inline_failure(msgspec.Raw(raw) if raw else None)) is kind
