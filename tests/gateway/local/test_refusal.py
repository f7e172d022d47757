import json

import pytest

from vanguard.core.errors import BudgetExceeded, InternalError, RateLimited, UpstreamOverloaded
from vanguard.gateway.doors import DOORS
from vanguard.gateway.limits import Standing
from vanguard.gateway.local.refusal import limit_lines, render_error


def lines_of(lines):
    return dict(line.split(b": ", 1) for line in lines.removesuffix(b"\r\n").split(b"\r\n"))


OPENAI, ANTHROPIC = DOORS["/v1/chat/completions"], DOORS["/v1/messages"]


@pytest.mark.parametrize("door", [OPENAI, ANTHROPIC, None])
def test_every_envelope_has_the_message_and_the_request_id(door):
    status, lines, body = render_error(RateLimited("slow down", retry_after_s=2.2), door, "req_1")
    assert status == 429
    names = lines_of(lines)
    assert (names[b"retry-after"], names[b"x-should-retry"]) == (b"3", b"true")
    assert names[b"x-request-id"] == names[b"request-id"] == b"req_1"
    assert json.loads(body)["error"]["message"].startswith("slow down")


@pytest.mark.parametrize(("wait_s", "told"), [(0.2, b"1"), (1, b"1"), (13, b"13"), (14, b"14")])
def test_the_header_names_the_very_wait_that_the_text_names(wait_s, told):
    _, lines, _ = render_error(RateLimited("slow down", retry_after_s=wait_s), OPENAI, "req_1")
    assert lines_of(lines)[b"retry-after"] == told


def test_a_budget_says_that_waiting_does_not_help():
    _, lines, _ = render_error(BudgetExceeded("spent"), OPENAI, "req_1")
    assert lines_of(lines)[b"x-should-retry"] == b"false"
    assert b"retry-after" not in lines_of(lines)


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/v1/messages", 529, '"type":"overloaded_error"'),
        ("/v1/chat/completions", 503, '"code":"upstream_overloaded"'),
        ("/v1/responses", 503, '"type":"server_error"'),
    ],
)
def test_an_overloaded_provider_is_told_as_each_api_tells_it(path, status, said):
    error = UpstreamOverloaded("busy", retry_after_s=9)
    told, lines, body = render_error(error, DOORS[path], "req_1")
    assert (told, lines_of(lines)[b"retry-after"]) == (status, b"9")
    assert said in body.decode()


def test_the_apis_own_envelope():
    status, _, body = render_error(InternalError("x", param="p"), None, "req_1")
    assert status == 500
    assert json.loads(body) == {
        "error": {"code": "internal_error", "message": "x", "param": "p", "request_id": "req_1"}
    }


def test_limit_lines_in_each_dialect():
    standing = Standing(requests_limit=10, requests_left=3, requests_reset_s=7)
    assert lines_of(limit_lines(standing, OPENAI, 0)) == {
        b"x-ratelimit-limit-requests": b"10",
        b"x-ratelimit-remaining-requests": b"3",
        b"x-ratelimit-reset-requests": b"7s",
    }
    assert lines_of(limit_lines(standing, ANTHROPIC, 1_000)) == {
        b"anthropic-ratelimit-requests-limit": b"10",
        b"anthropic-ratelimit-requests-remaining": b"3",
        b"anthropic-ratelimit-requests-reset": b"1970-01-01T00:00:08Z",
    }
    assert limit_lines(Standing(), OPENAI, 0) == b""
