"""Tokens in the form of OpenAI's responses and ours. It does not know prices."""

from __future__ import annotations

from vanguard.core.usage import Usage
from vanguard.wire import openai_responses as wire


def read_usage(usage: wire.Usage) -> Usage:
    """Our usage; OpenAI's input includes its cached part already."""
    read, made = usage.input_tokens_details, usage.output_tokens_details
    return Usage(
        input_tokens=usage.input_tokens or 0,
        output_tokens=usage.output_tokens or 0,
        cache_read_tokens=(read.cached_tokens or 0) if read else 0,
        cache_write_tokens=(read.cache_write_tokens or 0) if read else 0,
        reasoning_tokens=(made.reasoning_tokens or 0) if made else 0,
    )


def write_usage(usage: Usage) -> dict[str, object]:
    """OpenAI's usage object."""
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {
            "cached_tokens": usage.cache_read_tokens,
            "cache_write_tokens": usage.cache_write_tokens + usage.cache_write_1h_tokens,
        },
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.total_tokens,
    }
