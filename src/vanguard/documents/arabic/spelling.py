"""How much a string of letters is spelled like an Arabic word, by the triples of letters in known words.

It does not know which words there are; a name that nobody listed is spelled well all the same.
"""

from __future__ import annotations

import zlib
from functools import cache
from importlib.resources import files
from typing import Final

from vanguard.documents.arabic.letters import bare

EDGE: Final = "^"
ALPHABET: Final = EDGE + "ءابتثجحخدذرزسشصضطظعغفقكلمنهويؤئةى"
STEPS_PER_BIT: Final = 10
# What a letter that is not in the alphabet costs, in bits: as much as one that was never seen there.
STRANGE_BITS: Final = 16.0

_SIZE = len(ALPHABET)
_PLACE = {letter: place for place, letter in enumerate(ALPHABET)}
_SPELLED = str.maketrans(
    {**dict.fromkeys("أإآٱ", "ا"), "ی": "ي", "ک": "ك", "ھ": "ه", "ہ": "ه", "ە": "ه"}
)


def spelled(word: str) -> str:
    """A word as the statistics see it: bare, the kinds of alef made one, endings left as they are."""
    return bare(word).translate(_SPELLED)


@cache
def _costs() -> bytes:
    data = (files("vanguard") / "data" / "arabic" / "triples.zz").read_bytes()
    return zlib.decompress(data)


def bits(word: str) -> float:
    """What the letters of a word cost, in bits; few for one that is spelled like others."""
    costs = _costs()
    first, second = 0, 0
    steps = 0.0
    for letter in spelled(word) + EDGE:
        third = _PLACE.get(letter)
        if third is None:
            steps += STRANGE_BITS * STEPS_PER_BIT
            first, second = second, 0
            continue
        steps += costs[(first * _SIZE + second) * _SIZE + third]
        first, second = second, third
    return steps / STEPS_PER_BIT


def bits_per_letter(word: str) -> float:
    """`bits`, shared out over the letters and the end of the word."""
    return bits(word) / (len(bare(word)) + 1)
