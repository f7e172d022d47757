"""Letters of sloping typefaces brought down to their line: in Nastaliq each word falls to the line from its right.

It does not know lines. What is painted one after the other, touches, and differs in height by less
than a line does, is one word, and stands on the line with its lowest letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from vanguard.documents.arabic.letters import ARABIC
from vanguard.documents.layers.marks import Unit

# In sizes of the font: how far neighbours may be apart, or overlap, and how much higher one may stand.
_APART, _OVER, _HIGHER = 0.5, 0.9, 0.9
_LEVEL: Final = 0.04
# The share of neighbours that stand at different heights, from which on a typeface slopes.
_SLOPING: Final = 0.06
_FEW: Final = 12


def levelled(units: Sequence[Unit]) -> None:
    """Moves the baselines of units that were painted as parts of one sloping word."""
    words = list(_words(sorted(units, key=lambda unit: unit.painted)))
    steps = [
        abs(one.baseline - two.baseline) > _LEVEL * one.size
        for word in words
        for one, two in pairwise(word)
        if ARABIC.search(one.text) and ARABIC.search(two.text)
    ]
    if sum(steps) < max(_FEW, _SLOPING * len(steps)):
        return
    for word in words:
        foot = max(unit.baseline for unit in word)
        for unit in word:
            unit.baseline = foot


def _words(units: Sequence[Unit]) -> Iterator[list[Unit]]:
    word: list[Unit] = []
    for unit in units:
        if unit.space:
            continue
        if word and not _goes_on(word[-1], unit):
            yield word
            word = []
        word.append(unit)
    if word:
        yield word


def _goes_on(one: Unit, two: Unit) -> bool:
    size = max(one.size, two.size, 1e-6)
    apart = max(two.left - one.right, one.left - two.right)
    return (
        -_OVER * size <= apart <= _APART * size
        and abs(one.baseline - two.baseline) <= _HIGHER * size
    )
