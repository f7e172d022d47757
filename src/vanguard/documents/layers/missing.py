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

from vanguard.documents.arabic.letters import bare, base_letters
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
_CODES: Final = _EMPTY.pattern[1:-1] + _UNDEFINED.pattern[1:-1]
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
        if lexicon.lists(_plain(_CODE.sub("", text))):
            complete.update(codes)
        else:
            for code in codes:
                wanting[code].add(text)
    found: dict[str, str] = {}
    for code in sorted(wanting, key=lambda one: (-len(wanting[one]), one)):
        letter = _letter(code, sorted(wanting[code])[:_MOST_WORDS], lexicon)
        if letter:
            found[code] = letter
    for code, count in complete.items():
        if code not in found and count >= max(_FEWEST_WORDS, _SHARE * (count + len(wanting[code]))):
            found[code] = ""  # words are words without it: a piece of a neighbour
    for code in {code for text in texts for code in _CODE.findall(text)} - found.keys():
        if _stretches(code, [text for text in texts if code in text], lexicon):
            found[code] = ""
    return found


def _letter(code: str, words: Sequence[str], lexicon: Lexicon) -> str:
    """The letter that makes words of most of these; empty where none does."""
    made = Counter[str]()
    for word in words:
        for letter in _CANDIDATES:
            trial = _CODE.sub("", word.replace(code, letter))
            made[letter] += lexicon.knows(_plain(trial))
    letter, count = made.most_common(1)[0]
    return letter if count >= max(_FEWEST_WORDS, _SHARE * len(words)) else ""


def _stretches(code: str, words: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether a glyph always stands between two letters, in words that are words without it."""
    inside = re.compile(f"(?:[^{_CODES}]+{code}+)+[^{_CODES}]+")
    known = sum(lexicon.knows(_plain(_CODE.sub("", word))) for word in words)
    return all(map(inside.fullmatch, words)) and known >= _SHARE * len(words)


def _plain(word: str) -> str:
    """The letters of a word, as words are looked up."""
    return bare(base_letters(word.strip(".,:;!?،؛؟()[]«»\"'")))


def _filled(text: str, letters: dict[str, str], lexicon: Lexicon) -> str:
    """The word with its letters where that makes one, and the sign of the unknown where nothing does."""
    filled = _EMPTY.sub("", _CODE.sub(lambda code: letters.get(code[0], code[0]), text))
    without = _EMPTY.sub("", text)
    if filled != without and not _UNDEFINED.search(without):
        # the file may be right that this glyph is a part of its neighbour
        before, after = _plain(without), _plain(filled)
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
