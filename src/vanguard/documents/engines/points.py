"""Points and commas behind Arabic words, told by their shape: a comma is higher than it is wide.

It does not know engines. At the size at which Tesseract reads Arabic best it takes about half of all
commas for points.
"""

from __future__ import annotations

import re

import cv2
import msgspec
import numpy as np

from vanguard.documents.images.strips import Strip
from vanguard.documents.page import Line, Word

_ENDS = re.compile("(?<=[\u0620-\u0652])[.,،؛»]$")
_DARK = 150
# In heights of the writing: from where to where beside the word's left side the mark stands, and how large
# it is at most.
_LEFT, _RIGHT, _HIGHEST, _WIDEST = 0.35, 0.45, 0.75, 0.5
_LOW = 0.35  # of the line's height: a mark's middle is lower
_LEAST_PX = 3
# Over 4 typefaces: points were 0.7 to 1.0 times as high as wide and 0.12 to 0.28 heights of the writing high,
# commas 1.2 to 1.8 times and 0.35 to 0.41.
_COMMA_RATIO, _COMMA_HEIGHT = 1.2, 0.32
_POINT_RATIO, _POINT_HEIGHT = 1.1, 0.3


def with_points(line: Line, strip: Strip, height: float) -> Line:
    """The line with the marks that are there; `height` is of the page's writing, boxes are its pixels."""
    if line.direction != "rtl" or not any(_ENDS.search(word.text) for word in line.words):
        return line
    ink = (strip.grey < _DARK).astype(np.uint8)
    _, _, stats, middles = cv2.connectedComponentsWithStats(ink, connectivity=8)
    parts = np.hstack((stats[1:].astype(float), middles[1:]))
    words = tuple(_told(word, strip, parts, height * strip.size) for word in line.words)
    return msgspec.structs.replace(line, words=words)


def _told(word: Word, strip: Strip, parts: np.ndarray, height: float) -> Word:
    if word.box is None or not _ENDS.search(word.text):
        return word
    mark = _mark(word.box.left - strip.box.left, strip.grey.shape[0], parts, height)
    if mark is None or mark == word.text[-1]:
        return word
    return msgspec.structs.replace(word, text=word.text[:-1] + mark)


def _mark(side: float, high: int, parts: np.ndarray, height: float) -> str | None:
    """What the only small part at a word's left side is; None where there is none, or more, or neither."""
    _, _, wide, tall, area, x, y = parts.T
    near = (side - _LEFT * height <= x) & (x <= side + _RIGHT * height) & (y > _LOW * high)
    small = (tall < _HIGHEST * height) & (wide < _WIDEST * height) & (area >= _LEAST_PX)
    found = np.flatnonzero(near & small)
    if found.size != 1:
        return None
    ratio, size = tall[found[0]] / wide[found[0]], tall[found[0]] / height
    if ratio >= _COMMA_RATIO and size >= _COMMA_HEIGHT:
        return "،"
    return "." if ratio <= _POINT_RATIO and size <= _POINT_HEIGHT else None
