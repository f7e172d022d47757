"""Tokens in Anthropic's form and ours. It does not know prices."""

from __future__ import annotations

from msgspec.structs import replace

from vanguard.core.usage import Usage
from vanguard.wire import anthropic_messages as wire


def read_usage(usage: wire.Usage, earlier: Usage | None = None) -> Usage:
    """Our usage, in which the input includes its cached parts.

    Counts in a stream are cumulative, and an event that leaves one out keeps its `earlier` value. So
    does one that tells nought of all input, or of the output: what was told is not taken back.
    """
    if usage.iterations:
        usage = _summed(usage, usage.iterations)
    before = earlier or Usage()
    output = usage.output_tokens or before.output_tokens
    details = usage.output_tokens_details
    reasoning = details.thinking_tokens if details else None
    reasoning = before.reasoning_tokens if reasoning is None else reasoning
    if earlier is not None and not _tells_input(usage):
        return replace(earlier, output_tokens=output, reasoning_tokens=reasoning)
    read = before.cache_read_tokens
    if usage.cache_read_input_tokens is not None:
        read = usage.cache_read_input_tokens
    short, long = before.cache_write_tokens, before.cache_write_1h_tokens
    if usage.cache_creation is not None:
        short = usage.cache_creation.ephemeral_5m_input_tokens or 0
        long = usage.cache_creation.ephemeral_1h_input_tokens or 0
        if usage.cache_creation_input_tokens:
            # what no lifetime claims is of the shorter one
            short = max(short, usage.cache_creation_input_tokens - max(long, 0))
    elif usage.cache_creation_input_tokens is not None:
        written = max(0, usage.cache_creation_input_tokens)
        long = max(0, min(long, written))
        short = written - long
    fresh = usage.input_tokens
    if fresh is None:
        fresh = fresh_input_tokens(before)
    return Usage(
        input_tokens=fresh + read + short + long,
        output_tokens=output,
        cache_read_tokens=read,
        cache_write_tokens=short,
        cache_write_1h_tokens=long,
        reasoning_tokens=reasoning,
    )


def _summed(usage: wire.Usage, iterations: list[wire.Iteration]) -> wire.Usage:
    """Usage with all that is charged.

    What a compaction took, or another model that was asked for advice, stands among the iterations alone,
    and of several runs the input may be the first one's; what is charged is the sum of all (Claude API
    docs, compaction, advisor tool, 2026-11). Never less than the counts themselves.
    """

    def most(name: str) -> int | None:
        if all(getattr(one, name) is None for one in (usage, *iterations)):
            return None  # not told, which takes nothing back
        return max(getattr(usage, name) or 0, sum(getattr(one, name) or 0 for one in iterations))

    created = [one.cache_creation for one in iterations if one.cache_creation is not None]
    top = usage.cache_creation or wire.CacheCreation()
    short = sum(one.ephemeral_5m_input_tokens or 0 for one in created)
    long = sum(one.ephemeral_1h_input_tokens or 0 for one in created)
    written = wire.CacheCreation(
        max(short, top.ephemeral_5m_input_tokens or 0),
        max(long, top.ephemeral_1h_input_tokens or 0),
    )
    return wire.Usage(
        most("input_tokens"),
        most("output_tokens"),
        most("cache_read_input_tokens"),
        most("cache_creation_input_tokens"),
        written if created or usage.cache_creation is not None else None,
        usage.output_tokens_details,
    )


def _tells_input(usage: wire.Usage) -> bool:
    created = usage.cache_creation
    if created and (created.ephemeral_5m_input_tokens or created.ephemeral_1h_input_tokens):
        return True
    return bool(
        usage.input_tokens or usage.cache_read_input_tokens or usage.cache_creation_input_tokens
    )


def fresh_input_tokens(usage: Usage) -> int:
    """The part of the input that no cache had a part in: what Anthropic calls `input_tokens`."""
    cached = usage.cache_read_tokens + usage.cache_write_tokens + usage.cache_write_1h_tokens
    return max(0, usage.input_tokens - cached)


def write_usage(usage: Usage) -> dict[str, object]:
    """Anthropic's usage object."""
    written: dict[str, object] = {
        "input_tokens": fresh_input_tokens(usage),
        "cache_creation_input_tokens": usage.cache_write_tokens + usage.cache_write_1h_tokens,
        "cache_read_input_tokens": usage.cache_read_tokens,
        "output_tokens": usage.output_tokens,
    }
    if usage.cache_write_1h_tokens:
        written["cache_creation"] = {
            "ephemeral_5m_input_tokens": usage.cache_write_tokens,
            "ephemeral_1h_input_tokens": usage.cache_write_1h_tokens,
        }
    if usage.reasoning_tokens:
        written["output_tokens_details"] = {"thinking_tokens": usage.reasoning_tokens}
    return written
