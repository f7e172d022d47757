"""Tokens in Google's form and ours. It does not know prices."""

from __future__ import annotations

from vanguard.core.usage import Usage
from vanguard.wire import google_generate as wire


def read_usage(told: wire.UsageMetadata) -> Usage:
    """Our usage.

    Google's prompt includes what came from a cache; thoughts are counted beside the candidates, and
    what its own tools put before the model beside the prompt (Gemini API reference, UsageMetadata,
    2026-11). Thoughts are billed as output, tool results as input.
    """
    thoughts = told.thoughts_token_count or 0
    return Usage(
        input_tokens=(told.prompt_token_count or 0) + (told.tool_use_prompt_token_count or 0),
        output_tokens=(told.candidates_token_count or 0) + thoughts,
        cache_read_tokens=told.cached_content_token_count or 0,
        reasoning_tokens=thoughts,
    )


def is_told(told: wire.UsageMetadata) -> bool:
    """Whether anything was counted."""
    return told.prompt_token_count is not None or told.candidates_token_count is not None


def write_usage(usage: Usage) -> dict[str, int]:
    """Google's usage object; what it does not know of is left out."""
    reasoning = min(usage.reasoning_tokens, usage.output_tokens)
    written = {
        "promptTokenCount": usage.input_tokens,
        "candidatesTokenCount": usage.output_tokens - reasoning,
        "totalTokenCount": usage.total_tokens,
    }
    if usage.cache_read_tokens:
        written["cachedContentTokenCount"] = usage.cache_read_tokens
    if reasoning:
        written["thoughtsTokenCount"] = reasoning
    return written
