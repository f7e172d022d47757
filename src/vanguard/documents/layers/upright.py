"""Turns words round whose letters stand in the right places and were painted in the wrong order.

It does not know lines. Programs that lay text below a scan often paint the letters of an Arabic word
from left to right: each word has its place, and reads backward.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from vanguard.documents.arabic.letters import ARABIC, WORD, clusters
from vanguard.documents.arabic.lexicon import Lexicon
from vanguard.documents.arabic.plausibility import forward_bits
from vanguard.documents.page import Line, Word

# Bits for turning, over all words of a page.
_ENOUGH: Final = 40.0
_MOST_PER_WORD: Final = 20.0


def turned_words(lines: Sequence[Line], lexicon: Lexicon) -> bool:
    """Whether the words of a page read backward, each by itself."""
    total = 0.0
    for line in lines:
        for word in line.words:
            for found in WORD.finditer(word.text):
                bits = forward_bits(found[0], lexicon)
                total += max(-_MOST_PER_WORD, min(_MOST_PER_WORD, bits))
    return total < -_ENOUGH


def upright(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines with each Arabic word turned round, marks kept on their letters."""
    return tuple(
        msgspec.structs.replace(line, words=tuple(map(_turned, line.words))) for line in lines
    )


def _turned(word: Word) -> Word:
    if not ARABIC.search(word.text):
        return word
    return msgspec.structs.replace(word, text="".join(reversed(clusters(word.text))))
