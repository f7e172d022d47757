"""Finds the spaces that were lost between words.

It does not split what could be a word: only what the lexicon does not know and no Arabic word is
spelled like, and only into words that it lists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from vanguard.documents.arabic.letters import LETTER_RANGES, MARK_RANGES, bare, clusters
from vanguard.documents.arabic.lexicon import Lexicon
from vanguard.documents.arabic.plausibility import DOUBTFUL_BITS
from vanguard.documents.arabic.repairs.change import Change
from vanguard.documents.arabic.spelling import bits, bits_per_letter

_WORD = re.compile(f"[{LETTER_RANGES}{MARK_RANGES}]+")
_FEWEST_LETTERS: Final = 6
_LONGEST_RUN: Final = 400
_LONGEST_WORD: Final = 16
# Short words that do stand alone; other pairs and triples of letters are listed too, but split anything.
_SHORT = frozenset(
    re.findall(
        r"\w+",
        "في من عن ما لا لم لن أن إن إذ قد كل هل هو هي أو أم ثم بل كم مع يا ذا كان هذا هذه ذلك على إلى التي حتى بعد قبل عند "
        "غير بين كما لكن أنه إلا حيث منذ يوم عام سنة حق حقا ذات كلا أية أما وهو وهي وقد وما ولا ومن وفي",
    )
)
# Written as one by custom, though each part is a word.
_CUSTOM = re.compile(
    "^(?:[وفبل]{0,2})(?:عبد|أبو|أبي|بن|ابن|ان?شاء|ما ?شاء|لاسيم|ثلاثم|أربعم|خمسم|ستم|سبعم|ثمانم|تسعم)"
)
# Bits that a space costs, that a word costs which only grows from a listed one, and that one costs which
# does neither.
_SPACE_BITS: Final = 3.0
_GROWN_BITS: Final = 5.0
_UNLISTED_BITS: Final = 12.0
_LONG_BITS: Final = 2.0
# Words are seldom as long as this: shorter ones are split only where the seam shows.
_SURE_LETTERS: Final = 12
# Below this, three letters are believed to be a word only where they are a common one: foreign names are long.
_LONG_LETTERS, _FULL_LETTERS = 20, 4
# Marks for each letter from which a text is vocalised, and its spelling an older one.
_VOCALISED: Final = 0.3


def split_words(lines: Sequence[str], lexicon: Lexicon) -> list[Change | None]:
    """Proposes each line with its lost spaces."""

    @lru_cache(maxsize=4096)
    def parts(word: str) -> tuple[str, ...]:
        return _split(word, lexicon)

    return [_change(line, parts) for line in lines]


def _change(line: str, parts: Callable[[str], tuple[str, ...]]) -> Change | None:
    found: list[str] = []

    def spaced(match: re.Match[str]) -> str:
        pieces = parts(match[0])
        if len(pieces) < 2:
            return match[0]
        found.append(f"{match[0]} → {' '.join(pieces)}")
        return " ".join(pieces)

    text = _WORD.sub(spaced, line)
    return Change(text, "spaces lost: " + "، ".join(found)) if found else None


def _split(word: str, lexicon: Lexicon) -> tuple[str, ...]:
    plain = bare(word)
    if not _FEWEST_LETTERS <= len(plain) <= _LONGEST_RUN or lexicon.knows(plain):
        return (word,)
    if _CUSTOM.match(plain) or len(word) - len(plain) > len(plain) * _VOCALISED:
        return (word,)
    units = clusters(word)
    letters = [bare(unit) for unit in units]
    cost, pieces = _cheapest(letters, lexicon)
    if len(pieces) < 2 or cost > bits(plain) + _unlikely(len(plain)):
        return (word,)
    out, at = [], 0
    for size in pieces:
        out.append("".join(units[at : at + size]))
        at += size
    pieces_bare = list(map(bare, out))
    if len(plain) < _SURE_LETTERS and not _seams(pieces_bare):
        return (word,)
    if len(plain) < _LONG_LETTERS and any(map(_slight, pieces_bare)):
        return (word,)
    return tuple(out)


def _unlikely(letters: int) -> float:
    """Bits that a word costs which is not listed, and more for each letter beyond the usual."""
    return _UNLISTED_BITS + _LONG_BITS * max(0, letters - _SURE_LETTERS)


def _slight(piece: str) -> bool:
    return len(piece) < _FULL_LETTERS and piece not in _SHORT


def _seams(pieces: Sequence[str]) -> bool:
    """Whether each seam shows: a letter that only ends words, or the article of the next one."""
    return all(
        left[-1] in "ةى" or (len(left) > 2 and right.startswith("ال") and len(right) > 4)
        for left, right in pairwise(pieces)
    )


def _cheapest(letters: Sequence[str], lexicon: Lexicon) -> tuple[float, tuple[int, ...]]:
    """The split into listed words that costs least, in bits, as sizes; none when there is none."""
    nothing = float("inf")
    best: list[tuple[float, int]] = [(0.0, 0)] + [(nothing, 0)] * len(letters)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - _LONGEST_WORD), end):
            before = best[start][0]
            if before == nothing:
                continue
            piece = "".join(letters[start:end])
            price = _price(piece, lexicon)
            if price is None:
                continue
            cost = before + _SPACE_BITS + bits(piece) + price
            if cost < best[end][0]:
                best[end] = (cost, start)
    if best[-1][0] == nothing:
        return nothing, ()
    sizes, at = [], len(letters)
    while at:
        sizes.append(at - best[at][1])
        at = best[at][1]
    return best[-1][0] - _SPACE_BITS, tuple(reversed(sizes))


def _price(piece: str, lexicon: Lexicon) -> float | None:
    if piece in _SHORT or (len(piece) > 2 and lexicon.lists(piece)):
        return 0.0
    if len(piece) > 4 and lexicon.knows(piece):
        return _GROWN_BITS
    return _UNLISTED_BITS if len(piece) > 3 and bits_per_letter(piece) < DOUBTFUL_BITS else None
