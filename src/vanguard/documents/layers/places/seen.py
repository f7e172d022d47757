"""Text that nobody sees on the page, left out: beyond its edges, in the colour of the paper, far too small.

It does not know words. Text that is painted invisibly stays: it says what a picture shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from vanguard.documents.layers.contract import Drawn, Glyph, Painted

_LEAST_SIZE: Final = 1.2  # points
_DARK: Final = 235  # of 255: on what is darker, white letters are read
_SLACK: Final = 0.5  # points
# Of a page's glyphs: where nearly all are so, it is not the glyphs that are odd but what was made of the page.
_NEARLY_ALL: Final = 0.9


def seen(page: Painted, drawn: Sequence[Drawn]) -> tuple[Painted, tuple[str, ...]]:
    """The page with the glyphs that can be seen, and what was left out, for people.

    `drawn` is what is painted beside the text, in the order in which it was painted.
    """
    pale = _pale(drawn)
    kept: list[Glyph] = []
    outside = faint = 0
    for glyph in page.glyphs:
        if _is_outside(glyph, page):
            outside += 1
        elif not glyph.hidden and (glyph.size < _LEAST_SIZE or _is_within(glyph, pale)):
            faint += 1
        else:
            kept.append(glyph)
    if not outside + faint or outside + faint > _NEARLY_ALL * len(page.glyphs):
        return page, ()
    told = [f"{outside} characters outside of the page left out"] if outside else []
    told += [f"{faint} characters that nobody can see left out"] if faint else []
    return msgspec.structs.replace(page, glyphs=tuple(kept)), tuple(told)


def _is_outside(glyph: Glyph, page: Painted) -> bool:
    across, down = (glyph.left + glyph.right) / 2, (glyph.top + glyph.bottom) / 2
    return not (0 <= across <= page.width and 0 <= down <= page.height)


def _pale(drawn: Sequence[Drawn]) -> list[Drawn]:
    """Text in the colour of paper with nothing dark painted below it."""
    found: list[Drawn] = []
    dark: list[Drawn] = []
    for one in drawn:
        if one.what == "pale":
            if not any(_touches(one, other) for other in dark):
                found.append(one)
        elif one.what != "rule" and (one.what != "area" or one.shade < _DARK):
            dark.append(one)
    return found


def _touches(one: Drawn, other: Drawn) -> bool:
    return (
        one.left < other.right
        and other.left < one.right
        and one.top < other.bottom
        and other.top < one.bottom
    )


def _is_within(glyph: Glyph, places: Sequence[Drawn]) -> bool:
    across, down = (glyph.left + glyph.right) / 2, (glyph.top + glyph.bottom) / 2
    return any(
        one.left - _SLACK <= across <= one.right + _SLACK
        and one.top - _SLACK <= down <= one.bottom + _SLACK
        for one in places
    )
