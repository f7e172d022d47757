"""A second look at words that may be Latin: the Arabic data know their letters, but have seen few of them.

It does not know the engines, but that the second one reads Latin letters. What was measured stands in
docs/guide/documents-read.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import cv2
import msgspec
import numpy as np

from vanguard.documents.engines.contract import Engine
from vanguard.documents.images.raster import Grey, Raster
from vanguard.documents.page import Block, Box, Line, Word

_LOOKS_LATIN = re.compile("[0-9A-Za-z]")
# Words below it are looked at whatever they look like; those with Arabic letters alone below the second: of 155
# words taken on 42 pages of the training split none was above it, and a quarter of the looks is saved.
_UNSURE, _UNSURE_ARABIC = 0.5, 0.4
_ARABIC = re.compile("[\u0621-\u064a].*[\u0621-\u064a]")
_MOST_WORDS = 400  # of a page
_SURE, _SURE_OF_TWO = 0.8, 0.9
_PAD_PX, _FRAME_PX, _PAPER = 2, 10, 250
_LARGER = 1.5
_LATIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+\-/_@:&']*")
_LETTER = re.compile("[A-Za-z]")
_SIGNS = ".,:;!?()[]{}\"'«»‘’“”<>،؛؟-/"
_MIRRORED = str.maketrans("()[]{}<>«»,;?", ")(][}{><»«،؛؟")


def with_latin(blocks: Sequence[Block], page: Raster, latin: Engine) -> tuple[Block, ...]:
    """The blocks, Latin words in their lines as the second engine reads them; tables stay as they are.

    Args:
        blocks: boxes in points of the page.
        page: the picture that they were read from.
        latin: reads Latin letters.
    """
    left = _MOST_WORDS
    found = []
    for block in blocks:
        lines = []
        for line in block.lines:
            asked = sum(map(_may_be_latin, line.words))
            lines.append(_line(line, page, latin) if asked <= left else line)
            left = max(0, left - asked)
        found.append(_with_lines(block, tuple(lines)))
    return tuple(found)


def _with_lines(block: Block, lines: tuple[Line, ...]) -> Block:
    """The block with its lines as they are now, as sure as they are."""
    if lines == block.lines:
        return block
    return msgspec.structs.replace(block, lines=lines, confidence=_mean(lines))


def _mean(parts: Sequence[Line] | Sequence[Word]) -> float:
    letters = sum(len(part.text) for part in parts) or 1
    sure = sum((part.confidence or 0.0) * len(part.text) for part in parts)
    return round(sure / letters, 4)


def _may_be_latin(word: Word) -> bool:
    least = _UNSURE_ARABIC if _ARABIC.search(word.text) else _UNSURE
    unsure = word.confidence is not None and word.confidence < least
    return word.box is not None and (unsure or bool(_LOOKS_LATIN.search(word.text)))


def _line(line: Line, page: Raster, latin: Engine) -> Line:
    words = [_word(word, page, latin, line.direction == "rtl") for word in line.words]
    if words == list(line.words):
        return line
    if line.direction == "rtl":
        words = list(_runs_turned(words))
    return msgspec.structs.replace(line, words=tuple(words), confidence=_mean(words))


def _word(word: Word, page: Raster, latin: Engine, rtl: bool) -> Word:
    if not _may_be_latin(word) or word.box is None:
        return word
    part = _part(page, word.box)
    if part is None:
        return word
    read = [one for line in latin.read(part, "line") for one in line.words]
    if len(read) != 1 or not _is_sure(read[0], word.confidence or 0.0):
        return word
    text = logical(read[0].text) if rtl else read[0].text
    return Word(text, word.box, read[0].confidence)


def _is_sure(read: Word, before: float) -> bool:
    """A Latin word of which the second engine is sure, and surer than the first was."""
    core, sure = read.text.strip(_SIGNS), read.confidence or 0.0
    if not _LATIN.fullmatch(core) or not _LETTER.search(core) or len(core) < 2:
        return False
    return sure > before and sure >= (_SURE_OF_TWO if len(core) == 2 else _SURE)


def logical(seen: str) -> str:
    """A Latin word of an Arabic line with its signs where they are typed: what is seen at its left follows it."""
    core = seen.strip(_SIGNS)
    start = seen.index(core)
    before, behind = seen[:start], seen[start + len(core) :]
    return _turned(behind) + core + _turned(before)


def _turned(signs: str) -> str:
    return signs[::-1].translate(_MIRRORED)


def _runs_turned(words: Sequence[Word]) -> Iterator[Word]:
    """Latin words that follow each other, from left to right."""
    run: list[Word] = []
    for word in words:
        if word.box is not None and _LETTER.search(word.text):
            run.append(word)
            continue
        yield from _from_left(run)
        run = []
        yield word
    yield from _from_left(run)


def _from_left(run: Sequence[Word]) -> list[Word]:
    return sorted(run, key=lambda word: word.box.left if word.box is not None else 0.0)


def _part(page: Raster, box: Box) -> Grey | None:
    back = np.linalg.inv(page.to_page)
    corners = back @ np.array(
        [
            [box.left, box.right, box.right, box.left],
            [box.top, box.top, box.bottom, box.bottom],
            [1.0] * 4,
        ]
    )
    rows, columns = page.grey.shape
    left, right = int(corners[0].min()) - _PAD_PX, int(np.ceil(corners[0].max())) + _PAD_PX
    top, bottom = int(corners[1].min()) - _PAD_PX, int(np.ceil(corners[1].max())) + _PAD_PX
    part = page.grey[max(0, top) : min(rows, bottom), max(0, left) : min(columns, right)]
    if part.size == 0:
        return None
    framed = cv2.copyMakeBorder(
        part, *(_FRAME_PX,) * 4, borderType=cv2.BORDER_CONSTANT, value=(_PAPER,)
    )
    larger = cv2.resize(framed, None, fx=_LARGER, fy=_LARGER, interpolation=cv2.INTER_CUBIC)
    return np.ascontiguousarray(larger, np.uint8)
