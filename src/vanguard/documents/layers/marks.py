"""Puts vowel marks on the letters that they stand on, by where both were painted and when.

It does not know lines. A ligature of several characters, and characters that share one place, make one
unit, which order never takes apart.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import msgspec

from vanguard.documents.arabic.letters import ARABIC, BIDI_CONTROLS, LAM, MARK, base_letters
from vanguard.documents.layers.contract import Glyph

_ALEFS = frozenset("اأإآٱ")
# In sizes of the font: how far a mark may stand from its letter, where only the place tells and where the
# order of painting does.
_REACH, _FAR = 0.6, 1.2
_SAME: Final = 0.02
# Neighbours are painted no farther apart.
_NEXT: Final = 2.0
# The share of marks by which one of two orders must be the better one.
_CLEAR: Final = 0.05
_MARK_FORMS: Final = ("\ufe70", "\ufe7f")


class Unit(msgspec.Struct):
    """A letter with its marks, or a ligature, or a space, where it stands.

    Attributes:
        painted: when: the number of its first glyph on the page.
        glyphs: of how many it is made.
        bold: its font is.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    baseline: float
    size: float
    stroke: int
    painted: int
    glyphs: int = 1
    bold: bool = False

    @property
    def space(self) -> bool:
        """Whether it is blank."""
        return self.text.isspace()

    @property
    def middle(self) -> float:
        """Halfway between its sides."""
        return (self.left + self.right) / 2


def is_mark(text: str) -> bool:
    """Whether a glyph's text is marks alone, or the shape of one."""
    letters = (
        base_letters(text) if len(text) == 1 and _MARK_FORMS[0] <= text <= _MARK_FORMS[1] else text
    )
    return bool(letters) and all(
        MARK.match(letter) or unicodedata.combining(letter) for letter in letters
    )


def units_of(
    numbered: Sequence[tuple[int, Glyph]], bold: frozenset[int] = frozenset()
) -> list[Unit]:
    """Units of glyphs that come with their numbers, in the order in which they were painted.

    `bold` are the fonts that are, by their numbers.
    """
    units: list[Unit] = []
    marks: list[tuple[int, Unit]] = []
    for at, glyph in numbered:
        text = "".join(filter(_shown, glyph.text))
        if not text:
            continue
        unit = Unit(
            " " if text.isspace() else text,
            glyph.left, glyph.top, glyph.right, glyph.bottom,
            glyph.baseline, glyph.size, glyph.stroke, at, 1, glyph.font in bold,
        )  # fmt: skip
        if unit.space and unit.right - unit.left < _SAME * glyph.size:
            continue  # has no place; the gap tells
        if is_mark(text):
            marks.append((len(units), unit))
        elif units and _same_place(units[-1], unit):
            _grow(units[-1], unit)
        else:
            units.append(unit)
    after = _carried_by(units, marks)
    alone = [mark for place, mark in marks if not _attached(units, place, mark, after)]
    for unit in units:
        unit.text = unicodedata.normalize("NFC", _ligature(unit))
    return units + alone


def named_once(numbered: Sequence[tuple[int, Glyph]]) -> list[tuple[int, Glyph]]:
    """Without marks that are given the text of the whole letter, beside the letter that is given it too."""
    glyphs = [glyph for _, glyph in numbered]
    return [
        pair
        for pair, before, after in zip(numbered, [None, *glyphs], [*glyphs[1:], None], strict=False)
        if not any(_names_again(pair[1], other) for other in (before, after))
    ]


def _names_again(mark: Glyph, letter: Glyph | None) -> bool:
    if letter is None or mark.text != letter.text or is_mark(mark.text):
        return False
    near = letter.left - mark.size <= mark.left <= letter.right + mark.size
    thin = mark.right - mark.left < _SAME * mark.size
    return thin and near and letter.right - letter.left >= _SAME * mark.size


def _shown(character: str) -> bool:
    return character >= " " and character != "\x7f" and character not in BIDI_CONTROLS


def _carried_by(units: Sequence[Unit], marks: Sequence[tuple[int, Unit]]) -> bool | None:
    """Whether marks are painted before their letters; None where nothing tells.

    A line that is painted from the left has each mark before its letter, one painted as it is typed
    has it behind. The wrong answer would set the marks at one end of each word on a space.
    """
    before = sum(not _can_carry(units, place, mark) for place, mark in marks)
    behind = sum(not _can_carry(units, place - 1, mark) for place, mark in marks)
    if abs(before - behind) > _CLEAR * len(marks):
        return before < behind
    return None if not marks else _from_the_left(units)


def _from_the_left(units: Sequence[Unit]) -> bool:
    """Whether Arabic letters are painted from left to right, the last letter of a word first."""
    steps = [
        two.left - one.left
        for one, two in pairwise(units)
        if ARABIC.search(one.text)
        and ARABIC.search(two.text)
        and abs(two.left - one.left) < _NEXT * one.size
    ]
    return sum(step > 0 for step in steps) > len(steps) / 2


def _can_carry(units: Sequence[Unit], place: int, mark: Unit) -> bool:
    if not 0 <= place < len(units) or units[place].space:
        return False
    return _distance(units[place], mark) <= _FAR * max(mark.size, 1)


def _same_place(one: Unit, two: Unit) -> bool:
    """Characters of one ligature, which extractors name one by one, share their place."""
    near = _SAME * max(one.size, 1)
    return (
        not one.space
        and not two.space
        and one.stroke == two.stroke
        and abs(one.left - two.left) <= near
        and abs(one.right - two.right) <= near
        and abs(one.baseline - two.baseline) <= near
        and one.right - one.left > near
    )


def _grow(unit: Unit, other: Unit) -> None:
    unit.text += other.text
    unit.glyphs += 1


def _ligature(unit: Unit) -> str:
    """A lam-alef that was named backward, put right: no glyph shows an alef that joins a lam."""
    text = unit.text
    if unit.glyphs > 1 and len(text) == 2 and text[1] == LAM and text[0] in _ALEFS:
        return text[::-1]
    return text


def _attached(units: list[Unit], place: int, mark: Unit, after: bool | None) -> bool:
    """Puts a mark on its letter: the next one painted or the last, or else the nearest."""
    best = None
    if after is not None:
        wanted = place if after else place - 1
        best = units[wanted] if _can_carry(units, wanted, mark) else None
    if best is None:
        around = [unit for unit in units[max(0, place - 3) : place + 3] if not unit.space]
        best = min(around, key=lambda unit: _distance(unit, mark), default=None)
        if best is None or _distance(best, mark) > _REACH * max(mark.size, 1):
            return False
    text = base_letters(mark.text)
    if after:  # of several marks painted before their letter the last one is the first one typed
        letters = next((at for at, one in enumerate(best.text) if MARK.match(one)), len(best.text))
        best.text = best.text[:letters] + text + best.text[letters:]
    else:
        best.text += text
    best.glyphs += 1
    return True


def _distance(unit: Unit, mark: Unit) -> float:
    """How far the mark's middle lies outside the letter; a letter above or below is far."""
    at = mark.middle
    outside = max(unit.left - at, at - unit.right, 0.0)
    beside = abs(unit.middle - at) / 1000
    height = abs(unit.baseline - mark.baseline)
    return outside + beside + (height if height > mark.size else 0.0)
