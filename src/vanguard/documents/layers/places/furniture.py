"""What runs around a page's text in a text layer: the header above it, footer and page number below.

It does not know pictures; size, place and distance of lines tell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median
from typing import Final

from vanguard.documents.page import BlockKind, Box, Line

_HEAD, _FOOT = 0.14, 0.84  # of the page's height
# Of the height of the row beside it, and of most lines: smaller is set small; larger is a title, unless what
# follows is larger still.
_SMALL, _LARGE, _LARGEST = 0.92, 1.15, 1.3
# In usual steps from line to line: a letterhead is so far from what follows; small print of that size is
# farther than its own lines would be.
_FAR, _OWN_STEP = 1.6, 1.15
_SHORT: Final = 0.6  # of the text's width
_RULE: Final = 0.5  # of it
_FEW: Final = 3
_QUANTILE: Final = 0.35  # of steps: the usual one, where many paragraphs are apart
_LEAST_ROWS: Final = 4
_NUMBER = re.compile(
    r"\W*(?:صفحة|ص|page)?\W*[\d٠-٩]{1,4}\W*(?:(?:من|of|/)\W*[\d٠-٩]{1,4}\W*)?", re.IGNORECASE
)

_NOTE = re.compile(r"\W{0,2}[\d٠-٩*†]{1,3}\W*\s+\w")

Row = list[int]


def find_furniture(
    lines: Sequence[Line], page_height: float, rules: Sequence[Box] = ()
) -> dict[int, BlockKind]:
    """The kinds of those lines that are furniture, by their numbers.

    `page_height` is in points, as the level rules are; a wide one parts a header from the text.
    """
    boxes = {at: line.box for at, line in enumerate(lines) if line.box is not None}
    rows = _rows(boxes)
    if len(rows) < _LEAST_ROWS or page_height <= 0:
        return {}
    usual = _Usual(rows, boxes)
    found: dict[int, BlockKind] = {}
    head, foot = rows[0], rows[-1]
    if max(boxes[at].bottom for at in head) < _HEAD * page_height:
        below = _under(rows, 0, boxes)
        step = _foot_of(below, boxes) - _foot_of(head, boxes)
        ruled = usual.is_ruled(head, below, rules)
        if ruled or usual.is_apart(head, below, step, far=True):
            found |= {at: _kind("header", lines[at]) for at in head}
    if min(boxes[at].top for at in foot) > _FOOT * page_height:
        step = _foot_of(foot, boxes) - _foot_of(rows[-2], boxes)
        numbered = len(foot) < _FEW and any(_NUMBER.fullmatch(lines[at].text) for at in foot)
        note = any(_NOTE.match(lines[at].text) for at in foot)
        small = not note and usual.is_apart(foot, rows[-2], step, far=False)
        if small or (numbered and step > usual.step):
            found |= {at: _kind("footer", lines[at]) for at in foot}
    return found


def _kind(where: BlockKind, line: Line) -> BlockKind:
    return "page_number" if _NUMBER.fullmatch(line.text) else where


def _rows(boxes: dict[int, Box]) -> list[Row]:
    """Numbers of lines side by side, from the top down."""
    rows: list[Row] = []
    for at in sorted(boxes, key=lambda one: boxes[one].bottom):
        before = boxes[rows[-1][0]] if rows else None
        if before is not None and boxes[at].bottom - before.bottom < 0.4 * before.height:
            rows[-1].append(at)
        else:
            rows.append([at])
    return rows


def _foot_of(row: Row, boxes: dict[int, Box]) -> float:
    return max(boxes[at].bottom for at in row)


def _under(rows: Sequence[Row], at: int, boxes: dict[int, Box]) -> Row:
    """The next row, without those of another column that reach up beside this one."""
    foot = _foot_of(rows[at], boxes)
    for row in rows[at + 1 : at + 1 + _FEW]:
        apart = all(
            boxes[one].left >= boxes[other].right or boxes[other].left >= boxes[one].right
            for one in rows[at]
            for other in row
        )
        if not apart or min(boxes[other].top for other in row) >= foot:
            return row
    return rows[at + 1]


class _Usual:
    """How most lines of a page are set."""

    def __init__(self, rows: Sequence[Row], boxes: dict[int, Box]) -> None:
        self._boxes = boxes
        self._height = median(box.height for box in boxes.values())
        steps = sorted(
            _foot_of(_under(rows, at, boxes), boxes) - _foot_of(rows[at], boxes)
            for at in range(len(rows) - 1)
        )
        self.step = steps[int(len(steps) * _QUANTILE)]
        self._width = max(box.right for box in boxes.values()) - min(
            box.left for box in boxes.values()
        )

    def is_apart(self, row: Row, beside: Row, step: float, *, far: bool) -> bool:
        """Whether a row at the page's edge is short, and small or far from the text beside it."""
        if len(row) > _FEW or sum(self._boxes[at].width for at in row) > _SHORT * self._width:
            return False
        size, other = self._size(row), self._size(beside)
        if size > (_LARGEST if far and size < _SMALL * other else _LARGE):
            return False
        if size < _SMALL and (size < _SMALL * other or step >= _OWN_STEP * size * self.step):
            return True
        return far and step >= _FAR * self.step

    def is_ruled(self, row: Row, below: Row, rules: Sequence[Box]) -> bool:
        """Whether a rule runs between a short row and the one below it."""
        if sum(self._boxes[at].width for at in row) > _SHORT * self._width:
            return False
        foot, next_foot = _foot_of(row, self._boxes), _foot_of(below, self._boxes)
        middle = foot - 0.5 * max(self._boxes[at].height for at in row)
        return any(
            middle < rule.top < next_foot - 0.5 * max(self._boxes[at].height for at in below)
            and rule.width > _RULE * self._width
            for rule in rules
        )

    def _size(self, row: Row) -> float:
        return max(self._boxes[at].height for at in row) / max(self._height, 0.1)
