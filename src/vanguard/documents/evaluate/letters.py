"""Rules about letters, marks and digits that several normal forms are made of.

It does not know which form uses which rule. Each rule is one function of a text.
"""

from __future__ import annotations

import re
import unicodedata

ARABIC_DIGITS = "٠١٢٣٤٥٦٧٨٩"
PERSIAN_DIGITS = "۰۱۲۳۴۵۶۷۸۹"
TATWEEL = "\u0640"
# Vowels, doubling, the small alef and the marks of the Quran; hamza and madda above or below a
# letter (U+0653 to U+0655) are parts of letters.
MARKS = r"[\u064B-\u0652\u0656-\u065F\u0670\u06D6-\u06DC\u06DF-\u06E4\u06E7\u06E8\u06EA-\u06ED]"

# Zero-width space to right-to-left mark, embeddings, isolates, Arabic letter mark, byte-order mark.
_INVISIBLE = re.compile(r"[\u200B-\u200F\u202A-\u202E\u2060\u2066-\u2069\u061C\u00AD\uFEFF]")
_PRESENTATION = re.compile(r"[\uFB50-\uFDFF\uFE70-\uFEFC]")
_DECIMAL = re.compile(r"(?<=\d)\u066B(?=\d)")
_THOUSANDS = re.compile(r"(?<=\d)\u066C(?=\d)")
_MARKS = re.compile(MARKS)
_SPACE = re.compile(r"\s+")
_FOLDED = str.maketrans(ARABIC_DIGITS + PERSIAN_DIGITS, "0123456789" * 2)
_ARABIC_FOLDED = str.maketrans(ARABIC_DIGITS, "0123456789")


def composed(text: str) -> str:
    """NFC: one code point for a letter and its hamza, marks in their canonical order."""
    return unicodedata.normalize("NFC", text)


def visible(text: str) -> str:
    """Without characters that only steer direction or joining."""
    return _INVISIBLE.sub("", text)


def base_letters(text: str) -> str:
    """Presentation forms as the letters that they show, each by its own NFKC."""
    return _PRESENTATION.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)


def separators(text: str) -> str:
    """Arabic decimal and thousands separators between digits as point and comma."""
    return _THOUSANDS.sub(",", _DECIMAL.sub(".", text))


def unmarked(text: str) -> str:
    """Without vowels, doubling and the marks of the Quran."""
    return _MARKS.sub("", text)


def unstretched(text: str) -> str:
    """Without tatweel."""
    return text.replace(TATWEEL, "")


def folded_digits(text: str) -> str:
    """Arabic-Indic and Persian digits as 0 to 9."""
    return text.translate(_FOLDED)


def folded_arabic_digits(text: str) -> str:
    """Arabic-Indic digits alone as 0 to 9."""
    return text.translate(_ARABIC_FOLDED)


def spaced(text: str) -> str:
    """Runs of white space as one space, none at the ends: where lines break is no text."""
    return _SPACE.sub(" ", text).strip()
