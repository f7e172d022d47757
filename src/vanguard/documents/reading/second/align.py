"""Which words of two readings of one place are the same.

It does not know readers.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

import msgspec
from rapidfuzz.distance import Levenshtein

from vanguard.documents.arabic.letters import bare
from vanguard.documents.arabic.normal import strict
from vanguard.documents.page import Word

_TATWEEL = "\u0640"
_SAME = str.maketrans({",": "،", ";": "؛", "?": "؟", _TATWEEL: None})


class Pair(msgspec.Struct, frozen=True):
    """A word of the first reading and one of the second, or either alone."""

    first: Word | None
    second: Word | None

    @property
    def same(self) -> bool:
        """Both are there and say the same."""
        if self.first is None or self.second is None:
            return False
        return plain(self.first.text) == plain(self.second.text)


def plain(text: str) -> str:
    """What is compared: no shapes, no tatweel, commas of one kind, which look alike beside Arabic."""
    return strict(text).translate(_SAME)


def pairs(first: Sequence[Word], second: Sequence[Word]) -> tuple[Pair, ...]:
    """All words of both, each once, in their order."""
    found: list[Pair] = []
    steps = Levenshtein.opcodes(
        [plain(word.text) for word in first], [plain(word.text) for word in second]
    )
    for step in steps:
        ones = first[step.src_start : step.src_end]
        others = second[step.dest_start : step.dest_end]
        found += (Pair(one, other) for one, other in zip_longest(ones, others))
    return tuple(found)


def agreement(found: Sequence[Pair]) -> float:
    """The share of letters in words that are the same, 0 to 1; 1 when there are none."""
    same = sum(2 * _letters(pair.first) for pair in found if pair.same)
    whole = sum(_letters(pair.first) + _letters(pair.second) for pair in found)
    return same / whole if whole else 1.0


def _letters(word: Word | None) -> int:
    return max(1, len(bare(word.text))) if word is not None else 0
