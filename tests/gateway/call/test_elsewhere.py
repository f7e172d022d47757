import pytest

from support.gateway import deployment
from vanguard.core.errors import (
    ContentBlocked,
    UpstreamError,
    UpstreamOverloaded,
    UpstreamRateLimited,
    UpstreamUnavailable,
    VanguardError,
)
from vanguard.gateway.call.elsewhere import elsewhere, meant_status, read_before, told_within
from vanguard.snapshot.model import Aws

PLACE = deployment("http://x")
AWS = deployment("http://x", aws=Aws("us-east-1"))


@pytest.mark.parametrize(
    ("status", "kind"), [(429, UpstreamRateLimited), (529, UpstreamOverloaded)]
)
def test_who_is_overloaded_says_for_how_long(status, kind):
    error = elsewhere(PLACE, status, 7.5)
    assert isinstance(error, kind)
    assert error.retry_after_s == 7.5
    assert f"'m/0' is overloaded (HTTP {status})" in error.message


@pytest.mark.parametrize("status", [408, 409, 425, 500, 502, 503, 504])
def test_a_failure_is_the_upstreams(status):
    error = elsewhere(PLACE, status, None)
    assert isinstance(error, UpstreamUnavailable)
    assert error.retry_after_s is None


@pytest.mark.parametrize(("place", "status"), [(PLACE, 401), (AWS, 401), (AWS, 403)])
def test_a_refused_credential_is_the_platforms_and_no_wait_mends_it(place, status):
    error = elsewhere(place, status, 7.5)
    assert isinstance(error, UpstreamUnavailable)
    assert error.retry_after_s is None
    assert "credential" in error.message


@pytest.mark.parametrize("status", [400, 403, 404, 413, 422, 501])
def test_what_the_request_is_at_fault_for_would_fail_elsewhere_too(status):
    assert elsewhere(PLACE, status, 1.0) is None


@pytest.mark.parametrize(
    ("fields", "status", "body", "ours"),
    [
        ({"dialect": "google_generate"}, 400, b'{"reason": "API_KEY_INVALID"}', True),
        ({"dialect": "google_generate"}, 400, b'{"reason": "BAD"}', False),
        ({"dialect": "openai_chat"}, 400, b'{"reason": "API_KEY_INVALID"}', False),
        ({"dialect": "google_generate", "credential": "google:metadata"}, 403, b"", True),
        ({"dialect": "google_generate", "credential": "env:KEY"}, 403, b"", False),
    ],
)
def test_google_says_otherwise_that_our_credential_is_at_fault(fields, status, body, ours):
    error = elsewhere(deployment("http://x/v1", **fields), status, None, body)
    assert (error is not None and "credential" in error.message) is ours


@pytest.mark.parametrize(
    ("dialect", "headers_s", "expected"),
    [("google_generate", None, 34.5), ("google_generate", 7.0, 7.0), ("openai_chat", None, None)],
)
def test_google_says_in_the_body_for_how_long_it_wants_to_be_left_alone(
    dialect, headers_s, expected
):
    body = b'{"error":{"details":[{"@type":"google.rpc.RetryInfo","retryDelay": "34.5s"}]}}'
    error = elsewhere(deployment("http://x/v1", dialect=dialect), 429, headers_s, body)
    assert error is not None
    assert error.retry_after_s == expected


def test_what_an_endpoints_answer_means_may_stand_in_its_type():
    throttled = [(b"date", b"x"), (b"x-amzn-errortype", b"ThrottlingException:http://x/")]
    assert meant_status(400, throttled, b"{}") == 429
    assert meant_status(400, [], b"{}") == 400
    assert meant_status(424, [], b'{"OriginalStatusCode": 503}') == 503


class Fed:
    """A relay whose next `feed` gives this, or raises it."""

    def __init__(self, given):
        self.given = given

    def feed(self, data):
        assert data == b""
        if isinstance(self.given, Exception):
            raise self.given
        return self.given


def test_what_came_in_one_read_before_an_error_is_said_first():
    error, blocked = UpstreamError("broken"), ContentBlocked("rule")
    assert read_before(Fed(b"data: x\n\n"), error) == (b"data: x\n\n", error)
    assert read_before(Fed(UpstreamError("again")), error) == (b"", error)
    assert read_before(Fed(blocked), error) == (b"", blocked), "a guardrail comes first"
    assert read_before(Fed(b"data: x\n\n"), blocked) == (b"", blocked), "nothing follows a block"


def test_a_refusal_behind_a_ping_is_told_as_an_error_of_the_stream():
    told = told_within("openai_chat", 400, b'{"error":{"message":"no such field"}}')
    assert isinstance(told, VanguardError)
    assert "no such field" in told.message
