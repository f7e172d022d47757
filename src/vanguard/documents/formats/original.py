"""From the page that was read to the page of the file, where that was turned or flattened before.

It does not know images or formats. Sides are mapped as a flat sheet is seen by a camera (P. Heckbert,
"Fundamentals of Texture Mapping", 1989, section 2.2.3: a unit square onto a quadrilateral).
"""

from __future__ import annotations

from functools import cached_property

import msgspec

from vanguard.documents.page import Block, Box, Cell, Line, Original, Page, Point, Word

Corners = tuple[Point, Point, Point, Point]

Affine = tuple[float, float, float, float, float, float]
"""As PDF has it: x' = a x + c y + e, y' = b x + d y + f."""


class Placed:
    """Where a page that was read lies on the page of its file.

    Args:
        page: as it was read.
        original: of the same.
    """

    def __init__(self, page: Page, original: Original) -> None:
        self._wide, self._high = page.width or 1.0, page.height or 1.0
        self._original = original

    def point(self, x: float, y: float) -> Point:
        """A point of the file's page."""
        (a, b, c), (d, e, f), (g, h, i) = self._rows
        u, v = x / self._wide, y / self._high
        depth = g * u + h * v + i
        return (a * u + b * v + c) / depth, (d * u + e * v + f) / depth

    def corners(self, box: Box) -> Corners:
        """Those of a box, in the order of `Original.corners`."""
        one, two, three, four = corners_of(box)
        return self.point(*one), self.point(*two), self.point(*three), self.point(*four)

    def box(self, box: Box) -> Box:
        """The smallest upright box around it."""
        points = self.corners(box)
        xs, ys = [x for x, _ in points], [y for _, y in points]
        return Box(min(xs), min(ys), max(xs), max(ys))

    def near(self, box: Box) -> Affine:
        """What the mapping is around a box's middle, both pages' origins being their bottom left corners."""
        x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        wide, high = box.width / 2 or 0.5, box.height / 2 or 0.5
        (right, right_y), (left, left_y) = self.point(x + wide, y), self.point(x - wide, y)
        (below, below_y), (above, above_y) = self.point(x, y + high), self.point(x, y - high)
        # both y count from the top here, and from the bottom there
        a, b = (right - left) / (2 * wide), -(right_y - left_y) / (2 * wide)
        c, d = -(below - above) / (2 * high), (below_y - above_y) / (2 * high)
        there_x, there_y = self.point(x, y)
        up, there_up = self._high - y, self._original.height - there_y
        return a, b, c, d, there_x - a * x - c * up, there_up - b * x - d * up

    @cached_property
    def _rows(self) -> tuple[tuple[float, float, float], ...]:
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = self._original.corners
        far_x, far_y = x0 - x1 + x2 - x3, y0 - y1 + y2 - y3
        over_x, under_x, over_y, under_y = x1 - x2, x3 - x2, y1 - y2, y3 - y2
        size = over_x * under_y - under_x * over_y or 1.0
        g = (far_x * under_y - under_x * far_y) / size
        h = (over_x * far_y - far_x * over_y) / size
        return (
            (x1 - x0 + g * x1, x3 - x0 + h * x3, x0),
            (y1 - y0 + g * y1, y3 - y0 + h * y3, y0),
            (g, h, 1.0),
        )


def placed(page: Page) -> Placed | None:
    """Where the page lies on its file's; None where it is that one."""
    return None if page.original is None else Placed(page, page.original)


def corners_of(box: Box) -> Corners:
    """Those of a box, in the order of `Original.corners`."""
    return (
        (box.left, box.top),
        (box.right, box.top),
        (box.right, box.bottom),
        (box.left, box.bottom),
    )


def on_file(page: Page) -> Page:
    """The page with the size of the file's and with boxes there; itself where it is that one."""
    there = placed(page)
    if there is None or page.original is None:
        return page
    blocks = tuple(_block(block, there) for block in page.blocks)
    size = page.original
    return msgspec.structs.replace(
        page, width=size.width, height=size.height, blocks=blocks, original=None
    )


def _block(block: Block, there: Placed) -> Block:
    table = block.table
    if table is not None:
        cells = tuple(_cell(cell, there) for cell in table.cells)
        table = msgspec.structs.replace(table, cells=cells)
    lines = tuple(_line(line, there) for line in block.lines)
    box = _box(block.box, there)
    return msgspec.structs.replace(block, box=box, lines=lines, table=table)


def _cell(cell: Cell, there: Placed) -> Cell:
    lines = tuple(_line(line, there) for line in cell.lines)
    return msgspec.structs.replace(cell, box=_box(cell.box, there), lines=lines)


def _line(line: Line, there: Placed) -> Line:
    words = tuple(Word(word.text, _box(word.box, there), word.confidence) for word in line.words)
    return msgspec.structs.replace(line, box=_box(line.box, there), words=words)


def _box(box: Box | None, there: Placed) -> Box | None:
    return None if box is None else there.box(box)
