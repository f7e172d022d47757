"""Which Arabic words there are: a list of common forms, and the particles and endings they take.

It does not know how sure one may be of a text; that is `vanguard.documents.arabic.plausibility`.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Final

from vanguard.documents.arabic.letters import folded

# Shorter stems with something before or behind them say little: nearly any three letters would be one.
SHORTEST_STEM: Final = 3
SHORTEST_WORD: Final = 2
LONGEST_WORD: Final = 40
# Written on to the next word: conjunctions, prepositions, the article, the future, and their sequences.
_BEFORE: Final = (
    "", "و", "ف", "ب", "ل", "ك", "س", "ا", "ال", "لل", "وال", "بال", "كال", "فال", "ولل", "فلل", "وبال", "فبال",
    "وكال", "وب", "ول", "وك", "فب", "فل", "وس", "فس", "اال", "ابال", "او", "اف",
)  # fmt: skip
# Written on to the word before: pronouns, number, gender and case, as `folded` leaves them.
_BEHIND: Final = (
    "", "ه", "ها", "هم", "هن", "هما", "ك", "كم", "كن", "كما", "نا", "ي", "ني", "ا", "ان", "ين", "ون", "ات", "ت", "تم",
    "وا", "يه", "تي", "تك", "ته", "تها", "تهم", "تنا", "اته", "اتها", "اتهم", "يا", "ائه", "ائها",
)  # fmt: skip


class Lexicon:
    """A set of words with the forms that grow from them.

    Attributes:
        words: folded.
    """

    def __init__(self, words: Iterable[str], *, folded_words: frozenset[str] = frozenset()) -> None:
        """Folds the words; a single letter is none.

        Args:
            words: as they are written.
            folded_words: further ones that are folded already.
        """
        self.words = folded_words | {
            word for word in map(folded, words) if SHORTEST_WORD <= len(word) <= LONGEST_WORD
        }

    def __len__(self) -> int:
        return len(self.words)

    def with_words(self, words: Iterable[str]) -> Lexicon:
        """This lexicon and further words, such as the names and terms of a trade."""
        return Lexicon(words, folded_words=self.words)

    def lists(self, word: str) -> bool:
        """Whether the word itself is listed, but for marks and exchanged letters."""
        return folded(word) in self.words

    def knows(self, word: str) -> bool:
        """Whether the word is listed, or grows from a listed one by what is written on to it."""
        plain = folded(word)
        if plain in self.words:
            return True
        if len(plain) <= SHORTEST_STEM or len(plain) > LONGEST_WORD:
            return False
        return any(self._grows(plain[len(start) :]) for start in _BEFORE if plain.startswith(start))

    def _grows(self, rest: str) -> bool:
        if rest in self.words and len(rest) >= SHORTEST_STEM:
            return True
        for end in _BEHIND:
            stem = rest[: len(rest) - len(end)]
            if len(stem) < SHORTEST_STEM or not rest.endswith(end):
                continue
            # a final ta marbuta (folded to ه) opens to ت before an ending
            if stem in self.words or (stem[-1] == "ت" and f"{stem[:-1]}ه" in self.words):
                return True
        return False


@cache
def packaged() -> Lexicon:
    """The list that the wheel carries: 94,000 forms of modern written Arabic.

    Origin and licence stand in `vanguard/data/arabic/README.md`.
    """
    data = zlib.decompress((files("vanguard") / "data" / "arabic" / "words.zz").read_bytes())
    return Lexicon((), folded_words=frozenset(data.decode().split("\n")))
