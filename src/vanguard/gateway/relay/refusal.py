"""What a client is told of a refusal in its own API that is none: no JSON object, so no envelope of any.

It does not know who refused, nor what a sound one says.
"""

from __future__ import annotations

import json

from vanguard.core.errors import UpstreamError, UpstreamRejected
from vanguard.dialects.registry import DIALECTS
from vanguard.gateway.exchange import Exchange
from vanguard.gateway.google.doors import GOOGLE

_WORDS = 2000
_SERVER_ERROR = 500


def enveloped(exchange: Exchange, status: int, body: bytes) -> bytes:
    """The body as it came where a client can read it, else its text in our envelope.

    A proxy's page or an empty body would go out as JSON that is none.

    Args:
        exchange: the request.
        status: of the answer, 400 or more; the client gets it too.
        body: of the answer, in no dialect but the client's own.
    """
    dialect = exchange.door.dialect
    if _readable(body, listed=dialect == GOOGLE):
        return body
    words = " ".join(body.decode(errors="replace").split())[:_WORDS] or "no reason given"
    if status < _SERVER_ERROR:
        message = f"the model's provider refused the request ({status}): {words}"
        return DIALECTS[dialect].error_body(UpstreamRejected(message), exchange.id)
    message = f"the model's provider failed ({status}): {words}"
    return DIALECTS[dialect].error_body(UpstreamError(message), exchange.id)


def _readable(body: bytes, *, listed: bool) -> bool:
    """Whether it is an object, or where Google is asked for a stream in a list, a list of one."""
    try:
        # as lenient as the readers of SDKs: half of a surrogate pair is no reason to hide the rest
        found = json.loads(body.decode(errors="replace"), strict=False)
    except (ValueError, RecursionError):
        return False
    if listed and isinstance(found, list) and found:
        found = found[0]
    return isinstance(found, dict)
