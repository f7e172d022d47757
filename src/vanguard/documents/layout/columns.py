"""Columns and the blocks in them, in right-to-left reading order, by the white between them.

It does not know letters. Recursive XY cuts (Nagy and Seth, 1984): a gutter that runs through is cut
before a gap between lines, and of two columns the right one is read first.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vanguard.documents.images.ink import Ink
from vanguard.documents.page import Box, Direction

_GUTTER = 1.6  # heights of writing: the white between two columns
# Where so many lines on either side leave it white, it may be as narrow as this: spaces between words do not
# lie below each other so often
_NARROW_GUTTER, _MANY_LINES = 1.0, 10
_GAP = 1.6  # and between two blocks, one below the other
_COLUMN = 6.0  # narrower is no column
_COLUMN_LINES = 3.0  # lower is no column: words in one line stand far apart too
_LINE = 0.6  # lower stretches of ink are parts of lines
_CLOSE_GAP = 0.4  # and between a heading and the columns below it, where they stand close
_CROSSING_LINES = 3  # above or below columns, at most
_CROSSED = (
    12.0  # heights of the columns below it: words of few lines stand below each other by chance
)
_DUST = 0.12  # of a height: less ink in a row or a column of pixels is dirt
_MOST_DEPTH = 12


def find_columns(ink: Ink, height: float, direction: Direction = "rtl") -> tuple[Box, ...]:
    """Boxes of pixels that hold one column of lines each, in reading order.

    Args:
        ink: shape (height, width), level lines.
        height: of its writing, in pixels.
        direction: from which side columns are read.
    """
    boxes = list(_cut(ink > 0, height, direction, Box(0, 0, ink.shape[1], ink.shape[0]), 0))
    return tuple(_stacked(boxes, height))


def _cut(
    ink: NDArray[np.bool_], height: float, direction: Direction, whole: Box, depth: int
) -> Iterator[Box]:
    box = _trimmed(ink, whole, height)
    if box is None:
        return
    part = ink[int(box.top) : int(box.bottom), int(box.left) : int(box.right)]
    if depth < _MOST_DEPTH:
        pieces = (
            _columns(part, box, height, direction)
            or _rejoined(ink, _rows(part, box, height), height)
            or _crossed(ink, part, box, height)
        )
        if pieces:
            for piece in pieces:
                yield from _cut(ink, height, direction, piece, depth + 1)
            return
    yield box


def _columns(part: NDArray[np.bool_], box: Box, height: float, direction: Direction) -> list[Box]:
    if box.height < _COLUMN_LINES * height:
        return []
    edges = [
        (begin, end)
        for begin, end in gaps(part.sum(axis=0), _NARROW_GUTTER * height, _DUST * height)
        if end - begin >= _GUTTER * height or _is_long(part, begin, end, height)
    ]
    edges = _wide_enough(edges, box.width, _COLUMN * height)
    pieces = [
        Box(box.left + begin, box.top, box.left + end, box.bottom)
        for begin, end in _between(edges, box.width)
    ]
    if len(pieces) < 2 or not _beside(part, box, pieces, height):
        return []
    return pieces[::-1] if direction == "rtl" else pieces


def _is_long(part: NDArray[np.bool_], begin: int, end: int, height: float) -> bool:
    """Whether many lines end at a gap on the one side, and many begin on the other."""
    reach = round(_COLUMN * height)
    sides = (part[:, max(0, begin - reach) : begin], part[:, end : end + reach])
    return all(_lines(side, height) >= _MANY_LINES for side in sides)


def _lines(side: NDArray[np.bool_], height: float) -> int:
    """Stretches of rows with ink, dots and marks apart from their letters not counted."""
    filled = np.concatenate(([False], side.sum(axis=1) > 0, [False])).astype(np.int8)
    turns = np.flatnonzero(np.diff(filled))
    return int((turns[1::2] - turns[::2] >= _LINE * height).sum())


def _beside(part: NDArray[np.bool_], box: Box, pieces: list[Box], height: float) -> bool:
    """Whether each piece has another beside it: a line and what stands below it are no columns."""
    reaches = []
    for piece in pieces:
        columns = part[:, int(piece.left - box.left) : int(piece.right - box.left)]
        rows = np.flatnonzero(columns.sum(axis=1) > _DUST * height)
        reaches.append((rows[0], rows[-1]) if rows.size else (0, 0))
    return all(
        any(
            min(low, other[1]) - max(top, other[0]) > 0.5 * height
            for at, other in enumerate(reaches)
            if at != index
        )
        for index, (top, low) in enumerate(reaches)
    )


def _rows(part: NDArray[np.bool_], box: Box, height: float) -> list[Box]:
    edges = gaps(part.sum(axis=1), _GAP * height, _DUST * height)
    pieces = [
        Box(box.left, box.top + begin, box.right, box.top + end)
        for begin, end in _between(edges, box.height)
    ]
    return pieces if len(pieces) > 1 else []


def _rejoined(ink: NDArray[np.bool_], rows: list[Box], height: float) -> list[Box]:
    """Rows that are parts of the same columns as one: their gaps are level by chance.

    One of the two may stand in a single column, as the heading of a part does.
    """
    joined: list[Box] = []
    for row in rows:
        whole = joined[-1].around(row) if joined else row
        if joined:
            counts = (_column_count(ink, joined[-1], height), _column_count(ink, row, height))
            if max(counts) == _column_count(ink, whole, height) > 1:
                joined[-1] = whole
                continue
        joined.append(row)
    return joined if len(joined) > 1 else rows


def _crossed(ink: NDArray[np.bool_], part: NDArray[np.bool_], box: Box, height: float) -> list[Box]:
    """The few lines above or below columns that run across the gutter, and the columns."""
    found = gaps(part.sum(axis=1), _CLOSE_GAP * height, _DUST * height)
    cuts = [
        (
            Box(box.left, box.top, box.right, box.top + begin),
            Box(box.left, box.top + end, box.right, box.bottom),
        )
        for begin, end in found
    ]
    for above, below in cuts[:_CROSSING_LINES]:
        if below.height >= _CROSSED * height and _column_count(ink, below, height) > 1:
            return [above, below]
    for above, below in cuts[: -_CROSSING_LINES - 1 : -1]:
        if above.height >= _CROSSED * height and _column_count(ink, above, height) > 1:
            return [above, below]
    return []


def _column_count(ink: NDArray[np.bool_], box: Box, height: float) -> int:
    trimmed = _trimmed(ink, box, height)
    if trimmed is None:
        return 0
    part = ink[int(trimmed.top) : int(trimmed.bottom), int(trimmed.left) : int(trimmed.right)]
    return len(_columns(part, trimmed, height, "ltr"))


def gaps(profile: NDArray[np.int64], least: float, dust: float) -> list[tuple[int, int]]:
    """Runs of white at least so long, without those at the two ends."""
    white = np.concatenate(([False], profile <= dust, [False]))
    turns = np.flatnonzero(np.diff(white.astype(np.int8)))
    runs = zip(turns[::2].tolist(), turns[1::2].tolist(), strict=True)
    return [(a, b) for a, b in runs if b - a >= least and a > 0 and b < len(profile)]


def _wide_enough(gaps: list[tuple[int, int]], width: float, least: float) -> list[tuple[int, int]]:
    """Gaps that leave a column on either side; the narrowest is given up first."""
    kept = list(gaps)
    while kept:
        widths = [end - begin for begin, end in _between(kept, width)]
        narrow = int(np.argmin(widths))
        if widths[narrow] >= least:
            break
        around = [index for index in (narrow - 1, narrow) if 0 <= index < len(kept)]
        kept.pop(min(around, key=lambda index: kept[index][1] - kept[index][0]))
    return kept


def _between(gaps: list[tuple[int, int]], length: float) -> list[tuple[float, float]]:
    begins = [0.0, *(float(end) for _, end in gaps)]
    ends = [*(float(begin) for begin, _ in gaps), length]
    return list(zip(begins, ends, strict=True))


def _trimmed(ink: NDArray[np.bool_], box: Box, height: float) -> Box | None:
    """The box without its white rims; None when there is nothing in it but dirt."""
    part = ink[int(box.top) : int(box.bottom), int(box.left) : int(box.right)]
    if int(part.sum()) < height:
        return None
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    return Box(
        box.left + float(columns[0]),
        box.top + float(rows[0]),
        box.left + float(columns[-1]) + 1,
        box.top + float(rows[-1]) + 1,
    )


def _stacked(boxes: list[Box], height: float) -> Iterator[Box]:
    """Blocks that follow each other in one column are one: an engine reads long blocks better."""
    held: Box | None = None
    for box in boxes:
        if held is not None and _continues(held, box, height):
            held = held.around(box)
            continue
        if held is not None:
            yield held
        held = box
    if held is not None:
        yield held


def _continues(upper: Box, lower: Box, height: float) -> bool:
    gap = lower.top - upper.bottom
    shared = min(upper.right, lower.right) - max(upper.left, lower.left)
    return 0 <= gap < 4 * height and shared > 0.6 * max(upper.width, lower.width)
