"""Numbers: which of a page's numbers stand in what was read, exactly.

It does not know where they stand. A number is a run of digits with separators within; dates and times
are such runs too, so that one whose parts changed places is wrong.
"""

from __future__ import annotations

import re
from collections import Counter

import msgspec

from vanguard.documents.evaluate import letters

_DIGIT = "0-9٠-٩۰-۹"
# comma, point, Arabic decimal, thousands and date separators, slash, colon, hyphen
_NUMBER = re.compile(rf"[{_DIGIT}]+(?:[.,٫٬؍/:،\-][{_DIGIT}]+)*")
_SEPARATORS = str.maketrans("٫٬؍،", ".,/,")


class Numbers(msgspec.Struct, frozen=True):
    """Counts of one page.

    Attributes:
        right: numbers of the truth that are there, each as often as in the truth.
        truth, predicted: how many there are.
    """

    right: int
    truth: int
    predicted: int


def tokens(text: str) -> list[str]:
    """The numbers of a text, in their order, as they are written."""
    return [match[0] for match in _NUMBER.finditer(text)]


def folded(token: str) -> str:
    """A number with the digits 0 to 9 and the separators of ASCII."""
    return letters.folded_digits(token).translate(_SEPARATORS)


def compare(prediction: str, truth: str, *, fold: bool) -> Numbers:
    """The numbers of two texts; with `fold` the sets of digits do not matter."""
    one, other = tokens(prediction), tokens(truth)
    if fold:
        one, other = list(map(folded, one)), list(map(folded, other))
    right = (Counter(one) & Counter(other)).total()
    return Numbers(right, len(other), len(one))
