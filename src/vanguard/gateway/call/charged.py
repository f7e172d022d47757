"""Says what an attempt has used: the provider's own count, or a guess where that is missing.

It does not know prices. A guess is marked as one, and never exceeds what a budget has reserved.
"""

from __future__ import annotations

from vanguard.core.journal import Status
from vanguard.core.usage import Usage
from vanguard.dialects.passthrough.stream_tap import SKIMMED_BYTES
from vanguard.gateway.exchange import Exchange
from vanguard.gateway.relay.contract import Relay

_TOKEN_BYTES = 16
_BYTES_PER_TOKEN = 4
_BYTES_PER_TOKEN_WIDE = 3


def estimate_input_tokens(body: bytes) -> int:
    """A fair guess of a request's input tokens from its bytes: four bytes each, three if not ASCII."""
    per_token = _BYTES_PER_TOKEN if body.isascii() else _BYTES_PER_TOKEN_WIDE
    return len(body) // per_token + 1


def past(limit: int, tokens: int, read_tokens: int, read_bytes: int) -> bool:
    """Whether an answer is longer than a budget has reserved for it.

    Events are counted, and the bytes of those that were read, for an event may hold many tokens: an
    event's frame takes up to 512 bytes and a token of text rarely more than 16. One that is skimmed is
    no longer than a frame may be, so that counting it is enough.

    Args:
        limit: tokens.
        tokens: of the whole answer so far, an event with content each.
        read_tokens: those of them that were read, not skimmed.
        read_bytes: of the same.
    """
    return tokens > limit or read_bytes > limit * _TOKEN_BYTES + (read_tokens + 2) * SKIMMED_BYTES


def charged_usage(exchange: Exchange, relay: Relay, status: Status, body_bytes: int) -> Usage:
    """What is charged for an attempt of which something was sent or answered.

    Args:
        exchange: the request.
        relay: what it has seen of the answer.
        status: how the attempt ended.
        body_bytes: length of a whole answer, -1 for a stream.
    """
    streaming, told = body_bytes < 0, relay.usage()
    if status == "ok" and told is not None and not streaming:
        return told
    if exchange.door.operation == "count_tokens":
        return Usage()
    seen = relay.tokens
    if status == "cut" and exchange.limit_tokens is not None:
        # all that was reserved, and no more: an answer that ignores its cap may come as a whole in the
        # read that cuts it, and what is charged must not depend on how the network divides it
        seen = exchange.limit_tokens
    if told is None:
        return _guess(exchange, seen, body_bytes)
    if status == "cut" and told.output_tokens > seen:
        return _written(told, seen)
    ended = relay.done and not relay.failed()
    if streaming and not ended and seen > told.output_tokens:
        return _written(told, seen)
    return told


def _written(told: Usage, output_tokens: int) -> Usage:
    """What was told, with another count of what was written: ours."""
    return Usage(
        input_tokens=told.input_tokens,
        output_tokens=output_tokens,
        cache_read_tokens=told.cache_read_tokens,
        cache_write_tokens=told.cache_write_tokens,
        cache_write_1h_tokens=told.cache_write_1h_tokens,
        estimated=True,
        media=told.media,
    )


def _guess(exchange: Exchange, seen: int, body_bytes: int) -> Usage:
    if body_bytes >= 0 and exchange.door.operation == "chat":
        seen = body_bytes // _BYTES_PER_TOKEN
    limit = exchange.limit_tokens
    if limit is not None:
        # a guess may not charge a budget beyond what it has reserved
        seen = min(seen, limit)
    return Usage(estimate_input_tokens(exchange.body), seen, estimated=True)
