"""Lines put in reading order by where they stand, for files that paint them in no order that makes sense.

It does not know glyphs. Columns of prose are read one after the other, what stands in rows row by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Final

import numpy as np

from vanguard.documents.layout.columns import find_columns
from vanguard.documents.page import Box, Direction

_BODY: Final = 0.6  # of a line's box: its letters without the white above and below
_FULL: Final = 0.5  # of a column's width: shorter lines are cells
_MOST: Final = 3_000  # points, on a side
_ROW: Final = 3.0  # points, by which baselines of one row differ


def reading_order(boxes: Sequence[Box], direction: Direction) -> list[int]:
    """Numbers of the boxes, the first to be read first."""
    height = median(box.height for box in boxes) * _BODY if boxes else 0.0
    columns = _columns(boxes, height, direction) if height > 0 else []
    if not _are_prose(boxes, columns):
        return sorted(range(len(boxes)), key=lambda at: _by_row(boxes[at], direction))
    keys = []
    for box in boxes:
        shares = [_shared(box, column) for column in columns]
        keys.append((int(np.argmax(shares)), *_by_row(box, direction)))
    return sorted(range(len(boxes)), key=lambda at: keys[at])


def _columns(boxes: Sequence[Box], height: float, direction: Direction) -> list[Box]:
    """Places of columns, in points: letters are blackened, and what is white through parts them."""
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    wide = max(box.right for box in boxes) - left
    high = max(box.bottom for box in boxes) - top
    if max(wide, high) > _MOST:
        return []
    ink = np.zeros((int(high) + 2, int(wide) + 2), np.uint8)
    for box in boxes:
        white = box.height * (1 - _BODY) / 2
        rows = slice(int(box.top - top + white), max(1, int(box.bottom - top - white)))
        ink[rows, int(box.left - left) : int(box.right - left) + 1] = 255
    return [
        Box(one.left + left, one.top + top, one.right + left, one.bottom + top)
        for one in find_columns(ink, height, direction)
    ]


def _are_prose(boxes: Sequence[Box], columns: Sequence[Box]) -> bool:
    if len(columns) < 2:
        return False
    shares = [
        box.width / column.width
        for box in boxes
        for column in columns
        if _shared(box, column) > 0.5 * box.width * box.height and column.width > 0
    ]
    return bool(shares) and median(shares) >= _FULL


def _shared(box: Box, other: Box) -> float:
    wide = min(box.right, other.right) - max(box.left, other.left)
    high = min(box.bottom, other.bottom) - max(box.top, other.top)
    return max(0.0, wide) * max(0.0, high)


def _by_row(box: Box, direction: Direction) -> tuple[float, float]:
    return round(box.bottom / _ROW), -box.right if direction == "rtl" else box.left
