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
_LIMIT_LINES = (
    b"x-ratelimit-limit-%b: %d\r\nx-ratelimit-remaining-%b: %%d\r\nx-ratelimit-reset-%b: %ds\r\n"
)
_LIMIT_LINES_AT_ANTHROPIC = (
    b"anthropic-ratelimit-%b-limit: %d\r\n"
    b"anthropic-ratelimit-%b-remaining: %%d\r\n"
    b"anthropic-ratelimit-%b-reset: %b\r\n"
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


def limit_lines(standing: Standing, door: Door, now_ms: int) -> bytes:
    """Rate-limit headers in the client's dialect; none where the key has no such limit."""
    requests, tokens = standing.requests_limit, standing.tokens_limit
    resets_s = standing.requests_reset_s, standing.tokens_reset_s
    now_s = now_ms // 1000 if door.dialect == _ANTHROPIC else None
    lines = _but_for_rests(requests, tokens, resets_s, now_s)
    if requests < 0:
        return lines % standing.tokens_left if tokens >= 0 else b""
    if tokens < 0:
        return lines % standing.requests_left
    return lines % (standing.requests_left, standing.tokens_left)


@lru_cache(maxsize=1024)
def _but_for_rests(
    requests: int, tokens: int, resets_s: tuple[int, int], now_s: int | None
) -> bytes:
    """The lines with a `%d` for each limit's rest, which is all that changes with every request.

    Args:
        requests: the limit; below 0 for none.
        tokens: likewise.
        resets_s: seconds until all is left again, of both.
        now_s: wall time where the lines are Anthropic's, whose resets are moments.
    """
    lines = b""
    for what, limit, reset_s in (
        (b"requests", requests, resets_s[0]),
        (b"tokens", tokens, resets_s[1]),
    ):
        if limit < 0:
            continue
        if now_s is None:
            lines += _LIMIT_LINES % (what, limit, what, what, reset_s)
        else:
            moment = datetime.fromtimestamp(now_s + reset_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            lines += _LIMIT_LINES_AT_ANTHROPIC % (what, limit, what, what, moment.encode())
    return lines
