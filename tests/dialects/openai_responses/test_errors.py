"""Errors within a stream of responses."""

from __future__ import annotations

import msgspec
import pytest

from support.response_events import response_object
from vanguard.core.errors import (
    BudgetExceeded,
    ContentBlocked,
    RateLimited,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamTruncated,
    VanguardError,
)
from vanguard.dialects.openai_chat.errors import error_body
from vanguard.dialects.openai_responses.errors import (
    envelope_events,
    error_events,
    failed_code,
    inline_failure,
)
from vanguard.wire import openai_responses as wire
from vanguard.wire.sse import Splitter, event_data


def read(stream: bytes) -> list[dict]:
    return [msgspec.json.decode(event_data(raw)) for raw in Splitter().feed(stream)]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RateLimited("x"), "rate_limit_exceeded"),
        (UpstreamRateLimited("x"), "rate_limit_exceeded"),
        (BudgetExceeded("x"), "insufficient_quota"),
        (ContentBlocked("x"), "invalid_prompt"),
        (UpstreamRejected("x"), "invalid_prompt"),
        (UpstreamTruncated("x"), "server_error"),
    ],
)
def test_each_error_has_the_code_that_clients_act_on(error: VanguardError, code: str) -> None:
    assert failed_code(error) == code


def test_a_failed_stream_says_it_for_sdks_and_for_those_who_look_at_responses() -> None:
    error, failed = read(error_events(BudgetExceeded("spent"), b'{"status":"failed"}', 7))
    assert (error["type"], error["sequence_number"], error["message"]) == ("error", 7, "spent")
    assert error["error"]["code"] == error["code"] == "budget_exceeded"
    assert failed == {
        "type": "response.failed",
        "response": {"status": "failed"},
        "sequence_number": 8,
    }


def test_an_envelope_becomes_the_same_two_events() -> None:
    error, failed = read(envelope_events(error_body(RateLimited("slow down"))))
    assert error["message"] == "slow down"
    response = response_object(failed["response"])
    assert response.error is not None
    assert (response.status, response.error.code) == ("failed", "rate_limit_exceeded")


def test_the_upstreams_failures_are_read_from_either_event() -> None:
    raw = msgspec.Raw(b'{"code":"rate_limit_exceeded","message":"later"}')
    failed = wire.Event("response.failed", response=wire.Reply(error=raw))
    assert isinstance(inline_failure(failed), UpstreamRateLimited)
    flat = wire.Event("error", message="later", code="rate_limit_exceeded")
    assert isinstance(inline_failure(flat), UpstreamRateLimited)
    nested = wire.Event("error", error=raw)
    assert "later" in inline_failure(nested).message
    assert "no reason given" in inline_failure(wire.Event("error")).message
