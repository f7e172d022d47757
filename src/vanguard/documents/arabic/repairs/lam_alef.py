"""Puts lam and alef of a swapped ligature in order: اال back to الا, األمر back to الأمر.

It does not guess: each swap needs a word that is none as it stands and is one when swapped; where
both are words, only a text that swaps all the others, and writes no ligature right, decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from vanguard.documents.arabic.letters import LAM, LETTER_RANGES, MARK_RANGES, bare
from vanguard.documents.arabic.lexicon import Lexicon
from vanguard.documents.arabic.plausibility import GROWN, word_score
from vanguard.documents.arabic.repairs.change import Change
from vanguard.documents.arabic.spelling import bits

_WORD = re.compile(f"[{LETTER_RANGES}{MARK_RANGES}]+")
_SWAPPED = re.compile("[اأإآٱ]ل")
_RIGHT = re.compile(f"ل[{MARK_RANGES}]*[اأإآ]")
# No word has the alef of the article, another alef, and only then its lam; none ends in an alef and a lam
# with the mark that alef alone carries.
_IMPOSSIBLE = re.compile("^[وفبك]{0,2}ا[اأإآ]ل|ال\u064b$")
# An alef with a hamza asks a question before a whole word with lam; the ligature لأ is far more common.
_ASKS = re.compile("^[وف]?[أإآ]ل")
_BEFORE = re.compile("^(?:[وف]?(?:ال|لل|بال|كال)|[وفبلك]{1,2})(?=..)")
_MOST_PLACES = 4
_LONGEST = 14
# A text is known to swap when it did so this often, and this often for each ligature that it wrote right.
_ENOUGH = 2
_SYSTEMATIC = 4
# Words both ways, of which the one with the ligature is the common one.
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "علاقة علاقات ثلاثة ثلاثين خلاف خلافات كلام بلاد سلام سلامة صلاة علاج غلاف سلاح حلال جلال هلال دلال ظلال بلاغ "
        "علامة علامات أعلام أولاد لا إلا ألا هلا كلا بلا أولا أعلاه ميلاد ملابس غلاء احتلال استقلال لأي لأن لأنه لأنها "
        "لأنهم لأحد ملاحظة خلال أخلاق طلاق تلاوة ولاية ولاء بلاء",
    )
)


def swaps(word: str) -> Iterator[str]:
    """The word with one or more of its alef-lam pairs turned round."""
    places = [found.start() for found in _SWAPPED.finditer(word)][:_MOST_PLACES]
    for count in range(1, len(places) + 1):
        for chosen in combinations(places, count):
            letters = list(word)
            for at in chosen:
                letters[at], letters[at + 1] = LAM, letters[at]
            yield "".join(letters)


def mended(word: str, lexicon: Lexicon) -> str | None:
    """The word as it was meant, where there is no doubt."""
    if not _SWAPPED.search(word) or len(bare(word)) > _LONGEST:
        return None
    best = _likeliest(word, lexicon)
    if _IMPOSSIBLE.search(word):
        return best if bits(best) < bits(word) or word_score(best, lexicon) >= GROWN else None
    doubted = word_score(word, lexicon) < GROWN
    return best if doubted and lexicon.lists(best) else None


def mended_among_others(word: str, lexicon: Lexicon) -> str | None:
    """The word as it was meant, in a text that swaps: where the one is likelier than the other."""
    if not _SWAPPED.search(word) or len(bare(word)) > _LONGEST:
        return None
    common = next((one for one in swaps(word) if _common(bare(one))), None)
    if common:
        return common
    best = _likeliest(word, lexicon)
    before, after = word_score(word, lexicon), word_score(best, lexicon)
    asks = bool(_ASKS.search(word)) and not lexicon.lists(word)
    return best if after >= GROWN and (after > before or asks) else None


def _likeliest(word: str, lexicon: Lexicon) -> str:
    return max(swaps(word), key=lambda one: (word_score(one, lexicon), -bits(one)))


def _common(word: str) -> bool:
    return word in _COMMON or _BEFORE.sub("", word) in _COMMON


def unswap_lam_alef(lines: Sequence[str], lexicon: Lexicon) -> list[Change | None]:
    """Proposes the words as they were meant, first those beyond doubt, then those of a text that swaps."""
    words = [word for line in lines for word in _WORD.findall(line)]
    better = {word: new for word in set(words) if (new := mended(word, lexicon))}
    wrong = sum(word in better for word in words)
    right = sum(bool(_RIGHT.search(word)) for word in words)
    if wrong >= _ENOUGH and wrong >= _SYSTEMATIC * right:
        for word in set(words) - set(better):
            if new := mended_among_others(word, lexicon):
                better[word] = new
    return [_change(line, better) for line in lines]


def _change(line: str, better: dict[str, str]) -> Change | None:
    text = _WORD.sub(lambda found: better.get(found[0], found[0]), line)
    if text == line:
        return None
    named = [f"{word} → {better[word]}" for word in _WORD.findall(line) if word in better]
    return Change(text, "swapped lam-alef: " + "، ".join(named))
