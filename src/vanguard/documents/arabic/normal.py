"""Normal forms of Arabic text: the same words written two ways become the same string.

It does not know which form a measure prescribes; profiles of measures are built by whoever measures.
"""

from __future__ import annotations

import re
import unicodedata

from vanguard.documents.arabic.letters import (
    BIDI_CONTROLS,
    INVISIBLE,
    bare,
    base_letters,
    folded,
    plain_digits,
)

_UNSEEN = dict.fromkeys(map(ord, BIDI_CONTROLS | INVISIBLE))
_SPACES = re.compile(r"\s+")


def strict(text: str) -> str:
    """What is the same for every reader: composed letters, no shapes, nothing unseen, single spaces.

    Marks, tatweel, the kinds of alef and the two sets of digits stay as they are.
    """
    letters = base_letters(text.translate(_UNSEEN))
    return _SPACES.sub(" ", unicodedata.normalize("NFC", letters)).strip()


def lenient(text: str) -> str:
    """`strict` without marks and tatweel, digits as 0 to 9."""
    return plain_digits(bare(strict(text)))


def searched(text: str) -> str:
    """`lenient` with letters made one that are searched for as one: ا for أ, ه for ة, ي for ى."""
    return folded(lenient(text))
