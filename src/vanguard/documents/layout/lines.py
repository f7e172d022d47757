"""Lines whose places are known, in the order in which a page is read: column by column.

It does not know pictures; where a page has a text layer, its lines' boxes are what there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import numpy as np

from vanguard.documents.layout.columns import find_columns
from vanguard.documents.page import Box, Direction, Line

_PIXELS = 2.0  # of a point: fine enough for gutters
_INK = 0.6  # of a line's box is as high as its writing
_MOST_POINTS = 20_000


def in_order(lines: Sequence[Line], width: float, height: float) -> tuple[Line, ...]:
    """The lines as they are read; unchanged where one of them has no box.

    Args:
        lines: of one page, in any order.
        width: of the page, in points.
        height: likewise.
    """
    boxes = [line.box for line in lines if line.box is not None]
    if len(boxes) < len(lines) or len(lines) < 3 or max(width, height) > _MOST_POINTS:
        return tuple(lines)
    usual = median(box.height for box in boxes)
    ink = np.zeros((int(height * _PIXELS) + 2, int(width * _PIXELS) + 2), np.uint8)
    for box in boxes:
        middle = (box.top + box.bottom) / 2
        top, bottom = (middle + way * _INK * min(box.height, usual) / 2 for way in (-1, 1))
        rows = slice(max(0, int(top * _PIXELS)), int(bottom * _PIXELS) + 1)
        ink[rows, max(0, int(box.left * _PIXELS)) : int(box.right * _PIXELS) + 1] = 255
    rtl = sum(line.direction == "rtl" for line in lines) * 2 >= len(lines)
    way: Direction = "rtl" if rtl else "ltr"
    columns = find_columns(ink, max(2.0, usual * _INK * _PIXELS), way)
    return tuple(sorted(lines, key=lambda line: _place(line, columns, way)))


def _place(line: Line, columns: Sequence[Box], way: Direction) -> tuple[int, float, float]:
    """Which column, how far down, how far along."""
    box = line.box or Box(0, 0, 0, 0)
    x, y = (box.left + box.right) / 2 * _PIXELS, (box.top + box.bottom) / 2 * _PIXELS
    distances = [
        max(column.left - x, 0, x - column.right) + max(column.top - y, 0, y - column.bottom)
        for column in columns
    ]
    nearest = int(np.argmin(distances)) if distances else 0
    # lines that share their middle stand beside each other, as cells of a row do
    return nearest, round(y / (box.height * _PIXELS or 1)), -x if way == "rtl" else x
