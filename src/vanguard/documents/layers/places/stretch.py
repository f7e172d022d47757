"""Tells strokes that fill a line to its column's edge, and those a typeface adds, from strokes that were typed.

It does not know what was typed: a text set to both edges has strokes in its full lines and none in those
that end its paragraphs; a typed one has them in both. Some typefaces draw
one between lam and kaf: where there are no others, nobody typed those.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from vanguard.documents.arabic.letters import LETTER_RANGES, MARK_RANGES, TATWEEL, WORD
from vanguard.documents.page import Line

_STROKE = re.compile(f"(?<=[{LETTER_RANGES}{MARK_RANGES}]){TATWEEL}+(?=[{LETTER_RANGES}])")
_LAM_KAF = re.compile(f"(?<=ل){TATWEEL}(?=ك)")
_FULL: Final = 0.97  # of the widest line that lies above or below
_FEWEST_LINES: Final = 3
# So many words of short lines would be stretched were they like the full ones, and which part of them may be.
_EXPECTED, _MOST_SHARE = 4.0, 0.2


def without_strokes(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines without strokes that nobody typed."""
    if not any(TATWEEL in line.text for line in lines):
        return tuple(lines)
    stroke = _STROKE if _fill_lines(lines) else _LAM_KAF if _of_typeface(lines) else None
    if stroke is None:
        return tuple(lines)
    return tuple(_without(line, stroke) for line in lines)


def _without(line: Line, stroke: re.Pattern[str]) -> Line:
    words = (
        msgspec.structs.replace(word, text=stroke.sub("", word.text))
        if TATWEEL in word.text
        else word
        for word in line.words
    )
    return msgspec.structs.replace(line, words=tuple(words))


def _of_typeface(lines: Sequence[Line]) -> bool:
    text = "\n".join(line.text for line in lines)
    return len(_STROKE.findall(text)) == len(_LAM_KAF.findall(text)) > 0


def _fill_lines(lines: Sequence[Line]) -> bool:
    full, short = [0, 0], [0, 0]
    stretched = 0
    for line in lines:
        words = [bool(_STROKE.search(found[0])) for found in WORD.finditer(line.text)]
        counts = full if _is_full(line, lines) else short
        counts[0] += len(words)
        counts[1] += sum(words)
        stretched += counts is full and any(words)
    expected = short[0] * full[1] / full[0] if full[0] else 0.0
    return (
        stretched >= _FEWEST_LINES and expected >= _EXPECTED and short[1] <= _MOST_SHARE * expected
    )


def _is_full(line: Line, lines: Sequence[Line]) -> bool:
    box = line.box
    if box is None:
        return False
    widest = max(
        other.box.width
        for other in lines
        if other.box and other.box.left < box.right and box.left < other.box.right
    )
    return box.width >= _FULL * widest
