"""An engine whose words are looked at once more where they may be numbers.

It does not know which engine it is. Tesseract's Arabic data are less sure of numbers, and lose signs of
them; where a word stands they know well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import reduce

import cv2
import msgspec
import numpy as np

from vanguard.documents.engines.contract import Engine, Shape
from vanguard.documents.images.raster import Grey
from vanguard.documents.page import Box, Line, Word
from vanguard.documents.recognise.alphabet import OTHER
from vanguard.documents.recognise.numbers import OwnNumbers
from vanguard.documents.tables.forms import is_number

_SURE_WORD = 0.85  # letters alone, read with so much confidence, are no number
# Nor are three and more with so much: on 42 pages of the training split nothing but zeros was seen in them, for
# which a word was lost.
_SURE_LONG = 0.65
_SURE_NUMBER = (
    0.7  # of 288 words so changed on pages of the training split 264 became right, 1 wrong
)
_SURE_TOGETHER = 0.3  # where the engine sees the same digits
_SURE_ENGINE = 0.9
_GAP = 0.3  # of the words' height: less than a space
_MOST_PARTS = 4
_RIM_PX = 2
_PAD_PX = 8
_PAPER = 255
_LETTERS = re.compile(r"[^\W\d_]{2}")
_LONG = re.compile("[\u0621-\u064a]{3}")
_DIGIT = re.compile(r"\d")
_GROUP = re.compile(r"\d+")
_STRONG = re.compile("[\u0621-\u064aA-Za-z]")
_ARABIC = re.compile("[\u0621-\u064a]")
_AROUND = ".,،:؛()"
_CODE = re.compile(r"\d+(?:-\d+){1,3}")  # of a telephone, or from one number to another
_HIJRI_YEAR = re.compile("[1١][2-4٢-٤][0-9٠-٩]{2}")
_HIJRI_SIGN = re.compile("هـ?$")
_PREFIXES = frozenset("وب")  # words of one letter, written to what follows


class WithNumbers:
    """An engine, and a reader of numbers beside it."""

    def __init__(self, engine: Engine, numbers: OwnNumbers) -> None:
        self._engine = engine
        self._numbers = numbers

    @property
    def name(self) -> str:
        """As it stands in `Block.reader`."""
        return self._engine.name

    def read(self, grey: Grey, shape: Shape) -> tuple[Line, ...]:
        """The engine's lines, with numbers where the other reader is sure of one."""
        return tuple(self._line(grey, line) for line in self._engine.read(grey, shape))

    def _line(self, grey: Grey, line: Line) -> Line:
        words: list[Word] = []
        for group in _groups(line.words):
            words += self._group(grey, group, after_arabic=_after_arabic(words))
        if words == list(line.words):
            return line
        letters = sum(len(word.text) for word in words)
        sure = sum((word.confidence or 0.0) * len(word.text) for word in words) / letters
        return msgspec.structs.replace(line, words=tuple(words), confidence=round(sure, 4))

    def _group(self, grey: Grey, group: list[Word], *, after_arabic: bool) -> list[Word]:
        """Words that stand as close as the parts of one number: it is tried whether they are one."""
        if len(group) > 1:
            box = reduce(Box.around, [word.box for word in group if word.box is not None])
            found = self._numbers.said(_cut(grey, box), after_arabic=after_arabic)
            if found and (found.confidence or 0.0) >= _SURE_NUMBER and _is_number(found.text):
                return [Word(found.text, box, found.confidence)]
        words: list[Word] = []
        for word in group:
            before = _after_arabic(words) if words else after_arabic
            words.append(self._word(grey, word, after_arabic=before))
        return words

    def _word(self, grey: Grey, word: Word, *, after_arabic: bool) -> Word:
        if word.box is None or not may_be_number(word):
            return word
        found = self._numbers.said(_cut(grey, word.box), after_arabic=after_arabic)
        if found is None:
            return word
        needed = _SURE_TOGETHER if _turned(word.text, found.text) else _SURE_NUMBER
        if (found.confidence or 0.0) < needed:
            return word
        text = together(word, found.text)
        return word if text is None else Word(text, word.box, found.confidence)


def _groups(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Words one by one, and together where several in a row may be parts of one number."""
    group: list[Word] = []
    for word in words:
        if group and not (len(group) < _MOST_PARTS and _close(group[-1], word)):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _close(one: Word, other: Word) -> bool:
    if one.box is None or other.box is None or not (may_be_number(one) and may_be_number(other)):
        return False
    gap = max(one.box.left, other.box.left) - min(one.box.right, other.box.right)
    return gap < _GAP * max(one.box.height, other.box.height)


def _turned(text: str, seen: str) -> bool:
    """Whether both readers see the same groups of digits, which one of them puts the other way round."""
    groups = _GROUP.findall(text)
    return len(groups) > 1 and groups == _GROUP.findall(seen)[::-1]


def together(word: Word, seen: str) -> str | None:
    """An engine's word and what the reader of numbers saw in its place, as one word.

    Returns:
        None where the engine's word is to stay.
    """
    if _is_number(seen):
        if len(seen) == 1 and _LONG.search(word.text):
            return None  # a digit is not as wide
        if _loses_digits(word, seen):
            return None
        hijri = _HIJRI_YEAR.fullmatch(seen) and _HIJRI_SIGN.search(word.text)
        return f"{seen}هـ" if hijri else seen
    if seen[:1] == OTHER and _is_number(seen[1:]) and word.text[:1] in _PREFIXES:
        return word.text[0] + seen[1:]
    return None


def _is_number(text: str) -> bool:
    inner = text.strip(_AROUND)
    return any(map(is_number, (text, inner))) or bool(_CODE.fullmatch(inner))


def _loses_digits(word: Word, seen: str) -> bool:
    """Whether the engine surely read the same number with a digit more: it sees more of the line."""
    sure = (word.confidence or 0.0) >= _SURE_ENGINE and is_number(word.text)
    return sure and len(seen) < len(word.text) and seen in word.text


def may_be_number(word: Word) -> bool:
    """Whether an engine's word may in truth be a number: it has digits, or is not surely letters."""
    if _DIGIT.search(word.text) or not _LETTERS.search(word.text):
        return True
    sure = _SURE_LONG if _LONG.search(word.text) else _SURE_WORD
    return (word.confidence or 0.0) < sure


def _after_arabic(words: Sequence[Word]) -> bool:
    """Whether the last letter before is an Arabic one."""
    for word in reversed(words):
        letters = _STRONG.findall(word.text)
        if letters:
            return bool(_ARABIC.match(letters[-1]))
    return False


def _cut(grey: Grey, box: Box) -> Grey:
    """What is in the box, with paper around it."""
    part = grey[
        max(0, int(box.top) - _RIM_PX) : int(box.bottom) + _RIM_PX,
        max(0, int(box.left) - _RIM_PX) : int(box.right) + _RIM_PX,
    ]
    framed = cv2.copyMakeBorder(
        part, *(_PAD_PX,) * 4, borderType=cv2.BORDER_CONSTANT, value=(_PAPER,)
    )
    return np.ascontiguousarray(framed, np.uint8)
