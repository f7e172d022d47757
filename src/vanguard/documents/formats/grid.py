"""The cells of a table, row by row, with no hole and no overlap: as formats with spans want them.

It does not know how a format writes a table.
"""

from __future__ import annotations

import msgspec

from vanguard.core.errors import InvalidRequest
from vanguard.documents.page import Cell, Table

MAX_PLACES = 250_000


def rows_of(table: Table) -> list[list[Cell]]:
    """Each row's cells that begin there, in order; where nothing was, an empty cell.

    A cell that begins where another already lies moves on to the next free place of its row, and a
    span stops at the grid's edge and at its neighbour: no text is lost.

    Raises:
        InvalidRequest: when the table has more than `MAX_PLACES` places.
    """
    rows = max([table.rows, *(max(cell.row, 0) + 1 for cell in table.cells)])
    columns = max([table.columns, *(max(cell.column, 0) + 1 for cell in table.cells)])
    if rows * columns > MAX_PLACES:
        raise InvalidRequest(
            f"a table of {rows} rows and {columns} columns has more than {MAX_PLACES:,} places"
        )
    taken: set[tuple[int, int]] = set()
    placed: list[list[Cell]] = [[] for _ in range(rows)]
    for cell in sorted(table.cells, key=lambda cell: (cell.row, cell.column)):
        row = max(cell.row, 0)
        column = max(cell.column, 0)
        while (row, column) in taken:
            column += 1
        width = 1
        while width < cell.column_span and column + width < columns:
            if (row, column + width) in taken:
                break
            width += 1
        height = min(max(cell.row_span, 1), rows - row)
        taken.update((row + down, column + on) for down in range(height) for on in range(width))
        changes = {"row": row, "column": column, "row_span": height, "column_span": width}
        placed[row].append(msgspec.structs.replace(cell, **changes))
    for row, cells in enumerate(placed):
        cells += [Cell(row, column) for column in range(columns) if (row, column) not in taken]
        cells.sort(key=lambda cell: cell.column)
    return placed
