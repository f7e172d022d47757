"""Renders an error for a client, in its own dialect, with the headers that belong to it.

It does not know why a request was refused.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from vanguard.core.errors import RateLimited, VanguardError
from vanguard.dialects.registry import DIALECTS
from vanguard.gateway.doors import Door
from vanguard.gateway.http.messages import Headers
from vanguard.gateway.limits import Standing


def render_error(
    error: VanguardError, door: Door | None, request_id: str
) -> tuple[int, Headers, bytes]:
    """Status, headers and body; outside the model doors the envelope is the API's own."""
    headers: Headers = [(b"content-type", b"application/json"), *id_headers(request_id)]
    if error.retry_after_s is not None:
        headers.append((b"retry-after", b"%d" % max(1, round(error.retry_after_s + 0.5))))
    if error.status == 429:
        # SDKs look at this one: a budget, or a request that never fits, gains nothing by waiting
        never = isinstance(error, RateLimited) and error.retry_after_s is None
        headers.append((b"x-should-retry", b"true" if error.retryable and not never else b"false"))
    if door is not None:
        return error.status, headers, DIALECTS[door.dialect].error_body(error, request_id)
    body = {
        "error": {
            "code": error.code,
            "message": error.message,
            "param": error.param,
            "request_id": request_id,
        }
    }
    return error.status, headers, msgspec.json.encode(body)


def id_headers(request_id: str) -> Headers:
    """The request id under the names that the SDKs read."""
    value = request_id.encode()
    return [(b"x-request-id", value), (b"request-id", value)]


def limit_headers(standing: Standing, door: Door, now_ms: int) -> Headers:
    """Rate-limit headers in the client's dialect; none where the key has no such limit."""
    headers: Headers = []
    rows = (
        (b"requests", standing.requests_limit, standing.requests_left, standing.requests_reset_s),
        (b"tokens", standing.tokens_limit, standing.tokens_left, standing.tokens_reset_s),
    )
    anthropic = door.dialect == "anthropic_messages"
    for what, limit, left, reset_s in rows:
        if limit < 0:
            continue
        if anthropic:
            moment = datetime.fromtimestamp(now_ms / 1000 + reset_s, UTC)
            reset = moment.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
            names = (b"-limit", b"-remaining", b"-reset")
            headers += [
                (b"anthropic-ratelimit-" + what + name, value)
                for name, value in zip(names, (b"%d" % limit, b"%d" % left, reset), strict=True)
            ]
        else:
            headers += [
                (b"x-ratelimit-limit-" + what, b"%d" % limit),
                (b"x-ratelimit-remaining-" + what, b"%d" % left),
                (b"x-ratelimit-reset-" + what, b"%ds" % reset_s),
            ]
    return headers
