from itertools import pairwise

import pytest

from support.documents.sheets import HEIGHT, Canvas
from vanguard.documents.tables.ruled import find_ruled, frames

XS, YS = (100, 300, 500, 700), (100, 140, 180, 220)


def found(canvas):
    # the height of writing is measured on writing
    return list(find_ruled(canvas.bar(110, 800, 690).sheet.rules, HEIGHT))


def spans(grid):
    return {(place.row, place.column): (place.row_span, place.column_span) for place in grid.places}


def test_rules_become_a_grid():
    (grid,) = found(Canvas().grid(XS, YS))
    assert (grid.rows, grid.columns) == (3, 3)
    assert set(spans(grid).values()) == {(1, 1)}
    assert len(grid.places) == 9
    first = grid.places[0].box
    assert [round(one) for one in (first.left, first.top, first.right, first.bottom)] == [
        pytest.approx(one, abs=2) for one in (100, 100, 300, 140)
    ]


def test_missing_rules_become_spans():
    over_two_columns = ((300, 100), (300, 140))
    over_two_rows = ((500, 140), (700, 140)), ((500, 180), (700, 180))
    (grid,) = found(Canvas().grid(XS, YS, (over_two_columns, over_two_rows[0])))
    assert spans(grid)[0, 0] == (1, 2)
    assert spans(grid)[0, 2] == (2, 1)
    assert len(grid.places) == 7


def test_open_sides_are_closed_by_the_rules_that_end_there():
    left = [((100, a), (100, b)) for a, b in pairwise(YS)]
    right = [((700, a), (700, b)) for a, b in pairwise(YS)]
    (grid,) = found(Canvas().grid(XS, YS, (*left, *right)))
    assert (grid.rows, grid.columns) == (3, 3)


def test_two_tables_come_from_the_top_down_and_a_frame_is_none():
    canvas = Canvas().grid(XS, (500, 540, 580)).grid(XS, (100, 140, 180))
    canvas.grid((100, 700), (300, 400))
    grids = found(canvas)
    assert [round(grid.box.top, -1) for grid in grids] == [100, 500]
    boxes = [box for box in frames(canvas.sheet.rules, HEIGHT) if 250 < box.top < 350]
    assert len(boxes) == 1
    assert abs(boxes[0].bottom - 400) < 4


def test_rows_without_rules_between_columns_are_left_to_the_gutters():
    assert found(Canvas().grid((100, 700), (100, 140, 180, 220))) == []
