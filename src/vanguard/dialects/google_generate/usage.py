"""Tokens in Google's form and ours. It does not know prices."""

from __future__ import annotations

from vanguard.core.usage import Media, Usage
from vanguard.wire import google_generate as wire

# in the order of the fields of `Media`
_KINDS = ("AUDIO", "IMAGE", "VIDEO")


def read_usage(told: wire.UsageMetadata) -> Usage:
    """Our usage.

    Google's prompt includes what came from a cache; thoughts are counted beside the candidates, and
    what its own tools put before the model beside the prompt (Gemini API reference, UsageMetadata,
    2026-11). Thoughts are billed as output, tool results as input.
    """
    thoughts = told.thoughts_token_count or 0
    read, made = told.prompt_tokens_details, told.candidates_tokens_details
    # nearly all there is, in every chunk: one kind, and that is text
    text_read = not read or (len(read) == 1 and read[0].modality == "TEXT")
    text_made = not made or (len(made) == 1 and made[0].modality == "TEXT")
    return Usage(
        input_tokens=(told.prompt_token_count or 0) + (told.tool_use_prompt_token_count or 0),
        output_tokens=(told.candidates_token_count or 0) + thoughts,
        cache_read_tokens=told.cached_content_token_count or 0,
        reasoning_tokens=thoughts,
        media=None if text_read and text_made else _media(told),
    )


def _media(told: wire.UsageMetadata) -> Media:
    read = _by_modality(told.prompt_tokens_details)
    cached = _by_modality(told.cache_tokens_details)
    made = _by_modality(told.candidates_tokens_details)
    return Media(
        *(read.get(kind, 0) for kind in _KINDS),
        *(cached.get(kind, 0) for kind in _KINDS),
        *(made.get(kind, 0) for kind in _KINDS),
    )


def _by_modality(details: list[wire.ModalityTokens] | None) -> dict[str | None, int]:
    found: dict[str | None, int] = {}
    for one in details or ():
        found[one.modality] = found.get(one.modality, 0) + (one.token_count or 0)
    return found


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
