"""The cells of a text layer's table: words by the places of a grid, each cell's lines from the top down.

It does not know how the grid was found, nor changes what is written.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import Final

import msgspec

from vanguard.documents.page import Box, Cell, Direction, Line, Table, Word
from vanguard.documents.tables.checks import checked
from vanguard.documents.tables.grid import Grid, Place
from vanguard.documents.tables.heads import head_rows

_LATIN = re.compile("[A-Za-z]")
_ARABIC = re.compile("[\u0620-\u06ff]")
_FEWEST_CELLS: Final = 3
# Words of a cell, above which what is ruled is a page and no table.
_PROSE: Final = 45
_SLACK: Final = 1.5  # points
_SAME_ROW: Final = 0.5  # of a line's height


class Taken(msgspec.Struct, frozen=True):
    """A table and the lines without what went into it.

    Attributes:
        first: number of the first line that has words in it.
        rest: for each line that has, what is left of it.
    """

    table: Table
    box: Box
    first: int
    rest: dict[int, Line | None]


def take(grid: Grid, scale: float, lines: Sequence[Line], *, ruled: bool = True) -> Taken | None:
    """The table on a grid of pixels, `scale` of them a point; None where it is none.

    Without rules between its columns it is none if it was painted column by column, as prose is.
    """
    box = grid.box.scaled(1 / scale)
    places = [(place, place.box.scaled(1 / scale)) for place in grid.places]
    cells: defaultdict[int, list[Line]] = defaultdict(list)
    painted: list[Place] = []
    rest: dict[int, Line | None] = {}
    for at, line in enumerate(lines):
        if line.box is None or not _meets(line.box, box):
            continue
        parts, left = _parted(line, places, box)
        if not parts:
            continue
        painted += [grid.places[number] for number in parts]
        for number, words in parts.items():
            cells[number].append(with_words(line, words))
        rest[at] = with_words(line, left) if left else None
    if not rest or not _is_table(grid, cells) or not (ruled or _by_rows(painted)):
        return None
    return Taken(_table(grid, places, cells), box, min(rest), rest)


def with_words(line: Line, words: Sequence[Word]) -> Line:
    """The line with some of its words alone."""
    boxes = [word.box for word in words if word.box is not None]
    whole: Box | None = None
    for box in boxes:
        whole = box if whole is None else whole.around(box)
    return msgspec.structs.replace(line, words=tuple(words), box=whole or line.box)


def _meets(one: Box, two: Box) -> bool:
    middle = (one.top + one.bottom) / 2
    return (
        two.top - _SLACK <= middle <= two.bottom + _SLACK
        and one.right > two.left
        and one.left < two.right
    )


def _parted(
    line: Line, places: Sequence[tuple[Place, Box]], box: Box
) -> tuple[dict[int, list[Word]], list[Word]]:
    """Words by the number of their place, and those that stand outside."""
    parts: dict[int, list[Word]] = {}
    left: list[Word] = []
    for word in line.words:
        if word.box is None:
            left.append(word)
            continue
        x, y = (word.box.left + word.box.right) / 2, (word.box.top + word.box.bottom) / 2
        inside = (
            box.left - _SLACK <= x <= box.right + _SLACK
            and box.top - _SLACK <= y <= box.bottom + _SLACK
        )
        if not inside:
            left.append(word)
            continue
        number = min(range(len(places)), key=lambda at: _away(x, y, places[at][1]))
        parts.setdefault(number, []).append(word)
    return parts, left


def _away(x: float, y: float, box: Box) -> float:
    return max(box.left - x, x - box.right, 0.0) + max(box.top - y, y - box.bottom, 0.0)


def _is_table(grid: Grid, cells: dict[int, list[Line]]) -> bool:
    """Whether there are cells enough, and most of them are no pages of text."""
    counts = [sum(len(line.words) for line in lines) for lines in cells.values()]
    if len(counts) < min(_FEWEST_CELLS, len(grid.places)):
        return False
    return median(counts) <= _PROSE and max(counts) <= 0.8 * max(sum(counts), _PROSE)


def _by_rows(painted: Sequence[Place]) -> bool:
    """Whether cells were painted row by row rather than each column from its top to its foot."""
    down = sum(one.column == two.column and one.row < two.row for one, two in pairwise(painted))
    aside = sum(one.column != two.column for one, two in pairwise(painted))
    return aside >= down


def _table(grid: Grid, places: Sequence[tuple[Place, Box]], cells: dict[int, list[Line]]) -> Table:
    text = "".join(line.text for lines in cells.values() for line in lines)
    latin, arabic = len(_LATIN.findall(text)), len(_ARABIC.findall(text))
    direction: Direction = "ltr" if latin > 2 * arabic else "rtl"
    head = head_rows(grid)
    made = []
    for number, (place, box) in enumerate(places):
        column = place.column
        if direction == "rtl":
            column = grid.columns - place.column - place.column_span
        made.append(
            Cell(
                place.row,
                column,
                tuple(_in_order(cells.get(number, []), direction)),
                place.row_span,
                place.column_span,
                place.row < head,
                box,
            )
        )
    ordered = tuple(sorted(made, key=lambda cell: (cell.row, cell.column)))
    return checked(Table(grid.rows, grid.columns, ordered, direction))


def _in_order(lines: Sequence[Line], direction: Direction) -> Iterator[Line]:
    """From the top down; pieces of one line as one."""
    row: list[Line] = []
    for line in sorted(lines, key=_middle):
        if (
            row
            and line.box is not None
            and _middle(line) - _middle(row[0]) > (_SAME_ROW * line.box.height)
        ):
            yield _joined(row, direction)
            row = []
        row.append(line)
    if row:
        yield _joined(row, direction)


def _middle(line: Line) -> float:
    return (line.box.top + line.box.bottom) / 2 if line.box is not None else 0.0


def _joined(row: Sequence[Line], direction: Direction) -> Line:
    way = -1 if direction == "rtl" else 1
    ordered = sorted(row, key=lambda line: way * line.box.left if line.box else 0.0)
    words = [word for line in ordered for word in line.words]
    return plain(with_words(ordered[0], words))


def plain(line: Line) -> Line:
    """The line as formats know it."""
    return Line(line.words, line.box, line.direction, line.confidence)
