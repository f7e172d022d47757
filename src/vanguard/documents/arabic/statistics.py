"""What scripts a text is made of, and what in it no text should have.

It does not know words, and judges nothing.
"""

from __future__ import annotations

import unicodedata

import msgspec

from vanguard.documents.arabic.letters import (
    BIDI_CONTROLS,
    DIGIT,
    FORM,
    INVISIBLE,
    LATIN,
    LETTER,
    MARK,
    TATWEEL,
)

_LATIN = "latin"


class Statistics(msgspec.Struct, frozen=True):
    """Counts of characters.

    Attributes:
        arabic: base letters of the Arabic script.
        forms: presentation forms, which are shapes of letters and no letters.
        latin: Latin letters, accented ones among them.
        others: letters of any other script.
        marks: vowel marks and the Quran's signs.
        unknown: the replacement character, private-use and unassigned code points, control
            characters, and the words `(cid:N)` of extractors that found no letter.
        accented: of the Latin letters those beyond ASCII; broken glyph maps are full of them.
    """

    arabic: int = 0
    forms: int = 0
    latin: int = 0
    others: int = 0
    marks: int = 0
    digits: int = 0
    tatweels: int = 0
    controls: int = 0
    unknown: int = 0
    accented: int = 0
    spaces: int = 0
    rest: int = 0

    @property
    def letters(self) -> int:
        """Of any script, shapes among them."""
        return self.arabic + self.forms + self.latin + self.others

    @property
    def arabic_share(self) -> float:
        """Of the letters those in Arabic script, 0 to 1; 0 without letters."""
        return (self.arabic + self.forms) / self.letters if self.letters else 0.0

    @property
    def unknown_share(self) -> float:
        """Of what is seen (letters, digits and what nobody can read) the last, 0 to 1."""
        seen = self.letters + self.digits + self.unknown
        return self.unknown / seen if seen else 0.0


def statistics(text: str) -> Statistics:
    """Counts the characters of a text."""
    counts = dict.fromkeys(Statistics.__struct_fields__, 0)
    missing = text.count("(cid:")
    for character in text:
        kind = _kind(character)
        counts[kind] += 1
        if kind == _LATIN and character > "\x7f":
            counts["accented"] += 1
    counts["unknown"] += missing
    counts["latin"] -= 3 * missing
    return Statistics(**counts)


def _kind(character: str) -> str:
    for pattern, kind in (
        (LETTER, "arabic"),
        (FORM, "forms"),
        (MARK, "marks"),
        (DIGIT, "digits"),
        (LATIN, _LATIN),
    ):
        if pattern.match(character):
            return kind
    if character.isspace():
        return "spaces"
    if character == TATWEEL:
        return "tatweels"
    if character in BIDI_CONTROLS or character in INVISIBLE:
        return "controls"
    category = unicodedata.category(character)
    if character == "\ufffd" or category in {"Co", "Cn", "Cc", "Cs"}:
        return "unknown"
    return "others" if category[0] == "L" else "rest"
