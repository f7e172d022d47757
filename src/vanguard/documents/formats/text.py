"""Text that every format can carry: no control characters, no stray direction marks, one space at a time.

It does not know any format's own escapes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import regex

from vanguard.documents.page import Direction, Document, Line

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
RIGHT_TO_LEFT_MARK = "\N{RIGHT-TO-LEFT MARK}"
LEFT_TO_RIGHT_MARK = "\N{LEFT-TO-RIGHT MARK}"
# White space is split at before: what is left of C0 and C1 has no meaning in any format, and neither
# halves of surrogate pairs nor the two last code points of each plane can be written to a file.
_UNWRITABLE = regex.compile(r"[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]")
# Order is logical and direction is said by the format: a mark that came along from a text layer would
# only turn around what stands after it. Joiners and non-joiners are spelling, they stay.
_DIRECTION_MARKS = regex.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_UNCLEAN = regex.compile(r"[^\p{L}\p{M}\p{N}\p{P}\p{S}\u200c\u200d]")


def clean(text: str) -> str:
    """The text as it can be written: white space to single spaces, what is unwritable to U+FFFD."""
    if _UNCLEAN.search(text) is None:
        return text
    text = " ".join(_DIRECTION_MARKS.sub("", text).split())
    return str(_UNWRITABLE.sub(REPLACEMENT, text))


def line_text(line: Line) -> str:
    """The words of a line, clean, with one space between them."""
    return " ".join(filter(None, (clean(word.text) for word in line.words)))


def line_texts(lines: Iterable[Line]) -> list[str]:
    """The text of each line that has one."""
    return [text for text in map(line_text, lines) if text]


def first_strong(text: str) -> Direction | None:
    """The direction that the first letter gives to a text whose direction nobody says (UAX #9, P2)."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind == "L":
            return "ltr"
        if kind in {"R", "AL"}:
            return "rtl"
    return None


def main_direction(document: Document) -> Direction:
    """The direction of most of its blocks."""
    blocks = [block.direction for page in document.pages for block in page.blocks]
    return "ltr" if blocks.count("ltr") > len(blocks) / 2 else "rtl"


_ARABIC = regex.compile(r"\p{Script=Arabic}")
_OTHER = regex.compile(r"[\p{L}--\p{Script=Arabic}]", regex.VERSION1)


def language(text: str) -> str:
    """The language tag of a text: Arabic where most letters are, else empty, which says unknown."""
    arabic = len(_ARABIC.findall(text))
    return "ar" if arabic and arabic >= len(_OTHER.findall(text)) else ""
