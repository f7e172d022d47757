"""Digits of both sets, and tatweel.

It does not know where text is from.
"""

from __future__ import annotations

import re
from typing import Literal

from vanguard.documents.synth.dice import Dice

Digits = Literal["arabic", "latin"]
TATWEEL = "\u0640"
_TO_ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_SEPARATED = re.compile(r"(?<=\d)[.,](?=\d)")
# letters that join the next one, and those that join the one before
_JOINS_NEXT = "بتثجحخسشصضطظعغفقكلمنهيئ"
_JOINS_BEFORE = _JOINS_NEXT + "اأإآدذرزوؤةى"
_BETWEEN = re.compile(f"(?<=[{_JOINS_NEXT}])(?=[{_JOINS_BEFORE}])")


def in_digits(text: str, digits: Digits) -> str:
    """Latin digits, with `.` and `,` between them, in the set that is wanted."""
    if digits == "latin":
        return text
    marked = _SEPARATED.sub(lambda found: "٫" if found.group() == "." else "٬", text)
    return marked.translate(_TO_ARABIC)


def grouped(number: int, digits: Digits, decimals: int = 0) -> str:
    """A number with its thousands apart; `decimals` of its digits are behind the point.

    >>> grouped(1234550, "latin", 2)
    '12,345.50'
    """
    whole, rest = divmod(abs(number), 10**decimals)
    text = f"{whole:,}" + (f".{rest:0{decimals}d}" if decimals else "")
    return in_digits(("-" if number < 0 else "") + text, digits)


def stretch(word: str, dice: Dice) -> str:
    """A word with one to four tatweels where letters join; as it was where none do.

    No tatweel stands between lam and alef: they are one sign.
    """
    places = [
        found.start()
        for found in _BETWEEN.finditer(word)
        if not (word[found.start() - 1] == "ل" and word[found.start()] in "اأإآ")
    ]
    if not places:
        return word
    place = dice.choice(places)
    return word[:place] + TATWEEL * dice.randint(1, 4) + word[place:]
