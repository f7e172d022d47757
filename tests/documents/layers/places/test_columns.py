"""Lines in reading order: columns one after the other, rows of cells row by row."""

from vanguard.documents.layers.places.columns import reading_order
from vanguard.documents.page import Box


def column(left, right, count=8, top=100):
    return [Box(left, top + 16 * at, right, top + 16 * at + 12) for at in range(count)]


def test_three_columns_are_read_from_the_right():
    left, middle, right = column(50, 200), column(220, 370), column(390, 540)
    rows = [box for row in zip(left, middle, right, strict=True) for box in row]
    assert [rows[at] for at in reading_order(rows, "rtl")] == [*right, *middle, *left]
    assert [rows[at] for at in reading_order(rows, "ltr")] == [*left, *middle, *right]


def test_a_heading_over_the_columns_comes_first():
    boxes = [*column(50, 280), *column(310, 540), Box(200, 60, 400, 80)]
    order = reading_order(boxes, "rtl")
    assert order[0] == 16
    assert order[1:9] == list(range(8, 16))


def test_cells_are_read_row_by_row():
    rows = [
        Box(left, 100 + 16 * row, left + wide, 112 + 16 * row)
        for row in range(8)
        for left, wide in (
            (500, 30),
            (300, 100 if row == 3 else 25),
            (100, 140 if row == 5 else 20),
        )
    ]
    assert reading_order(rows, "rtl") == list(range(24))


def test_nothing_has_no_order():
    assert reading_order([], "rtl") == []
