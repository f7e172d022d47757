"""Renders an error for a client, in its own dialect, with the headers that belong to it.

It does not know why a request was refused.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from vanguard.core.errors import RateLimited, VanguardError
from vanguard.dialects.anthropic_messages.errors import error_status as anthropics_status
from vanguard.dialects.bedrock_converse.errors import error_body, error_status, error_type
from vanguard.dialects.framing import FRAMED
from vanguard.dialects.registry import DIALECTS
from vanguard.gateway.doors import Door
from vanguard.gateway.limits import Standing

_ANTHROPIC = "anthropic_messages"
# the usual case: what a key made in the console has
_BOTH_AT_ANTHROPIC = (
    b"anthropic-ratelimit-requests-limit: %d\r\n"
    b"anthropic-ratelimit-requests-remaining: %d\r\n"
    b"anthropic-ratelimit-requests-reset: %b\r\n"
    b"anthropic-ratelimit-tokens-limit: %d\r\n"
    b"anthropic-ratelimit-tokens-remaining: %d\r\n"
    b"anthropic-ratelimit-tokens-reset: %b\r\n"
)
_BOTH = (
    b"x-ratelimit-limit-requests: %d\r\n"
    b"x-ratelimit-remaining-requests: %d\r\n"
    b"x-ratelimit-reset-requests: %ds\r\n"
    b"x-ratelimit-limit-tokens: %d\r\n"
    b"x-ratelimit-remaining-tokens: %d\r\n"
    b"x-ratelimit-reset-tokens: %ds\r\n"
)


def render_error(
    error: VanguardError, door: Door | None, request_id: str
) -> tuple[int, bytes, bytes]:
    """Status, head lines and body; outside the model doors the envelope is the API's own."""
    lines = b"content-type: application/json\r\n" + id_lines(request_id)
    if error.retry_after_s is not None:
        lines += b"retry-after: %d\r\n" % max(1, math.ceil(error.retry_after_s))
    if error.status == 429:
        # SDKs look at this one: a budget, or a request that never fits, gains nothing by waiting
        never = isinstance(error, RateLimited) and error.retry_after_s is None
        again = b"true" if error.retryable and not never else b"false"
        lines += b"x-should-retry: %b\r\n" % again
    if door is not None and door.dialect in FRAMED:
        lines += b"x-amzn-errortype: %b\r\n" % error_type(error).encode()
        return error_status(error), lines, error_body(error)
    if door is not None:
        status = anthropics_status(error) if door.dialect == _ANTHROPIC else error.status
        return status, lines, DIALECTS[door.dialect].error_body(error, request_id)
    body = {
        "error": {
            "code": error.code,
            "message": error.message,
            "param": error.param,
            "request_id": request_id,
        }
    }
    return error.status, lines, msgspec.json.encode(body)


def id_lines(request_id: str) -> bytes:
    """The request id under the names that the SDKs read."""
    return f"x-request-id: {request_id}\r\nrequest-id: {request_id}\r\n".encode()


@lru_cache(maxsize=256)
def _stamp(moment_s: int) -> bytes:
    return datetime.fromtimestamp(moment_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()


def limit_lines(standing: Standing, door: Door, now_ms: int) -> bytes:
    """Rate-limit headers in the client's dialect; none where the key has no such limit."""
    anthropic = door.dialect == _ANTHROPIC
    if standing.requests_limit >= 0 and standing.tokens_limit >= 0:
        requests_reset: int | bytes = standing.requests_reset_s
        tokens_reset: int | bytes = standing.tokens_reset_s
        if anthropic:
            requests_reset = _stamp(int(now_ms / 1000 + standing.requests_reset_s))
            tokens_reset = _stamp(int(now_ms / 1000 + standing.tokens_reset_s))
        return (_BOTH_AT_ANTHROPIC if anthropic else _BOTH) % (
            standing.requests_limit,
            standing.requests_left,
            requests_reset,
            standing.tokens_limit,
            standing.tokens_left,
            tokens_reset,
        )
    lines = b""
    rows = (
        (b"requests", standing.requests_limit, standing.requests_left, standing.requests_reset_s),
        (b"tokens", standing.tokens_limit, standing.tokens_left, standing.tokens_reset_s),
    )
    for what, limit, left, reset_s in rows:
        if limit < 0:
            continue
        if anthropic:
            reset = _stamp(int(now_ms / 1000 + reset_s))
            lines += (
                b"anthropic-ratelimit-%b-limit: %d\r\n"
                b"anthropic-ratelimit-%b-remaining: %d\r\n"
                b"anthropic-ratelimit-%b-reset: %b\r\n"
            ) % (what, limit, what, left, what, reset)
        else:
            lines += (
                b"x-ratelimit-limit-%b: %d\r\n"
                b"x-ratelimit-remaining-%b: %d\r\n"
                b"x-ratelimit-reset-%b: %ds\r\n"
            ) % (what, limit, what, left, what, reset_s)
    return lines
