"""Reads the picture of a page: prepared, cut into columns, each read by an engine.

It does not know where the picture comes from, nor whether the page has a text layer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
import numpy as np

from vanguard.documents.engines.careful import read_all
from vanguard.documents.engines.contract import Engine
from vanguard.documents.images.ink import find_ink, writing_height
from vanguard.documents.images.prepare import prepare
from vanguard.documents.images.raster import Raster
from vanguard.documents.layout.columns import find_columns
from vanguard.documents.page import Box, Line, Word

_MARGIN_PX = 6
# Tesseract's Arabic data hold Latin punctuation too, and take one for the other
_COMMAS = {",": "،", ";": "؛", "?": "؟"}
_AFTER_ARABIC = re.compile(r"(?<=[\u0620-\u064a])[,;?](?=$|[\s»\")\]])")


class Picture(msgspec.Struct, frozen=True):
    """What a picture says.

    Attributes:
        lines: in reading order, boxes in points of the page.
        steps: what was done to the picture before it was read.
    """

    lines: tuple[Line, ...]
    steps: tuple[str, ...]


def read_picture(page: Raster, engine: Engine) -> Picture:
    """Everything that is written on the picture; no lines where nothing is."""
    prepared = prepare(page)
    grey = prepared.raster.grey
    ink = find_ink(grey)
    height = writing_height(ink)
    if prepared.blank or height is None:
        return Picture((), (*prepared.steps, "blank"))
    lines: list[Line] = []
    for column in find_columns(ink, height):
        lines += _column(prepared.raster, column, engine)
    return Picture(tuple(lines), prepared.steps)


def _column(page: Raster, box: Box, engine: Engine) -> Iterator[Line]:
    left, top = max(0, int(box.left) - _MARGIN_PX), max(0, int(box.top) - _MARGIN_PX)
    part = page.grey[top : int(box.bottom) + _MARGIN_PX, left : int(box.right) + _MARGIN_PX]
    for line in read_all(engine, np.ascontiguousarray(part)):
        words = tuple(
            Word(arabic_marks(word.text), _placed(page, word.box, left, top), word.confidence)
            for word in line.words
        )
        yield Line(words, _placed(page, line.box, left, top), line.direction, line.confidence)


def arabic_marks(word: str) -> str:
    """The word with Arabic commas and question marks, where it is Arabic that they follow."""
    return _AFTER_ARABIC.sub(lambda found: _COMMAS[found[0]], word)


def _placed(page: Raster, box: Box | None, left: int, top: int) -> Box | None:
    if box is None:
        return None
    return page.page_box(Box(box.left + left, box.top + top, box.right + left, box.bottom + top))
