"""The order in which a line's characters stand on paper: levels of the Unicode bidirectional algorithm.

It does not know fonts. The levels are python-bidi's; its shaping-blind mirroring is left out, since the
shaper mirrors.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import TypeVar

from bidi import algorithm

from vanguard.documents.page import Direction

Piece = TypeVar("Piece")
# letters, vowel signs, spaces and points: all of it runs from right to left
_ARABIC_ALONE = re.compile("[\u0621-\u063a\u0640-\u0652\u060c .]*")


@functools.lru_cache(maxsize=4096)
def levels(text: str, base: Direction = "rtl") -> tuple[int, ...]:
    """The embedding level of each character; odd ones run from right to left.

    The text is one line without control characters.
    """
    level = 1 if base == "rtl" else 0
    if level and _ARABIC_ALONE.fullmatch(text):
        return (1,) * len(text)
    storage = algorithm.get_empty_storage()
    storage["base_level"], storage["base_dir"] = level, "R" if level else "L"
    algorithm.get_embedding_levels(text, storage)
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    algorithm.resolve_neutral_types(storage, debug=False)
    algorithm.resolve_implicit_levels(storage, debug=False)
    found = tuple(character["level"] for character in storage["chars"])
    if len(found) != len(text):
        raise ValueError(f"control characters in {text!r}")
    return found


def visual(pieces: Sequence[Piece], their_levels: Sequence[int]) -> list[Piece]:
    """Pieces of one level each, from left to right (rule L2, https://unicode.org/reports/tr9/)."""
    order = list(pieces)
    current = list(their_levels)
    lowest_odd = min((level for level in current if level % 2), default=0)
    if not lowest_odd:
        return order
    for level in range(max(current), lowest_odd - 1, -1):
        start = 0
        while start < len(order):
            if current[start] < level:
                start += 1
                continue
            end = start
            while end < len(order) and current[end] >= level:
                end += 1
            order[start:end] = reversed(order[start:end])
            current[start:end] = reversed(current[start:end])
            start = end
    return order
