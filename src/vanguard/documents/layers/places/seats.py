"""Letters named on their hamza: a typeface draws أ as an alef and a mark, and the file gives the letter to the mark.

It does not know lines. The stroke that is left stands for a joiner, which says nothing; the letter is
put where the stroke is, else it would stand between two lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from vanguard.documents.arabic.letters import LETTER
from vanguard.documents.layers.contract import Glyph
from vanguard.documents.layers.marks import is_mark

_NOTHING: Final = frozenset("\u200b\u200c\u200d\u2060\ufeff")
# In sizes of the font: how far the mark may be from its stroke across, and up or down, and how wide it is.
_ACROSS, _LEAST, _MOST, _NARROW = 0.3, 0.1, 1.3, 0.4
# So many glyphs before and behind it are looked at.
_AROUND: Final = 4


def seated(numbered: Sequence[tuple[int, Glyph]]) -> list[tuple[int, Glyph]]:
    """The glyphs that say something, letters on marks moved to the strokes that they belong to."""
    found = []
    for place, (at, glyph) in enumerate(numbered):
        if glyph.text in _NOTHING:
            continue
        near = numbered[max(0, place - _AROUND) : place + _AROUND + 1]
        moved = glyph
        if LETTER.match(glyph.text) and glyph.right - glyph.left <= _NARROW * glyph.size:
            moved = _seated(glyph, [one for _, one in near if one is not glyph])
        found.append((at, moved))
    return found


def _seated(glyph: Glyph, near: Sequence[Glyph]) -> Glyph:
    """The letter on a stroke painted close by, if that is on a line of letters and the letter is not."""
    size = max(glyph.size, 1.0)
    strokes = [
        one
        for one in near
        if one.text in _NOTHING
        and abs(one.left - glyph.left) <= _ACROSS * size
        and _LEAST * size < abs(one.baseline - glyph.baseline) <= _MOST * size
    ]
    if not strokes:
        return glyph
    stroke = min(strokes, key=lambda one: abs(one.left - glyph.left))
    letters = [one for one in near if one.text not in _NOTHING and not is_mark(one.text)]
    beside = [_level(letters, one.baseline, size) for one in (glyph, stroke)]
    if beside[0] >= beside[1]:
        return glyph
    return msgspec.structs.replace(
        glyph, left=stroke.left, top=stroke.top, right=stroke.right, bottom=stroke.bottom,
        baseline=stroke.baseline,
    )  # fmt: skip


def _level(letters: Sequence[Glyph], baseline: float, size: float) -> int:
    return sum(abs(one.baseline - baseline) < _LEAST * size for one in letters)
