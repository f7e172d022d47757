"""What the reader of numbers can say, and how what it sees from left to right was typed.

It does not know images or nets. Digits of Persian and Urdu look like Arabic ones but for three; those
three are letters of their own here, and tell the set of the others. Signs of percent are read as `%`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LATIN = "0123456789"
ARABIC = "٠١٢٣٤٥٦٧٨٩"
PERSIAN = "۰۱۲۳۴۵۶۷۸۹"
PERSIAN_ALONE = "۴۵۶"
SIGNS = ".,٫٬،/:-%()+"
OTHER = "\ufffd"
"""Stands for any run of what is neither a digit nor a sign of numbers."""
LETTERS = LATIN + ARABIC + PERSIAN_ALONE + SIGNS + OTHER
CLASSES = len(LETTERS) + 1
"""Of the net: class 0 says nothing (the blank of CTC), class n the letter n - 1."""

_PLACES = {letter: number for number, letter in enumerate(LETTERS, 1)}
_SAME = str.maketrans(
    {p: a for p, a in zip(PERSIAN, ARABIC, strict=True) if p not in PERSIAN_ALONE}
    # most faces draw both signs of percent alike
    | {"−": "-", "–": "-", "٪": "%"}
)
_TO_PERSIAN = str.maketrans(ARABIC, PERSIAN)
_MIRRORED = str.maketrans("()", ")(")
_ARABIC_DIGIT = re.compile("[٠-٩]")
# What the bidirectional algorithm (UAX #9, rules W2 to W6) keeps together: signs between Arabic digits
# turn with the paragraph, between other ones they do so behind an Arabic letter alone.
_TURNED = re.compile(r"[0-9٠-٩۰-۹]+(?:[.,:/٫٬،][0-9٠-٩۰-۹]+)*|.", re.DOTALL)
_KEPT = re.compile(r"%?[0-9۰-۹]+(?:[.,:/+\-٫٬،][0-9۰-۹]+)*%?|.", re.DOTALL)


def classes(painted: str) -> tuple[int, ...]:
    """The net's classes for a text in the order in which it is painted, from left to right."""
    found: list[int] = []
    for letter in painted.translate(_SAME):
        place = _PLACES.get(letter, _PLACES[OTHER])
        if place != _PLACES[OTHER] or found[-1:] != [place]:
            found.append(place)
    return tuple(found)


def painted(numbers: Sequence[int]) -> str:
    """The text of classes, as it is painted; digits of one word are of one set."""
    text = "".join(LETTERS[number - 1] for number in numbers)
    return text.translate(_TO_PERSIAN) if re.search(f"[{PERSIAN_ALONE}]", text) else text


def typed(text: str, *, after_arabic: bool = False) -> str:
    """A painted number in the order in which it is typed in a right-to-left paragraph.

    `after_arabic`: the last letter before it is an Arabic one. Percent is typed behind its number.
    """
    turned = after_arabic or _ARABIC_DIGIT.search(text) is not None
    units = (_TURNED if turned else _KEPT).findall(text)
    out = "".join(reversed([unit.translate(_MIRRORED) for unit in units]))
    return f"{out[1:]}%" if out.startswith("%") and not out.endswith("%") else out
