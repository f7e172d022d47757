"""Lines read one by one, all of a page at one size.

It does not know where lines come from, nor which engine reads them. A line by itself is never passed
over, as lines of a block are: over 9 generated pages of 1 to 3 columns, whose lines Tesseract found by
itself, the CER was .05 to .15, and line by line .02 to .03.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from vanguard.documents.engines.contract import Engine
from vanguard.documents.images.raster import Grey
from vanguard.documents.images.sheet import Sheet
from vanguard.documents.images.strips import Strip, find_strips, parts_of
from vanguard.documents.page import Box, Direction, Line, Word

# The height given to a line, in usual heights of the page's lines. The network has learnt from lines with
# more room and less; docs/guide/documents-recognisers.md has what was measured.
ROOM = 1.4
# Marks above and below make a line high and leave its letters small.
VOCALISED_ROOM = 1.05
_ROOM_PX = 48  # what Tesseract's network sees of a line; other heights are scaled to it
_SIDE = 0.05  # of the room, as white on either side: with more of it Tesseract reads points that are not there
_PAPER = 250
_WHITE = 4.0  # heights of writing, between pieces that are read by themselves


@dataclass(frozen=True)
class Measure:
    """How lines of a page are framed.

    Attributes:
        room_px: height of a line with the white above and below it, for letters of the usual size.
    """

    room_px: float


@dataclass(frozen=True)
class LineReader:
    """Reads lines of one page, all in the same measure."""

    engine: Engine
    measure: Measure

    def read(self, page: Sheet, area: Box) -> list[Line]:
        """What is written in a column, from the top down; boxes in pixels of the page."""
        lines = (self._line(strip, page.height) for strip in strips_of(page, area))
        return [line for line in lines if line is not None]

    def _line(self, strip: Strip, height: float) -> Line | None:
        """A line, read in pieces where there is much white in it: engines see letters in white."""
        pieces = parts_of(strip, _WHITE * height)
        lines = [read_strip(self.engine, piece, self.measure) for piece in pieces]
        return joined([line for line in lines if line is not None], strip.box)


def joined(pieces: Sequence[Line], box: Box) -> Line | None:
    """Pieces of one line, which come from the left, as they are read; None where there is none."""
    if not pieces:
        return None
    letters = [sum(len(word.text) for word in piece.words) for piece in pieces]
    right = sum(
        count for count, piece in zip(letters, pieces, strict=True) if piece.direction == "rtl"
    )
    way: Direction = "rtl" if 2 * right >= sum(letters) else "ltr"
    order = list(reversed(pieces)) if way == "rtl" else list(pieces)
    sure = sum(
        (piece.confidence or 0.0) * count for count, piece in zip(letters, pieces, strict=True)
    )
    words = tuple(word for piece in order for word in piece.words)
    return Line(words, box, way, round(sure / sum(letters), 4))


def strips_of(page: Sheet, area: Box) -> list[Strip]:
    """The lines of a column of a page."""
    return find_strips(page.grey, page.ink, page.height, area)


def usual_height(strips: Sequence[Strip]) -> float:
    """The median height of lines, in pixels; 0 where there is none."""
    return float(np.median([one.box.height for one in strips])) if strips else 0.0


def measure_of(strips: Sequence[Strip], *, vocalised: bool = False) -> Measure:
    """The room that lines of a page are given, by the height that most of them have."""
    usual = [one for one in strips if one.size == 1.0] or list(strips)
    return Measure((VOCALISED_ROOM if vocalised else ROOM) * usual_height(usual))


def read_strip(engine: Engine, strip: Strip, measure: Measure) -> Line | None:
    """What is written in a line, boxes in pixels of the page; None where nothing is."""
    room = measure.room_px * strip.size
    image, factor, left, top = framed(strip, room)
    lines = engine.read(image, "strip")

    def placed(box: Box | None) -> Box:
        if box is None:
            return strip.box
        return Box(
            max(strip.box.left, strip.box.left + box.left / factor - left),
            max(strip.box.top, strip.box.top + box.top / factor - top),
            min(strip.box.right, strip.box.left + box.right / factor - left),
            min(strip.box.bottom, strip.box.top + box.bottom / factor - top),
        )

    words = tuple(
        Word(word.text, placed(word.box), word.confidence) for line in lines for word in line.words
    )
    if not words:
        return None
    letters = sum(len(word.text) for word in words)
    sure = sum((word.confidence or 0.0) * len(word.text) for word in words) / letters
    return Line(words, strip.box, lines[0].direction, round(sure, 4))


def framed(strip: Strip, room: float, high: int = _ROOM_PX) -> tuple[Grey, float, float, float]:
    """The line in its room, so many pixels high, by how much it was scaled, and how much was added left and above."""
    grey = strip.grey
    above = round((room - grey.shape[0]) / 2)
    if above < 0:
        grey = grey[-above : grey.shape[0] + above]
    side = max(1, round(_SIDE * room))
    whole = cv2.copyMakeBorder(
        grey, max(0, above), max(0, above), side, side, cv2.BORDER_CONSTANT, value=(_PAPER,)
    )
    factor = high / whole.shape[0]
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(whole, None, fx=factor, fy=factor, interpolation=way)
    return np.ascontiguousarray(scaled, np.uint8), factor, side, above
