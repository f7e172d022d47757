"""A page of words and rules as a sheet of pixels, on which columns, tables and figures are found as on pictures.

It does not know what is found there. Words are black bars, as high as small letters are; rules are
drawn, what is light is tinted, and what has text on it is no figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np

from vanguard.documents.images.raster import Raster, scaling
from vanguard.documents.images.rules import Rules
from vanguard.documents.images.sheet import Sheet
from vanguard.documents.layers.contract import Drawn
from vanguard.documents.page import Box, Line

_HEIGHT_PX: Final = 4.0  # of the writing
# Of a word's box: what is blackened, and how high writing is on a picture of it.
_BODY, _WRITING = 0.8, 0.65
_MOST_PIXELS: Final = 4_000_000
_LEAST_SCALE: Final = 0.25
_ACROSS, _DOWN = 5.0, 2.2  # heights of writing, as rules on pictures
_SAME: Final = 1.5  # points: rules so near each other on one line are one
_UNDER: Final = 2.0  # points
_DARK: Final = 160  # of 255: a darker area may belong to a figure
_TINT, _WHITE, _BLACK = 236, 255, 0
_WHOLE: Final = 0.7  # of the page: what is larger is what the page is printed on
_FEW_WORDS: Final = 1


@dataclass(frozen=True, eq=False)
class Scaled:
    """The sheet, and how many of its pixels are a point."""

    sheet: Sheet
    scale: float

    def box(self, pixels: Box) -> Box:
        """In points."""
        return pixels.scaled(1 / self.scale)


def scaled(
    lines: Sequence[Line], drawn: Sequence[Drawn], size: tuple[float, float]
) -> Scaled | None:
    """The sheet of a page; None where there is no word with a place.

    Args:
        lines: with words that have boxes, in points.
        drawn: what is painted beside the text.
        size: of the page, points.
    """
    words = [word.box for line in lines for word in line.words if word.box is not None]
    if not words or min(size) <= 0:
        return None
    writing = _WRITING * median(box.height for box in words)
    scale = min(_HEIGHT_PX / max(writing, 1.0), (_MOST_PIXELS / (size[0] * size[1])) ** 0.5)
    if scale < _LEAST_SCALE:
        return None
    height = writing * scale
    shape = (int(size[1] * scale) + 2, int(size[0] * scale) + 2)
    ink = np.zeros(shape, np.uint8)
    for box in words:
        white = box.height * (1 - _BODY) / 2
        _paint(ink, Box(box.left, box.top + white, box.right, box.bottom - white), scale, 255)
    grey = _grey(shape, scale, drawn, words)
    grey[ink > 0] = _BLACK
    rules = _rules([one for one in drawn if one.what == "rule"], lines, shape, scale, height)
    raster = Raster(grey, scaling(1 / scale))
    return Scaled(Sheet(raster, grey, ink, rules, height), scale)


def _paint(pixels: np.ndarray, box: Box, scale: float, value: int) -> None:
    top, left = max(0, round(box.top * scale)), max(0, round(box.left * scale))
    bottom = max(round(box.bottom * scale), top + 1)
    right = max(round(box.right * scale), left + 1)
    pixels[top:bottom, left:right] = value


def _grey(
    shape: tuple[int, int], scale: float, drawn: Iterable[Drawn], words: Sequence[Box]
) -> np.ndarray:
    grey = np.full(shape, _WHITE, np.uint8)
    page = shape[0] * shape[1] / scale**2
    centres = np.array([((b.left + b.right) / 2, (b.top + b.bottom) / 2) for b in words])
    for one in drawn:
        if one.what in ("rule", "pale"):
            continue
        box = Box(one.left, one.top, one.right, one.bottom)
        if box.width * box.height > _WHOLE * page:
            continue
        solid = one.what != "area" or one.shade < _DARK
        if solid and _inside(centres, box) <= _FEW_WORDS:
            _paint(grey, box, scale, _BLACK)
        elif one.what == "area":
            _paint(grey, box, scale, max(one.shade, _TINT))
    return grey


def _inside(centres: np.ndarray, box: Box) -> int:
    x, y = centres[:, 0], centres[:, 1]
    return int(((x > box.left) & (x < box.right) & (y > box.top) & (y < box.bottom)).sum())


def _rules(
    drawn: Sequence[Drawn],
    lines: Sequence[Line],
    shape: tuple[int, int],
    scale: float,
    height: float,
) -> Rules:
    boxes = [Box(one.left, one.top, one.right, one.bottom) for one in drawn]
    across = _merged([box for box in boxes if box.width >= box.height])
    down = [_turned(box) for box in _merged([_turned(b) for b in boxes if b.width < b.height])]
    texts = [line.box for line in lines if line.box is not None]
    level = [
        box.scaled(scale)
        for box in across
        if box.width * scale >= _ACROSS * height and not _underlines(box, texts)
    ]
    upright = [box.scaled(scale) for box in down if box.height * scale >= _DOWN * height]
    mask = np.zeros(shape, np.uint8)
    for box in (*level, *upright):
        _paint(mask, box, 1.0, 255)
    fitting = (shape[1] - 1.0, shape[0] - 1.0)
    return Rules(_within(level, fitting), _within(upright, fitting), mask)


def _within(boxes: Sequence[Box], size: tuple[float, float]) -> tuple[Box, ...]:
    """Boxes cut off at the sheet's edges, those outside left out."""
    cut = (
        Box(
            max(box.left, 0.0), max(box.top, 0.0), min(box.right, size[0]), min(box.bottom, size[1])
        )
        for box in boxes
    )
    return tuple(box for box in cut if box.width >= 0 and box.height >= 0)


def _turned(box: Box) -> Box:
    return Box(box.top, box.left, box.bottom, box.right)


def _merged(boxes: Sequence[Box]) -> list[Box]:
    """Pieces of one level rule as one: tables are often drawn cell by cell."""
    joined: list[Box] = []
    open_: list[Box] = []
    for box in sorted(boxes, key=lambda one: ((one.top + one.bottom) / 2, one.left)):
        middle = (box.top + box.bottom) / 2
        still = [one for one in open_ if middle - (one.top + one.bottom) / 2 <= _SAME]
        joined += [one for one in open_ if one not in still]
        at = next(
            (
                place
                for place, one in enumerate(still)
                if box.left <= one.right + _SAME and box.right >= one.left - _SAME
            ),
            None,
        )
        if at is None:
            still.append(box)
        else:
            still[at] = still[at].around(box)
        open_ = still
    return joined + open_


def _underlines(rule: Box, texts: Sequence[Box]) -> bool:
    """Whether words stand on it, and it reaches no farther than they do."""
    return any(
        text.top + 0.6 * text.height < rule.top < text.bottom + _UNDER
        and text.left - _UNDER <= rule.left
        and rule.right <= text.right + _UNDER
        for text in texts
    )
