"""Which characters of Arabic text are letters, marks, digits, brackets or invisible controls.

It does not know words. Code points are those of the Unicode Standard, version 15.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

TATWEEL: Final = "\u0640"
LAM: Final = "ل"
ALEFS: Final = "اأإآٱ"
COMMA, SEMICOLON, QUESTION = "،", "؛", "؟"

# Base letters of the Arabic blocks, tatweel and digits not among them.
LETTER_RANGES: Final = "\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06ff\u0750-\u077f\u08a0-\u08c7"
# Vowel marks, the Quran's small signs, and what the extended blocks add to them.
MARK_RANGES: Final = "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u08ca-\u08e1\u08e3-\u08ff"
# Presentation forms; the symbols that are one character by right (ﷺ, ﷻ, ﷼, ﷽ and the ornate brackets) are not.
FORM_RANGES: Final = (
    "\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufd8f\ufd92-\ufdc7\ufdf0-\ufdf9\ufe70-\ufefc"
)
INDIC_DIGITS: Final = "\u0660-\u0669"
PERSIAN_DIGITS: Final = "\u06f0-\u06f9"

LETTER = re.compile(f"[{LETTER_RANGES}]")
MARK = re.compile(f"[{MARK_RANGES}]")
MARKS = re.compile(f"[{MARK_RANGES}]+")
FORM = re.compile(f"[{FORM_RANGES}]")
ARABIC = re.compile(f"[{LETTER_RANGES}{FORM_RANGES}]")
WORD = re.compile(
    f"[{LETTER_RANGES}{FORM_RANGES}][{LETTER_RANGES}{FORM_RANGES}{MARK_RANGES}{TATWEEL}]*"
)
DIGIT = re.compile(f"[0-9{INDIC_DIGITS}{PERSIAN_DIGITS}]")
LATIN = re.compile("[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]")

# They steer how text is shown and are no part of what it says.
BIDI_CONTROLS: Final = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
INVISIBLE: Final = frozenset("\u200b\u2060\ufeff\u00ad\u200c\u200d")
NON_JOINER, JOINER = "\u200c", "\u200d"

BRACKETS: Final = {"(": ")", "[": "]", "{": "}", "«": "»", "‹": "›", "<": ">", "﴿": "﴾"}
MIRRORED: Final = {**BRACKETS, **{right: left for left, right in BRACKETS.items()}}

_FOLD = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        "ى": "ي",
        "ی": "ي",
        "ة": "ه",
        "ۀ": "ه",
        "ھ": "ه",
        "ہ": "ه",
        "ە": "ه",
        "ک": "ك",
    }
)
_SHADDA: Final = "\u0651"
_NEVER_DOUBLED = frozenset("اٱىة")
_VOWELS = re.compile("[\u064b-\u0650\u0652]")
_INDIC = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


def bare(text: str) -> str:
    """The text without vowel marks and tatweel."""
    return MARKS.sub("", text).replace(TATWEEL, "")


def folded(word: str) -> str:
    """A word as the lexicon keeps it: bare, and letters that scribes exchange made one.

    The Quran writes ءا for آ.
    """
    return bare(word).translate(_FOLD).replace("ءا", "ا")


def plain_digits(text: str) -> str:
    """The text with the digits of Arabic and Persian as 0 to 9."""
    return text.translate(_INDIC)


def base_letters(text: str) -> str:
    """The text with each presentation form as the letters that it stands for.

    A form that carries a vowel mark alone becomes that mark, without the space or the tatweel on
    which Unicode's decomposition sets it.
    """
    return FORM.sub(lambda found: _base(found[0]), text)


def _base(form: str) -> str:
    letters = unicodedata.normalize("NFKC", form)
    if "\ufe70" <= form <= "\ufe7f" or "\ufc5e" <= form <= "\ufc63":
        return letters.lstrip(" " + TATWEEL)
    return letters


def clusters(text: str) -> list[str]:
    """The characters of a text, each together with the marks that stand on it."""
    parts: list[str] = []
    for character in text:
        if parts and (MARK.match(character) or unicodedata.combining(character)):
            parts[-1] += character
        else:
            parts.append(character)
    return parts


def misplaced_marks(units: Iterable[str]) -> int:
    """Marks where none can be: on no letter, a doubling on one that is never doubled, two vowels on one.

    Args:
        units: letters with their marks, as `clusters` makes them.
    """
    return sum(
        bool(MARK.match(unit[0]))
        or (unit[0] in _NEVER_DOUBLED and _SHADDA in unit)
        or len(_VOWELS.findall(unit)) > 1
        or (len(unit) > 1 and unit[0].isspace())
        for unit in units
    )
