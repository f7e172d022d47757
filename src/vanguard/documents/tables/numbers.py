"""Readers of numbers: a second look at what may be a number, by a reader that is good at them.

It does not know tables. Tesseract's own Arabic data read 1 to 4 of 73 cells in Arabic digits, its English
data none of them and 5 of 5 in Latin digits, at whatever size and with whatever letters allowed.
"""

from __future__ import annotations

from typing import Protocol

import cv2
import numpy as np

from vanguard.documents.engines.contract import Engine
from vanguard.documents.images.ink import Ink, find_ink
from vanguard.documents.images.raster import Grey
from vanguard.documents.page import Word
from vanguard.documents.tables.forms import is_number, mended

# digits that high are read best by Tesseract's English data; the second where a point got lost
_DIGITS_PX = (24.0, 34.0)
_LOST = 0.5  # of its confidence is left to a number whose points are not those of the image
_POINT = 0.4  # of the digits' height: a lower piece of ink is a point
_LARGEST = 4.0
_PAD_PX = 12
_PAPER = 250


class NumberReader(Protocol):
    """Reads single numbers."""

    @property
    def name(self) -> str:
        """As it stands in `Block.reader`."""
        ...

    def read(self, grey: Grey) -> Word | None:
        """The one number on an image with paper around it, without a box; None where it is none.

        Confidence 0 to 1. Digits, signs and separators are in the order in which they are typed.
        """
        ...


class EngineNumbers:
    """An OCR engine as a reader of numbers; with Tesseract's `eng`, of Latin digits."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def name(self) -> str:
        """As it stands in `Block.reader`."""
        return self._engine.name

    def read(self, grey: Grey) -> Word | None:
        """What the engine reads, when it is a number and nothing else."""
        ink = find_ink(grey)
        rows = np.flatnonzero(ink.any(axis=1))
        if rows.size == 0:
            return None
        high = float(rows[-1] - rows[0] + 1)
        points = _points(ink, high)
        found: Word | None = None
        for digit_px in _DIGITS_PX:
            word = self._look(grey, min(_LARGEST, digit_px / high))
            if word is not None and ("%" in word.text or _separators(word.text) == points):
                return word
            found = found or word
        if found is None:
            return None
        return Word(found.text, None, (found.confidence or 0.0) * _LOST)

    def _look(self, grey: Grey, factor: float) -> Word | None:
        way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        scaled = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=way)
        framed = cv2.copyMakeBorder(
            scaled, *(_PAD_PX,) * 4, borderType=cv2.BORDER_CONSTANT, value=(_PAPER,)
        )
        lines = self._engine.read(np.ascontiguousarray(framed, np.uint8), "line")
        words = [word for line in lines for word in line.words]
        text = mended("".join(word.text for word in words))
        if not is_number(text):
            return None
        return Word(text, None, min(word.confidence or 0.0 for word in words))


def _separators(text: str) -> int:
    return sum(letter in ".,٫٬،:-" for letter in text)


def _points(ink: Ink, high: float) -> int:
    """Pieces of ink that are too low to be digits: points, commas, dashes."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    heights, areas = stats[1:count, cv2.CC_STAT_HEIGHT], stats[1:count, cv2.CC_STAT_AREA]
    return int(((heights < _POINT * high) & (areas > 2)).sum())
