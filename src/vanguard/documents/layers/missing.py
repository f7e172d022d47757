"""Finds which letter a glyph stands for that its file gives none, by the words that it is missing from.

It does not know fonts: an extractor writes one private character for each glyph without a letter. A
font whose glyphs nearly all lack letters is beyond this, and its page goes to whoever reads pictures.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from vanguard.documents.arabic.letters import bare
from vanguard.documents.arabic.lexicon import Lexicon
from vanguard.documents.page import Line, Word

# Glyphs that the file says stand for nothing (part of their neighbours' text, or so it claims), and those
# about which it says nothing at all.
EMPTY_FROM: Final = 0xF0000
UNDEFINED_FROM: Final = 0x100000
MOST_CODES: Final = 0xFF00
UNKNOWN: Final = "\ufffd"
_EMPTY = re.compile(f"[{chr(EMPTY_FROM)}-{chr(EMPTY_FROM + MOST_CODES)}]")
_UNDEFINED = re.compile(f"[{chr(UNDEFINED_FROM)}-{chr(UNDEFINED_FROM + MOST_CODES)}]")
_CODE = re.compile(f"{_EMPTY.pattern}|{_UNDEFINED.pattern}")
_CANDIDATES: Final = "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءئؤأإآ"
# A letter is believed when it makes that many different words, and that share of those in want of it.
_FEWEST_WORDS: Final = 3
_SHARE: Final = 0.6
_MOST_WORDS: Final = 200


def restored(lines: Sequence[Line], lexicon: Lexicon) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """The lines with the letters that could be told, and what was told, for people."""
    texts = {word.text for line in lines for word in line.words if _CODE.search(word.text)}
    if not texts:
        return tuple(lines), ()
    letters = _letters(texts, lexicon)
    better = {text: _filled(text, letters, lexicon) for text in texts}
    notes = tuple(
        f"glyphs without a letter stand for {letter}"
        for letter in dict.fromkeys(letters.values())
        if letter
    )
    return tuple(_rewritten(line, better) for line in lines), notes


def _letters(texts: Iterable[str], lexicon: Lexicon) -> dict[str, str]:
    """For each code the letter that makes words of what is none without it."""
    wanting: defaultdict[str, set[str]] = defaultdict(set)
    complete: Counter[str] = Counter()
    for text in texts:
        codes = set(_CODE.findall(text))
        if lexicon.lists(bare(_stripped(_CODE.sub("", text)))):
            complete.update(codes)
        else:
            for code in codes:
                wanting[code].add(text)
    found: dict[str, str] = {}
    for code in sorted(wanting, key=lambda one: (-len(wanting[one]), one)):
        words = sorted(wanting[code])[:_MOST_WORDS]
        made = Counter[str]()
        for word in words:
            for letter in _CANDIDATES:
                trial = _CODE.sub("", word.replace(code, letter))
                made[letter] += lexicon.knows(bare(_stripped(trial)))
        letter, count = made.most_common(1)[0]
        if count >= max(_FEWEST_WORDS, _SHARE * len(words)):
            found[code] = letter
    for code, count in complete.items():
        if code not in found and count >= max(_FEWEST_WORDS, _SHARE * (count + len(wanting[code]))):
            found[code] = ""  # words are words without it: a piece of a neighbour
    return found


def _stripped(word: str) -> str:
    return word.strip(".,:;!?،؛؟()[]«»\"'")


def _filled(text: str, letters: dict[str, str], lexicon: Lexicon) -> str:
    """The word with its letters where that makes one, and the sign of the unknown where nothing does."""
    filled = _EMPTY.sub("", _CODE.sub(lambda code: letters.get(code[0], code[0]), text))
    without = _EMPTY.sub("", text)
    if filled != without and not _UNDEFINED.search(without):
        # the file may be right that this glyph is a part of its neighbour
        before, after = bare(_stripped(without)), bare(_stripped(filled))
        if not lexicon.knows(after) or (lexicon.lists(before) and not lexicon.lists(after)):
            filled = without
    return _UNDEFINED.sub(UNKNOWN, filled)


def _rewritten(line: Line, better: dict[str, str]) -> Line:
    if not any(word.text in better for word in line.words):
        return line
    words = (
        msgspec.structs.replace(word, text=better.get(word.text, word.text)) for word in line.words
    )
    return msgspec.structs.replace(line, words=tuple(_written(words)))


def _written(words: Iterable[Word]) -> Iterable[Word]:
    return (word for word in words if word.text)
