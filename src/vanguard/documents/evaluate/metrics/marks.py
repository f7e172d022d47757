"""Vowels and other marks: those that were read wrongly, and those that the page does not have.

It does not know normal forms; it takes texts in the strict one. Letters are aligned without their
marks; where a letter meets a letter, right or wrong, their marks are compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from rapidfuzz.distance import Levenshtein

from vanguard.documents.evaluate.letters import MARKS

_MARK = re.compile(MARKS)
_LETTER = re.compile(r"[\u0621-\u063A\u0641-\u064A\u066E-\u06D3\u06D5\u06EE-\u06FC]")
# Aligning keeps a matrix; beyond this a page is a runaway, which the error rates tell of.
MAX_PRODUCT = 10**9


class Marks(msgspec.Struct, frozen=True):
    """Counts of one page.

    Attributes:
        letters: Arabic letters of the truth that met a letter of what was read.
        wrong: those among them whose marks differ.
        invented: marks on letters that have none in the truth.
        lost: letters of the truth with marks that have none in what was read.
        skipped: the page was too long to be aligned.
    """

    letters: int = 0
    wrong: int = 0
    invented: int = 0
    lost: int = 0
    skipped: bool = False


def compare(prediction: str, truth: str) -> Marks:
    """The marks of two texts."""
    one, other = list(_letters(prediction)), list(_letters(truth))
    if len(one) * len(other) > MAX_PRODUCT:
        return Marks(skipped=True)
    counted = wrong = invented = lost = 0
    for read, true in _met(one, other):
        if not _LETTER.match(true[0]):
            continue
        counted += 1
        wrong += read[1] != true[1]
        invented += 0 if true[1] else len(read[1])
        lost += bool(true[1]) and not read[1]
    return Marks(counted, wrong, invented, lost)


def _letters(text: str) -> Iterator[tuple[str, str]]:
    """Each character that is no mark, with the marks behind it."""
    base, marks = "", ""
    for character in text:
        if _MARK.match(character):
            marks += character
            continue
        if base:
            yield base, marks
        base, marks = character, ""
    if base:
        yield base, marks


def _met(
    one: list[tuple[str, str]], other: list[tuple[str, str]]
) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    bases = "".join(pair[0] for pair in one), "".join(pair[0] for pair in other)
    for block in Levenshtein.opcodes(*bases):
        if block.tag in ("equal", "replace"):
            yield from zip(
                one[block.src_start : block.src_end],
                other[block.dest_start : block.dest_end],
                strict=True,
            )
