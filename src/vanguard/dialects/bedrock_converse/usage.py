"""Tokens in Bedrock's form and ours. It does not know prices.

Bedrock's `inputTokens` leaves out what a cache had a part in (Bedrock user guide, prompt caching,
2026-11).
"""

from __future__ import annotations

from vanguard.core.usage import Usage
from vanguard.wire import bedrock_converse as wire


def read_usage(usage: wire.Usage) -> Usage:
    """Our usage, in which the input includes its cached parts."""
    read = usage.cache_read_input_tokens or 0
    written = usage.cache_write_input_tokens or 0
    details = usage.cache_details or ()
    long = sum(one.input_tokens or 0 for one in details if one.ttl == "1h")
    # what no lifetime claims is of the shorter one
    short = max(sum(one.input_tokens or 0 for one in details if one.ttl != "1h"), written - long)
    return Usage(
        input_tokens=(usage.input_tokens or 0) + read + short + long,
        output_tokens=usage.output_tokens or 0,
        cache_read_tokens=read,
        cache_write_tokens=short,
        cache_write_1h_tokens=long,
    )


def write_usage(usage: Usage) -> dict[str, object]:
    """Bedrock's usage object."""
    short, long = usage.cache_write_tokens, usage.cache_write_1h_tokens
    cached = usage.cache_read_tokens + short + long
    written: dict[str, object] = {
        "inputTokens": max(0, usage.input_tokens - cached),
        "outputTokens": usage.output_tokens,
        "totalTokens": usage.total_tokens,
    }
    if cached:
        written["cacheReadInputTokens"] = usage.cache_read_tokens
        written["cacheWriteInputTokens"] = short + long
    if long:
        both = (("1h", long), ("5m", short))
        written["cacheDetails"] = [{"ttl": ttl, "inputTokens": n} for ttl, n in both if n]
    return written
