"""Reads from an answer's head what a provider says is left of its limits.

It does not know what is done with it. OpenAI and Azure: `x-ratelimit-{limit,remaining}-{requests,tokens}`,
-1 where they do not know (OpenAI, rate limits guide; Microsoft, Azure OpenAI quotas; 2026-11). Anthropic:
`anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-{limit,remaining}` (API rate limits,
2026-11). Several other vendors send OpenAI's names.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

Pair = tuple[float, float]


class Told(NamedTuple):
    """Limit and rest of each kind; None where nothing was said."""

    requests: Pair | None = None
    tokens: Pair | None = None
    input: Pair | None = None
    output: Pair | None = None


_MOST = 1e12
_HALVES: dict[bytes, tuple[int, int]] = {}
for _place, _openai, _anthropic in (
    (0, b"requests", b"requests"),
    (1, b"tokens", b"tokens"),
    (2, b"", b"input-tokens"),
    (3, b"", b"output-tokens"),
):
    for _half, _word in enumerate((b"limit", b"remaining")):
        if _openai:
            _HALVES[b"x-ratelimit-%b-%b" % (_word, _openai)] = (_place, _half)
        _HALVES[b"anthropic-ratelimit-%b-%b" % (_anthropic, _word)] = (_place, _half)


def read_told(headers: Sequence[tuple[bytes, bytes]]) -> Told | None:
    """What the headers tell; None when they tell nothing whole."""
    found: dict[tuple[int, int], float] = {}
    for name, value in headers:
        half = _HALVES.get(name)
        if half is not None:
            number = _number(value)
            if number is not None:
                found[half] = number
    if not found:
        return None
    pairs: list[Pair | None] = []
    for place in range(4):
        limit, left = found.get((place, 0)), found.get((place, 1))
        pairs.append((limit, left) if limit and left is not None else None)
    return Told(*pairs) if any(pairs) else None


def _number(value: bytes) -> float | None:
    text = value.strip()
    if not text.isdigit() or len(text) > 15:
        return None
    return min(float(text), _MOST)
