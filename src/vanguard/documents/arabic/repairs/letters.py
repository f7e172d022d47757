"""Puts Arabic letters for the Persian and Urdu ones that a file gives for their joined shapes.

It does not know words. Some programs name the first and middle shapes of ي, ك and ه by letters of Persian and
Urdu that look the same there; a text that writes them so and ends its words with the Arabic ones is Arabic.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vanguard.documents.arabic.letters import LETTER_RANGES, MARK_RANGES, TATWEEL
from vanguard.documents.arabic.lexicon import Lexicon
from vanguard.documents.arabic.repairs.change import Change

_ARABIC = str.maketrans("یکھ", "يكه")
_JOINED = re.compile(f"[یکھ](?=[{MARK_RANGES}{TATWEEL}]*[{LETTER_RANGES}])")
_FINAL = re.compile(f"[یکھ](?![{MARK_RANGES}{TATWEEL}]*[{LETTER_RANGES}])")
_ARABIC_FINAL = re.compile(f"[يىك](?![{MARK_RANGES}{TATWEEL}]*[{LETTER_RANGES}])")
# Persian, Urdu and Kurdish have these; a name in an Arabic text may.
_OF_OTHERS = re.compile("[پچژگڤڵۆێےہں]")
_FEWEST, _RARE = 3, 10


def fold_persian(lines: Sequence[str], _lexicon: Lexicon) -> list[Change | None]:
    """Proposes each line with them as Arabic letters, where the text as a whole is Arabic."""
    text = "\n".join(lines)
    joined = len(_JOINED.findall(text))
    others = len(_OF_OTHERS.findall(text)) + len(_FINAL.findall(text))
    if joined < _FEWEST or others * _RARE > joined or not _ARABIC_FINAL.search(text):
        return [None] * len(lines)
    return [_change(line) for line in lines]


def _change(line: str) -> Change | None:
    text = line.translate(_ARABIC)
    return None if text == line else Change(text, "Persian or Urdu letters in an Arabic text")
