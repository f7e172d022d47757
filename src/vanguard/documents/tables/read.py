"""A table read cell by cell: what is empty stays empty, what may be a number is read twice.

It does not know how the grid was found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import msgspec
import numpy as np

from vanguard.documents.engines.strips import LineReader
from vanguard.documents.images.sheet import Sheet
from vanguard.documents.page import Box, Cell, Direction, Line, Table, Word
from vanguard.documents.tables.checks import checked
from vanguard.documents.tables.forms import is_number, is_regular
from vanguard.documents.tables.grid import Grid, Place
from vanguard.documents.tables.heads import head_rows
from vanguard.documents.tables.numbers import NumberReader

_INK = 0.02  # of the writing's height squared: the dot that is an Arabic zero has more
_LEAST_INK_PX = 6.0
_RIM_PX = 2
_ONE_LINE = 2.0  # heights of writing
_LONGEST_NUMBER = 16.0
_SURE_WORD = 0.8
_SURE_NUMBER = 0.7
_ONE_SET = 0.5  # of what may be numbers must be read by a reader for it to be believed
_WORD = re.compile("[\u0621-\u064a]{2}|[A-Za-z]{2}")
_LATIN = re.compile("[A-Za-z]")
_ARABIC = re.compile("[\u0600-\u06ff]")


@dataclass
class _Reading:
    """What was read in a place: as text, and as a number by each reader of numbers."""

    place: Place
    lines: tuple[Line, ...] = ()
    numbers: list[Word | None] = field(default_factory=list)
    chosen: Word | None = None
    doubts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    @property
    def sure(self) -> float:
        return min((line.confidence or 0.0 for line in self.lines), default=1.0)

    @property
    def may_be_number(self) -> bool:
        """Nothing says that it is a word."""
        if not self.numbers:
            return False
        return not (_WORD.search(self.text) and self.sure >= _SURE_WORD)


def read_table(
    grid: Grid, page: Sheet, reader: LineReader, numbers: Sequence[NumberReader]
) -> Table:
    """The table on a grid, boxes in points of the page, doubts in its cells."""
    readings = [_read(place, page, reader, numbers) for place in grid.places]
    for index in range(len(numbers)):
        _believe(readings, index)
    for reading in readings:
        if reading.may_be_number and reading.chosen is None:
            reading.doubts.append("may be a number, and no reader of numbers is sure of it")
    direction = _direction(readings)
    head = head_rows(grid)
    cells = [_cell(reading, page, grid, direction, head) for reading in readings]
    ordered = tuple(sorted(cells, key=lambda cell: (cell.row, cell.column)))
    return checked(Table(grid.rows, grid.columns, ordered, direction))


def _read(
    place: Place, page: Sheet, reader: LineReader, numbers: Sequence[NumberReader]
) -> _Reading:
    reading = _Reading(place)
    box = written(page, place.box)
    if box is None:
        return reading
    found = reader.read(page, box)
    reading.lines = tuple(page.on_page(line) for line in found)
    if box.height < _ONE_LINE * page.height and box.width < _LONGEST_NUMBER * page.height:
        image, _, _ = page.crop(box)
        reading.numbers = [one.read(image) for one in numbers]
    if not found:
        reading.doubts.append("something is written here that could not be read")
    return reading


def written(page: Sheet, box: Box) -> Box | None:
    """Where in a cell something is written; None when there are but specks and rests of rules."""
    inside = Box(box.left + _RIM_PX, box.top + _RIM_PX, box.right - _RIM_PX, box.bottom - _RIM_PX)
    part = page.ink[
        max(0, round(inside.top)) : round(inside.bottom),
        max(0, round(inside.left)) : round(inside.right),
    ]
    if part.size == 0:
        return None
    count, _, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8)
    high, wide = part.shape
    kept = []
    for x, y, w, h, area in stats[1:count].tolist():
        at_rim = x == 0 or y == 0 or x + w == wide or y + h == high
        thin = min(w, h) <= max(2, page.height / 6) or max(w, h) < page.height / 2
        if area >= max(_LEAST_INK_PX, _INK * page.height**2) and not (at_rim and thin):
            kept.append((x, y, x + w, y + h))
    if not kept:
        return None
    left, top, right, bottom = np.array(kept).T
    slack = round(page.height / 4)  # dots and marks are smaller than what is counted
    return Box(
        max(inside.left, inside.left + float(left.min()) - slack),
        max(inside.top, inside.top + float(top.min()) - slack),
        min(inside.right, inside.left + float(right.max()) + slack),
        min(inside.bottom, inside.top + float(bottom.max()) + slack),
    )


def _believe(readings: list[_Reading], index: int) -> None:
    """Takes a reader's numbers where it reads most of them: a table has digits of one set.

    A reader of Latin digits sees some in Arabic ones, too, but not in all.
    """
    asked = [one for one in readings if one.may_be_number]
    good = [one for one in asked if _good(one.numbers[index])]
    if not good or len(good) < _ONE_SET * len(asked):
        return
    for one in good:
        word = one.numbers[index]
        if word is None or (one.chosen and (one.chosen.confidence or 0) >= (word.confidence or 0)):
            continue
        if one.chosen is not None and one.chosen.text != word.text:
            one.doubts.append(f"another reader says {one.chosen.text}")
        one.chosen = word
    for one in good:
        if one.chosen and is_number(one.text) and one.text != one.chosen.text:
            one.doubts.append(f"another reader says {one.text}")


def _good(word: Word | None) -> bool:
    if word is None or (word.confidence or 0.0) < _SURE_NUMBER:
        return False
    return is_regular(word.text)


def _direction(readings: list[_Reading]) -> Direction:
    text = "".join(reading.text for reading in readings if reading.chosen is None)
    return "ltr" if len(_LATIN.findall(text)) > 2 * len(_ARABIC.findall(text)) else "rtl"


def _cell(reading: _Reading, page: Sheet, grid: Grid, direction: Direction, head: int) -> Cell:
    place = reading.place
    column = place.column
    if direction == "rtl":
        column = grid.columns - place.column - place.column_span
    lines = reading.lines
    if reading.chosen is not None:
        box = lines[0].box if lines else page.raster.page_box(place.box)
        word = msgspec.structs.replace(reading.chosen, box=box)
        lines = (Line((word,), box, direction, word.confidence),)
    return Cell(
        place.row,
        column,
        lines,
        place.row_span,
        place.column_span,
        place.row < head,
        page.raster.page_box(place.box),
        min((line.confidence or 0.0 for line in lines), default=None),
        tuple(dict.fromkeys(reading.doubts)),
    )
