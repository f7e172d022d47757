"""A grid without holes or overlaps, whatever cells a table says it has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.core.errors import InvalidRequest
from vanguard.documents.formats.grid import rows_of
from vanguard.documents.page import Cell, Line, Table, Word


def test_holes_are_filled_and_spans_kept():
    table = Table(2, 3, (Cell(0, 0, row_span=2), Cell(0, 1, column_span=2), Cell(1, 2)))
    assert rows_of(table) == [
        [Cell(0, 0, row_span=2), Cell(0, 1, column_span=2)],
        [Cell(1, 1), Cell(1, 2)],
    ]


def test_an_empty_table_has_no_rows():
    assert rows_of(Table(0, 0, ())) == []


def test_cells_outside_of_the_grid_are_taken_in():
    cell = Cell(-1, -1, (Line((Word("x"),)),))
    [[found]] = rows_of(Table(0, 0, (cell,)))
    assert (found.row, found.column, found.text) == (0, 0, "x")


def test_a_table_too_large_is_refused():
    with pytest.raises(InvalidRequest, match="1000000000 rows"):
        rows_of(Table(1, 1, (Cell(999_999_999, 0),)))


SMALL = st.integers(-1, 4)
CELLS = st.builds(Cell, SMALL, SMALL, st.just(()), SMALL, st.integers(-1, 10**9))


@given(st.lists(CELLS, max_size=6), SMALL, SMALL)
def test_each_place_is_covered_once_and_no_cell_is_lost(cells, rows, columns):
    marked = [
        Cell(c.row, c.column, (Line((Word(str(n)),)),), c.row_span, c.column_span)
        for n, c in enumerate(cells)
    ]
    placed = rows_of(Table(rows, columns, tuple(marked)))
    places = [
        (cell.row + down, cell.column + on)
        for row in placed
        for cell in row
        for down in range(cell.row_span)
        for on in range(cell.column_span)
    ]
    assert len(places) == len(set(places))
    height = len(placed)
    assert all(0 <= row < height for row, _ in places)
    width = max((column for _, column in places), default=-1) + 1
    assert {(r, c) for r in range(height) for c in range(min(width, max(columns, 0)))} <= set(
        places
    )
    assert sorted(cell.text for row in placed for cell in row if cell.lines) == sorted(
        str(n) for n in range(len(cells))
    )
