"""Sets a table: widths of columns, heights of rows, cells with spans, rules and shades.

It does not know what the cells mean. Column 0 is the rightmost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from vanguard.documents.page import Box, Cell, Line, Table
from vanguard.documents.synth.layout.line import Align, Type, set_line, width
from vanguard.documents.synth.layout.paragraph import BASELINE, Column, Item, broken
from vanguard.documents.synth.layout.sheet import Area, Colour, Rule, Sheet

Rules = Literal["all", "rows", "outer", "none"]
_SHRINK = 0.88
_SMALLEST_POINTS = 5.0


@dataclass(frozen=True)
class Entry:
    """A cell to be set; empty text is an empty cell."""

    row: int
    column: int
    text: str = ""
    row_span: int = 1
    column_span: int = 1
    header: bool = False
    align: Align = "centre"


@dataclass(frozen=True)
class Look:
    """How a table looks; colours of None are not drawn."""

    rules: Rules = "all"
    padding: float = 4.0
    head: Colour | None = None
    stripes: Colour | None = None
    line_width: float = 0.6


@dataclass(frozen=True)
class TableItem:
    """A table to be placed as a whole, as wide as its column."""

    rows: int
    columns: int
    entries: tuple[Entry, ...]
    type: Type
    look: Look = Look()
    after: float = 0.0

    def place(self, sheet: Sheet, column: Column) -> Item | None:
        """Places it if it fits."""
        item = self._fitting(column.width)
        widths = _widths(item, column.width)
        heights = _heights(item, widths)
        total = sum(heights)
        if total > column.room:
            return self
        grid = _Grid(_sums(column.right, [-w for w in widths]), _sums(column.y, heights))
        _shade(sheet, item, grid)
        cells = tuple(_set_cell(sheet, item, grid, entry) for entry in item.entries)
        _rule(sheet, item, grid)
        table = Table(item.rows, item.columns, cells)
        sheet.say_table(table, Box(grid.x[-1], grid.y[0], grid.x[0], grid.y[-1]))
        column.y += total + self.after
        return None

    def _fitting(self, room: float) -> TableItem:
        """The same in a size in which each word fits its column."""
        item = self
        while sum(_narrowest(item)) > room and item.type.size * _SHRINK >= _SMALLEST_POINTS:
            item = replace(item, type=item.type.sized(_SHRINK))
        return item


@dataclass(frozen=True)
class _Grid:
    """Edges: `x` from the right to the left, `y` downwards."""

    x: list[float]
    y: list[float]

    def box(self, entry: Entry) -> Box:
        return Box(
            self.x[entry.column + entry.column_span],
            self.y[entry.row],
            self.x[entry.column],
            self.y[entry.row + entry.row_span],
        )


def _sums(start: float, steps: Sequence[float]) -> list[float]:
    edges = [start]
    for step in steps:
        edges.append(edges[-1] + step)
    return edges


def _narrowest(item: TableItem) -> list[float]:
    """For each column the width of its widest word."""
    least = [item.type.size] * item.columns
    for entry in item.entries:
        if entry.column_span == 1:
            widest = max((width(word, item.type) for word in entry.text.split()), default=0.0)
            least[entry.column] = max(least[entry.column], widest)
    return [wide + 2 * item.look.padding + 0.5 for wide in least]


def _widths(item: TableItem, room: float) -> list[float]:
    least = _narrowest(item)
    natural = list(least)
    for entry in item.entries:
        if entry.column_span == 1:
            words = entry.text.split()
            wide = sum(width(word, item.type) for word in words) + item.type.space * (
                len(words) - 1
            )
            natural[entry.column] = max(
                natural[entry.column], wide + 2 * item.look.padding + 0.5 if words else 0.0
            )
    spare = room - sum(natural)
    if spare >= 0:
        return [wide + spare / item.columns for wide in natural]
    wish = [full - small for full, small in zip(natural, least, strict=True)]
    share = max(room - sum(least), 0.0) / (sum(wish) or 1.0)
    return [small + share * more for small, more in zip(least, wish, strict=True)]


def _lines(item: TableItem, widths: Sequence[float], entry: Entry) -> list[list[str]]:
    room = sum(widths[entry.column : entry.column + entry.column_span]) - 2 * item.look.padding
    return list(broken(entry.text.split(), item.type, room))


def _heights(item: TableItem, widths: Sequence[float]) -> list[float]:
    heights = [item.type.pitch + 2 * item.look.padding] * item.rows
    for entry in sorted(item.entries, key=lambda entry: entry.row_span):
        needed = len(_lines(item, widths, entry)) * item.type.pitch + 2 * item.look.padding
        covered = slice(entry.row, entry.row + entry.row_span)
        lacking = needed - sum(heights[covered])
        if lacking > 0:
            heights[entry.row + entry.row_span - 1] += lacking
    return heights


def _set_cell(sheet: Sheet, item: TableItem, grid: _Grid, entry: Entry) -> Cell:
    box = grid.box(entry)
    widths = [right - left for right, left in zip(grid.x, grid.x[1:], strict=False)]
    lines = _lines(item, widths, entry)
    y = (box.top + box.bottom - len(lines) * item.type.pitch) / 2
    edges = (box.left + item.look.padding, box.right - item.look.padding)
    said: list[Line] = []
    for words in lines:
        baseline = y + item.type.pitch * BASELINE
        said.append(set_line(sheet, words, item.type, (*edges, baseline), entry.align))
        y += item.type.pitch
    return Cell(
        entry.row,
        entry.column,
        tuple(said),
        entry.row_span,
        entry.column_span,
        entry.header,
        box,
    )


def _shade(sheet: Sheet, item: TableItem, grid: _Grid) -> None:
    for entry in item.entries:
        if entry.header and item.look.head is not None:
            sheet.areas.append(Area(grid.box(entry), item.look.head))
        elif not entry.header and entry.row % 2 and item.look.stripes is not None:
            sheet.areas.append(Area(grid.box(entry), item.look.stripes))


def _rule(sheet: Sheet, item: TableItem, grid: _Grid) -> None:
    rules, thick = item.look.rules, item.look.line_width
    if rules == "none":
        return
    if rules == "outer":
        _frame(sheet, Box(grid.x[-1], grid.y[0], grid.x[0], grid.y[-1]), thick, sides=True)
        below_head = max(
            (e.row + e.row_span for e in item.entries if e.header and e.column > 0), default=0
        )
        if below_head:
            y = grid.y[below_head]
            sheet.rules.append(Rule(grid.x[-1], y, grid.x[0], y, thick))
        return
    for entry in item.entries:
        _frame(sheet, grid.box(entry), thick, sides=rules == "all")


def _frame(sheet: Sheet, box: Box, thick: float, *, sides: bool) -> None:
    for y in (box.top, box.bottom):
        sheet.rules.append(Rule(box.left, y, box.right, y, thick))
    for x in (box.left, box.right) if sides else ():
        sheet.rules.append(Rule(x, box.top, x, box.bottom, thick))
