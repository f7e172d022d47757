"""Errors read back from answers."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from vanguard.core.errors import (
    InternalError,
    InvalidRequest,
    ModelNotFound,
    RateLimited,
    UpstreamError,
    VanguardError,
)
from vanguard.sdk.errors import BY_CODE, read_error


def leaves(kind: type[VanguardError]) -> Iterator[type[VanguardError]]:
    """The public tree; what a package derives from it for itself is said as its parent."""
    children = [one for one in kind.__subclasses__() if one.__module__ == VanguardError.__module__]
    if not children:
        yield kind
    for child in children:
        yield from leaves(child)


@pytest.mark.parametrize("leaf", list(leaves(VanguardError)))
def test_every_leaf_of_the_tree_comes_back_as_itself(leaf: type[VanguardError]) -> None:
    body = json.dumps({"error": {"code": leaf.code, "message": "m", "param": "p"}}).encode()
    error = read_error(leaf.status, body)
    assert type(error) is leaf
    assert (error.message, error.param) == ("m", "p")


@pytest.mark.parametrize(
    ("status", "kind"), [(404, "RouteNotFound"), (418, "InvalidRequest"), (599, "UpstreamError")]
)
def test_without_a_code_the_status_decides(status: int, kind: str) -> None:
    error = read_error(status, b"<html>oops</html>")
    assert type(error).__name__ == kind
    assert f"HTTP status {status}" in error.message


def test_codes_of_others_do_not_confuse() -> None:
    assert isinstance(read_error(400, b'{"error":{"code":7,"message":"x"}}'), InvalidRequest)
    assert isinstance(read_error(502, b'{"error":{"code":"odd","message":"x"}}'), UpstreamError)
    assert isinstance(read_error(400, b'{"error":{"code":"model_not_found"}}'), ModelNotFound)


def test_request_id_and_retry_after() -> None:
    error = read_error(429, b'{"error":{"request_id":"req_b"}}', retry_after="1.5")
    assert isinstance(error, RateLimited)
    assert (error.request_id, error.retry_after_s) == ("req_b", 1.5)
    assert read_error(429, b"{}", retry_after="Wed, 21 Oct 2026").retry_after_s is None


def test_a_defect_of_the_server_shows_its_request_id() -> None:
    error = read_error(500, b'{"error":{"message":"a defect"}}', request_id="req_a")
    assert isinstance(error, InternalError)
    assert error.message == "a defect (request req_a)"


def test_the_table_names_each_code_as_the_tree_does() -> None:
    assert all(kind.code == code for code, kind in BY_CODE.items())
