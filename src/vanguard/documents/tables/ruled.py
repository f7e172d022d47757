"""Tables whose cells have rules around them: rules become a grid, missing rules become spans.

It does not know tables without rules, or what is written between the rules.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from vanguard.documents.images.ink import Ink
from vanguard.documents.images.rules import Rules
from vanguard.documents.page import Box
from vanguard.documents.tables.grid import Grid, Place, edges

_JOINED = 0.5  # heights of writing between rules that belong together
_NEAR = 0.8  # rules nearer than that are one, drawn double
_COVERED = 0.5  # of an edge: so much rule parts two cells
_MOST_LINES = 200  # rows or columns


def find_ruled(rules: Rules, height: float) -> Iterator[Grid]:
    """Tables of at least two cells, from the top down; single frames are none."""
    joined = cv2.dilate(rules.ink, np.ones((max(3, round(_JOINED * height)),) * 2, np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    order = sorted(range(1, count), key=lambda label: int(stats[label][1]))
    for label in order:
        grid = _grid(rules, labels == label, height) if _large(stats[label], height) else None
        if grid is not None:
            yield grid


def frames(rules: Rules, height: float) -> Iterator[Box]:
    """Boxes drawn around something that is not a table, such as a note at the side."""
    for top in rules.across:
        for bottom in rules.across:
            same = abs(top.left - bottom.left) + abs(top.right - bottom.right) < 2 * height
            if not same or bottom.top - top.bottom < 2 * height:
                continue
            box = top.around(bottom)
            sides = [rule for rule in rules.down if _side(rule, box, height)]
            if len(sides) >= 2:
                yield box


def _side(rule: Box, box: Box, height: float) -> bool:
    ends = min(abs(rule.left - box.left), abs(rule.right - box.right)) < height
    return ends and abs(rule.top - box.top) + abs(rule.bottom - box.bottom) < 2 * height


def _large(stats: np.ndarray, height: float) -> bool:
    return bool(stats[2] > 4 * height and stats[3] > 2 * height)


def _grid(rules: Rules, where: np.ndarray, height: float) -> Grid | None:
    across = [rule for rule in rules.across if _inside(rule, where)]
    down = [rule for rule in rules.down if _inside(rule, where)]
    ys = edges([(rule.top + rule.bottom) / 2 for rule in across], _NEAR * height)
    xs = edges([(rule.left + rule.right) / 2 for rule in down], _NEAR * height)
    if not across or not down:
        return None
    left, right = min(rule.left for rule in across), max(rule.right for rule in across)
    top, bottom = min(rule.top for rule in down), max(rule.bottom for rule in down)
    # a side may be open: the rules that run to it say where it is
    xs = _closed(xs, left, right, 1.5 * height)
    ys = _closed(ys, top, bottom, 1.2 * height)
    rows, columns = len(ys) - 1, len(xs) - 1
    # one column of rules is a frame: what is in it may be a table without rules between columns
    if rows < 1 or columns < 2 or max(rows, columns) > _MOST_LINES:
        return None
    places = _places(rules.ink, xs, ys, height)
    if len(places) < 2:
        return None
    return Grid(rows, columns, tuple(places), Box(xs[0], ys[0], xs[-1], ys[-1]))


def _inside(rule: Box, where: np.ndarray) -> bool:
    return bool(
        where[int((rule.top + rule.bottom) / 2), int((rule.left + rule.right) / 2)]
        or where[int(rule.top), int(rule.left)]
    )


def _closed(lines: list[float], low: float, high: float, least: float) -> list[float]:
    if not lines:
        return [low, high]
    before = [low] if lines[0] - low > least else []
    after = [high] if high - lines[-1] > least else []
    return [*before, *lines, *after]


def _places(ink: Ink, xs: list[float], ys: list[float], height: float) -> list[Place]:
    """Cells: places that no rule parts are one, as a rectangle."""
    rows, columns = len(ys) - 1, len(xs) - 1
    taken = np.zeros((rows, columns), bool)
    found = []
    for row in range(rows):
        for column in range(columns):
            if taken[row, column]:
                continue
            wide = 1
            while (
                column + wide < columns
                and not taken[row, column + wide]
                and not _parted(ink.T, ys[row], ys[row + 1], xs[column + wide], height)
            ):
                wide += 1
            high = 1
            while row + high < rows and not any(
                _parted(ink, xs[one], xs[one + 1], ys[row + high], height)
                for one in range(column, column + wide)
            ):
                high += 1
            taken[row : row + high, column : column + wide] = True
            box = Box(xs[column], ys[row], xs[column + wide], ys[row + high])
            found.append(Place(row, column, box, high, wide))
    return found


def _parted(ink: np.ndarray, begin: float, end: float, at: float, height: float) -> bool:
    """Whether a rule runs at this row from begin to end."""
    rim = min(height / 3, (end - begin) / 4)
    reach = max(2, round(height / 3))
    near = ink[
        max(0, round(at) - reach) : round(at) + reach + 1, round(begin + rim) : round(end - rim) + 1
    ]
    return bool(near.size) and float((near > 0).any(axis=0).mean()) > _COVERED
