"""A table that a model wrote, as HTML or as Markdown, put on the grid that was found on the page.

It does not know pictures. A model that sees another grid is not believed; cells without ink stay empty.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from rapidfuzz import fuzz

from vanguard.documents.evaluate.sources.html import table_grids
from vanguard.documents.evaluate.sources.markdown import content
from vanguard.documents.page import Cell, Line, Reason, Table, Word

Texts = Mapping[tuple[int, int], str]
_TURNED_BY = 5.0  # percent of similarity that the other direction must bring


class Placed(msgspec.Struct, frozen=True):
    """What came of it: a table, or why there is none."""

    table: Table | None = None
    notes: tuple[Reason, ...] = ()
    problem: Reason | None = None


def placed(text: str, table: Table) -> Placed:
    """The model's cells on the page's grid; boxes, spans and headers are the page's."""
    # who learnt from pages writes in pipes what these can hold, whatever it is asked for
    grids = table_grids(text) or content(text).grids
    if not grids:
        return Placed(problem=Reason("no_table", "it wrote no table"))
    texts: Texts = {place: cell.text for place, cell in grids[0].places().items()}
    rows = 1 + max((row for row, _ in texts), default=-1)
    columns = 1 + max((column for _, column in texts), default=-1)
    if (rows, columns) != (table.rows, table.columns):
        says = f"it sees {rows} rows and {columns} columns, the page has {table.rows} and {table.columns}"
        return Placed(problem=Reason("table_shape", says))
    notes: list[Reason] = []
    turned = {(row, columns - 1 - column): one for (row, column), one in texts.items()}
    if _likeness(turned, table) > _likeness(texts, table) + _TURNED_BY:
        texts = turned
        notes.append(Reason("turned_table", "it wrote the columns from left to right"))
    cells, filled = [], 0
    for cell in table.cells:
        said = texts.get((cell.row, cell.column), "").split()
        if said and not cell.lines and not cell.doubts:
            said, filled = [], filled + 1
        words = tuple(Word(word) for word in said)
        lines = (Line(words, cell.box, table.direction),) if words else ()
        cells.append(msgspec.structs.replace(cell, lines=lines, confidence=None))
    if filled:
        notes.append(Reason("filled_cells", f"it filled {filled} cells without ink"))
    return Placed(msgspec.structs.replace(table, cells=tuple(cells)), tuple(notes))


def _likeness(texts: Texts, table: Table) -> float:
    written: list[Cell] = [cell for cell in table.cells if cell.lines]
    found = [fuzz.ratio(texts.get((cell.row, cell.column), ""), cell.text) for cell in written]
    return sum(found) / len(found) if found else 0.0
