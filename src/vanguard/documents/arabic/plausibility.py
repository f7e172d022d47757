"""How sure one may be that a text says what its page says, from 0 to 1, by its words and its letters.

It does not know what would mend it.
"""

from __future__ import annotations

import math
import re
import unicodedata
from functools import lru_cache
from typing import Final

import msgspec

from vanguard.documents.arabic.letters import ARABIC, FORM, LATIN, WORD, bare
from vanguard.documents.arabic.lexicon import Lexicon, packaged
from vanguard.documents.arabic.spelling import bits, bits_per_letter
from vanguard.documents.arabic.statistics import statistics

# Of a word in none of the lists, at best: names are spelled well and not listed.
UNLISTED: Final = 0.7
GROWN: Final = 0.95
# Bits per letter at which an unlisted word is worth half of that. Measured on the Universal Declaration:
# 99 of 100 words as written stay below 4.7, the median of the same words reversed is 5.1.
DOUBTFUL_BITS: Final = 4.6
# Words whose weight is remembered; a page repeats most of its own.
_REMEMBERED: Final = 1 << 15
_STEEPNESS: Final = 3.0
# What a word is worth against the letters alone, in bits, when directions are compared: listed, or grown.
_LISTED_BITS, _GROWN_BITS = 10.0, 5.0
_LATIN_WORD = re.compile(r"[^\W\d_]+")
_VOWEL = re.compile("[aeiouyAEIOUY]")
_ABBREVIATION: Final = 5
# A page has text of one or two further scripts at most; those of East Asia go together.
_MOST_SCRIPTS: Final = 2
_BEYOND_LATIN: Final = "\u024f"
_EAST_ASIAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO"})
# The share of accented letters that words of some languages reach.
_ACCENTED: Final = 0.4


class Plausibility(msgspec.Struct, frozen=True):
    """How sure one may be of a text.

    Attributes:
        value: 0 to 1; 0.5 for a text without a word.
        words: Arabic words of two letters and more.
        known: how many of them the lexicon knows.
        unknown_share: of its characters those that are no text at all.
    """

    value: float
    words: int
    known: int
    unknown_share: float

    @property
    def known_share(self) -> float:
        """Of the Arabic words those that are known, 0 to 1; 0 without words."""
        return self.known / self.words if self.words else 0.0


@lru_cache(maxsize=_REMEMBERED)
def word_score(word: str, lexicon: Lexicon) -> float:
    """How sure one may be of one Arabic word, 0 to 1."""
    if FORM.search(word):
        return 0.0
    plain = bare(word)
    if len(plain) < 2 or lexicon.lists(plain):
        return 1.0
    if lexicon.knows(plain):
        return GROWN
    return UNLISTED / (1 + math.exp((bits_per_letter(plain) - DOUBTFUL_BITS) * _STEEPNESS))


@lru_cache(maxsize=_REMEMBERED)
def forward_bits(word: str, lexicon: Lexicon) -> float:
    """How much more likely a word is as it stands than with its letters turned round, in bits."""
    plain = bare(word)
    turned = plain[::-1]
    if plain == turned:
        return 0.0
    evidence = bits(turned) - bits(plain)
    if len(plain) >= 3:
        evidence += _known_bits(plain, lexicon) - _known_bits(turned, lexicon)
    return evidence


def _known_bits(word: str, lexicon: Lexicon) -> float:
    if lexicon.lists(word):
        return _LISTED_BITS
    return _GROWN_BITS if lexicon.knows(word) else 0.0


def plausibility(text: str, lexicon: Lexicon | None = None) -> Plausibility:
    """Weighs each word by its letters: known, grown from a known one, or at least well spelled.

    Args:
        text: of any length, in any script; other scripts count with what little can be said.
        lexicon: the packaged one where none is given.
    """
    words = lexicon or packaged()
    score = weight = 0.0
    count = known = 0
    for found in WORD.finditer(text):
        letters = len(bare(found[0]))
        mixed = _foreign_beside(text, found.start(), found.end())
        if letters < 2 and not mixed:
            continue
        worth = 0.0 if mixed else word_score(found[0], words)
        count += 1
        known += worth >= GROWN
        score += letters * worth
        weight += letters
    for more_score, more_weight in (_latin(text), _others(text)):
        score += more_score
        weight += more_weight
    unknown = statistics(text).unknown_share
    value = score / weight if weight else 0.5
    return Plausibility(value * (1 - unknown), count, known, unknown)


def _foreign_beside(text: str, start: int, end: int) -> bool:
    """Whether letters of another script stand in the same word: no orthography does, broken maps do."""
    return any(
        letter.isalpha() and not ARABIC.match(letter)
        for letter in (text[start - 1 : start] if start else "", text[end : end + 1])
    )


def _others(text: str) -> tuple[float, float]:
    """What letters that are neither Arabic nor Latin are worth: nothing when they are of many scripts."""
    letters = [
        letter for letter in text
        if letter > _BEYOND_LATIN and letter.isalpha() and not ARABIC.match(letter)
    ]  # fmt: skip
    scripts = {unicodedata.name(letter, "?").partition(" ")[0] for letter in set(letters)}
    together = len(scripts - _EAST_ASIAN) + bool(scripts & _EAST_ASIAN)
    return (float(len(letters)) if together <= _MOST_SCRIPTS else 0.0), float(len(letters))


def _latin(text: str) -> tuple[float, float]:
    score = weight = 0.0
    for found in _LATIN_WORD.finditer(text):
        word = found[0]
        if not LATIN.match(word):
            continue
        weight += len(word)
        accented = sum(letter > "\x7f" for letter in word) / len(word)
        readable = _VOWEL.search(word) or len(word) <= _ABBREVIATION
        score += (
            len(word)
            * min(1.0, max(0.0, 1 - 3 * (accented - _ACCENTED)))
            * (1.0 if readable else 0.5)
        )
    return score, weight
