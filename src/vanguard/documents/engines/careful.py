"""A second look at ink that an engine passed over: engines drop whole lines, or halves of them.

It does not know which engine it looks after. Tesseract does it to about one page in seven.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from vanguard.documents.engines.contract import Engine
from vanguard.documents.images.ink import Ink, find_ink, writing_height
from vanguard.documents.images.raster import Grey
from vanguard.documents.page import Box, Line, Word

_PAD_PX = 10
_LARGER = 1.25  # the second look is at another size: at the same one it would see the same
_MOST_REGIONS = 24
_PAPER = 255
_LEAST_CONFIDENCE = 0.4  # of what is found by looking twice; dirt is read as letters too


def read_all(engine: Engine, grey: Grey) -> tuple[Line, ...]:
    """The lines of a column, those too that the engine leaves out at first. Boxes as `Engine.read`."""
    lines = list(engine.read(grey, "block"))
    ink = find_ink(grey)
    height = writing_height(ink)
    if height is None:
        return tuple(lines)
    for region in _passed_over(ink, lines, height):
        for found in _look_again(engine, grey, region):
            _put(lines, found)
    return tuple(lines)


def _passed_over(ink: Ink, lines: list[Line], height: float) -> Iterator[Box]:
    """Boxes of pixels around writing that is in no word's box, from top to bottom."""
    left = ink.copy()
    slack = round(height / 3)
    for box in (word.box for line in lines for word in line.words):
        if box is None:
            continue
        rows = slice(max(0, int(box.top) - slack), int(box.bottom) + slack + 1)
        left[rows, max(0, int(box.left) - 2) : int(box.right) + 3] = 0
    joined = cv2.morphologyEx(
        left, cv2.MORPH_CLOSE, np.ones((max(1, slack), max(3, round(2.5 * height))), np.uint8)
    )
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    boxes = []
    for x, y, wide, high, _ in stats[1:count].tolist():
        if wide > 1.5 * height and 0.5 * height < high < 20 * height:
            boxes.append(Box(x, y, x + wide, y + high))
    yield from sorted(boxes, key=lambda box: box.top)[:_MOST_REGIONS]


def _look_again(engine: Engine, grey: Grey, region: Box) -> Iterator[Line]:
    left, top = max(0, int(region.left) - 3), max(0, int(region.top) - 3)
    part = grey[top : int(region.bottom) + 4, left : int(region.right) + 4]
    larger = cv2.resize(part, None, fx=_LARGER, fy=_LARGER, interpolation=cv2.INTER_CUBIC)
    framed = cv2.copyMakeBorder(
        larger, *(_PAD_PX,) * 4, borderType=cv2.BORDER_CONSTANT, value=(_PAPER,)
    )

    def placed(box: Box) -> Box:
        return Box(
            (box.left - _PAD_PX) / _LARGER + left,
            (box.top - _PAD_PX) / _LARGER + top,
            (box.right - _PAD_PX) / _LARGER + left,
            (box.bottom - _PAD_PX) / _LARGER + top,
        )

    for line in engine.read(np.ascontiguousarray(framed, np.uint8), "block"):
        if line.box is None or (line.confidence or 0.0) < _LEAST_CONFIDENCE:
            continue
        words = tuple(
            Word(word.text, placed(word.box), word.confidence)
            for word in line.words
            if word.box is not None
        )
        yield Line(words, placed(line.box), line.direction, line.confidence)


def _put(lines: list[Line], found: Line) -> None:
    """Puts words into the line beside which they stand, or a line of its own to its place."""
    box = found.box
    if box is None:
        return
    middle = (box.top + box.bottom) / 2
    for index, line in enumerate(lines):
        if line.box is not None and line.box.top < middle < line.box.bottom:
            lines[index] = _joined(line, found)
            return
    after = [
        index
        for index, line in enumerate(lines)
        if line.box is not None and line.box.top + line.box.bottom > box.top + box.bottom
    ]
    lines.insert(after[0] if after else len(lines), found)


def _joined(line: Line, found: Line) -> Line:
    """Both lines' words, as they follow each other from the side where reading begins."""
    words = sorted(
        (*line.words, *found.words),
        key=lambda word: word.box.left if word.box is not None else 0.0,
        reverse=line.direction == "rtl",
    )
    box = line.box.around(found.box) if line.box is not None and found.box is not None else line.box
    letters = sum(len(word.text) for word in words) or 1
    sure = sum((word.confidence or 0.0) * len(word.text) for word in words) / letters
    return Line(tuple(words), box, line.direction, round(sure, 4))
