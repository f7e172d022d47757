from vanguard.documents.page import Box
from vanguard.documents.tables.grid import Grid, Place
from vanguard.documents.tables.heads import head_rows, stacked_head
from vanguard.documents.tables.pieces import Band

GUTTERS = ((90, 110), (190, 210), (290, 310))
BODY = [[Band(100, 116, ((10, 60), (120, 170), (220, 260), (320, 380)))]]


def rows(*heads):
    return [[Band(20 * at, 20 * at + 16, head)] for at, head in enumerate(heads)] + BODY * 2


def spans(places):
    return [(one.row, one.column, one.row_span, one.column_span) for one in places]


def test_three_rows_of_writing_are_two_of_cells():
    head = stacked_head(
        rows(((180, 220),), ((10, 50), (330, 380)), ((120, 160), (230, 260))), GUTTERS
    )
    assert spans(head) == [(0, 0, 2, 1), (0, 1, 1, 2), (0, 3, 2, 1), (1, 1, 1, 1), (1, 2, 1, 1)]


def test_a_name_in_the_middle_of_an_odd_number_of_columns_spans_them_all():
    names = ((10, 50), (120, 160), (230, 260))
    head = stacked_head(rows(((120, 170),), ((330, 380),), names), GUTTERS)
    assert spans(head)[:2] == [(0, 0, 1, 3), (0, 3, 2, 1)]


def test_dots_that_reach_into_the_row_between_are_no_names():
    between = ((10, 50), (140, 144), (330, 380))
    head = stacked_head(rows(((180, 220),), between, ((120, 160), (230, 260))), GUTTERS)
    assert len(head) == 5


def test_other_rows_are_no_such_head():
    full = BODY[0][0].pieces
    assert stacked_head(rows(full, full, full), GUTTERS) == ()
    assert stacked_head(rows(((180, 220),), ((10, 50),), ((120, 160),)), GUTTERS) == ()
    assert stacked_head(rows(((180, 220),))[:3], GUTTERS) == ()


def test_rows_at_the_top_name_columns():
    places = (Place(0, 0, Box(0, 0, 1, 1), 2), Place(0, 1, Box(1, 0, 2, 1)))
    assert head_rows(Grid(4, 2, places, Box(0, 0, 2, 4))) == 2
    assert head_rows(Grid(4, 2, places[1:], Box(0, 0, 2, 4))) == 1
    assert head_rows(Grid(2, 2, places, Box(0, 0, 2, 2))) == 1
    assert head_rows(Grid(1, 2, places[1:], Box(0, 0, 2, 1))) == 0
