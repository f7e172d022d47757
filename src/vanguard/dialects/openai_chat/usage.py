"""Tokens in OpenAI's form and ours. It does not know prices."""

from __future__ import annotations

from vanguard.core.usage import Media, Usage
from vanguard.wire import openai_chat as wire


def read_usage(usage: wire.Usage) -> Usage:
    """Our usage; OpenAI's input includes its cached part already."""
    prompt, completion = usage.prompt_tokens_details, usage.completion_tokens_details
    if prompt is None and completion is None and usage.prompt_cache_hit_tokens is None:
        return Usage(usage.prompt_tokens or 0, usage.completion_tokens or 0)
    cached = prompt.cached_tokens if prompt else None
    if cached is None:
        cached = usage.prompt_cache_hit_tokens
    heard = prompt is not None and (prompt.audio_tokens or prompt.image_tokens)
    made = completion is not None and (completion.audio_tokens or completion.image_tokens)
    return Usage(
        input_tokens=usage.prompt_tokens or 0,
        output_tokens=usage.completion_tokens or 0,
        cache_read_tokens=cached or 0,
        cache_write_tokens=(prompt.cache_write_tokens or 0) if prompt else 0,
        reasoning_tokens=(completion.reasoning_tokens or 0) if completion else 0,
        media=_media(prompt, completion) if heard or made else None,
    )


def _media(prompt: wire.PromptDetails | None, completion: wire.CompletionDetails | None) -> Media:
    """Which part of it was cached nobody tells."""
    read, made = prompt or wire.PromptDetails(), completion or wire.CompletionDetails()
    return Media(
        input_audio_tokens=read.audio_tokens or 0,
        input_image_tokens=read.image_tokens or 0,
        output_audio_tokens=made.audio_tokens or 0,
        output_image_tokens=made.image_tokens or 0,
    )


def write_usage(usage: Usage) -> dict[str, object]:
    """OpenAI's usage object."""
    prompt = {"cached_tokens": usage.cache_read_tokens}
    written = usage.cache_write_tokens + usage.cache_write_1h_tokens
    if written:
        prompt["cache_write_tokens"] = written
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens,
        "prompt_tokens_details": prompt,
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    }
