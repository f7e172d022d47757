"""What can be measured about a block without its truth: how sure its words are, how plausible its text.

It does not know what is enough; `tier` does.
"""

from __future__ import annotations

import re

import msgspec

from vanguard.documents.arabic.plausibility import plausibility
from vanguard.documents.page import Block, Word

_DIGIT = re.compile(r"\d")


class Signs(msgspec.Struct, frozen=True):
    """What speaks for a block and against it.

    Attributes:
        confidence: of its reader, 0 to 1; None where it told none, as text layers do.
        weakest: of its words the one that its reader was least sure of; None likewise.
        words: how many there are.
        unsure: words below the bound that was asked for.
        plausibility: 0 to 1; None without a word to weigh.
        digits: how many of its words hold digits.
        doubts: cells of its table that checks doubt.
    """

    confidence: float | None
    weakest: float | None
    words: int
    unsure: int
    plausibility: float | None
    digits: int
    doubts: int


def signs_of(block: Block, unsure_below: float) -> Signs:
    """The signs of a block; `unsure_below` bounds the words that count as unsure."""
    words = [word for line in block.all_lines for word in line.words]
    told = [word.confidence for word in words if word.confidence is not None]
    weighed = plausibility(block.text)
    cells = block.table.cells if block.table is not None else ()
    return Signs(
        confidence=block.confidence,
        weakest=min(told, default=None),
        words=len(words),
        unsure=sum(one < unsure_below for one in told),
        plausibility=weighed.value if _weighable(words) else None,
        digits=sum(bool(_DIGIT.search(word.text)) for word in words),
        doubts=sum(bool(cell.doubts) for cell in cells),
    )


def _weighable(words: list[Word]) -> bool:
    """Numbers and signs alone have no plausibility."""
    return any(letter.isalpha() for word in words for letter in word.text)
