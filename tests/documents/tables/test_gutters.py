from support.documents.sheets import HEIGHT, Canvas
from vanguard.documents.page import Box
from vanguard.documents.tables.gutters import find_borderless


def found(canvas):
    page = canvas.sheet
    return find_borderless(page.ink, page.rules, HEIGHT, Box(0, 0, 800, 1000))


def rows(canvas, top, count, widths=((100, 160), (320, 400), (560, 700)), pitch=34):
    for row in range(count):
        for index, (left, right) in enumerate(widths):
            # cells are not equally long
            canvas.bar(left + 12 * ((row + index) % 3), top + pitch * row, right)
    return canvas


def test_white_that_runs_through_all_rows_parts_columns():
    (grid,) = found(rows(Canvas(), 200, 5))
    assert (grid.rows, grid.columns, len(grid.places)) == (5, 3, 15)
    first = grid.places[0].box
    assert first.right < 320
    assert first.left <= 100


def test_text_above_and_below_is_not_part_of_it():
    canvas = rows(Canvas().lines(100, 50, 700, 3), 200, 4).lines(100, 380, 700, 3)
    (grid,) = found(canvas)
    assert grid.rows == 4
    assert 190 < grid.box.top <= 200


def test_a_row_without_one_cell_is_a_row():
    canvas = rows(Canvas(), 200, 2)
    canvas.bar(100, 268, 160).bar(560, 268, 700)
    (grid,) = found(rows(canvas, 302, 2))
    assert (grid.rows, grid.columns) == (5, 3)


def test_a_name_over_two_columns_spans_them():
    canvas = rows(Canvas().bar(150, 166, 390).bar(560, 166, 700), 200, 4)
    (grid,) = found(canvas)
    head = [place for place in grid.places if place.row == 0]
    assert [(place.column, place.column_span) for place in head] == [(0, 2), (2, 1)]


def test_a_row_of_totals_that_are_wider_belongs_to_it():
    canvas = Canvas()
    for row, (end, begin) in enumerate(((160, 200), (140, 180)) * 2):
        canvas.bar(100, 200 + 34 * row, end).bar(begin, 200 + 34 * row, 300)
        canvas.bar(560, 200 + 34 * row, 700)
    # what it leaves white of the gutter is too narrow to be one, and lies in it
    (grid,) = found(canvas.bar(94, 336, 172).bar(200, 336, 300).bar(560, 336, 700))
    assert (grid.rows, grid.columns) == (5, 3)


def test_names_in_two_rows_close_to_each_other_belong_to_it():
    canvas = rows(Canvas().bar(250, 146, 500), 172, 1)
    (grid,) = found(rows(canvas, 206, 4))
    assert [place.column_span for place in grid.places if place.row == 0] == [1, 2]


def test_a_name_beside_its_cells_is_no_column_of_its_own():
    canvas = Canvas()
    for row in range(5):
        canvas.bar(100, 200 + 34 * row, 160).bar(560, 200 + 34 * row, 700)
        canvas.bar(*((400, 200, 470) if row == 0 else (280, 200 + 34 * row, 340)))
    (grid,) = found(canvas)
    assert (grid.rows, grid.columns) == (5, 3)


def test_a_frame_around_it_changes_nothing():
    (grid,) = found(rows(Canvas().grid((80, 720), (180, 380)), 200, 5))
    assert (grid.rows, grid.columns) == (5, 3)


def test_a_head_of_two_rows_above_a_rule_keeps_its_spans():
    canvas = Canvas().bar(230, 126, 330).bar(560, 150, 640).bar(100, 174, 160).bar(330, 174, 400)
    for y in (110, *range(195, 400, 34)):
        canvas.rule(90, y, 710, y + 1)
    (grid,) = found(rows(canvas, 206, 5))
    spans = [(one.row, one.column, one.row_span, one.column_span) for one in grid.places[:4]]
    assert spans == [(0, 0, 1, 2), (0, 2, 2, 1), (1, 0, 1, 1), (1, 1, 1, 1)]
    assert (grid.rows, grid.columns) == (7, 3)


def test_columns_of_prose_are_no_table():
    two = Canvas().lines(50, 100, 380, 8, last=120).lines(420, 100, 750, 8, last=60)
    assert found(two) == []
    # nor where paragraphs of both happen to end side by side
    for top in (400, 490):
        two.lines(50, top, 380, 3, last=100).lines(420, top, 750, 3, last=100)
    assert found(two) == []


def test_two_rows_are_no_table():
    assert found(rows(Canvas(), 200, 2).lines(100, 400, 700, 3)) == []


def test_words_that_stand_far_apart_are_no_table_where_some_spaces_lie_below_each_other():
    canvas = Canvas()
    for row, (end, begin) in enumerate(((160, 200), (200, 240), (130, 170), (180, 220))):
        for left, right in ((100, end), (begin, 290), (330, 400)):
            canvas.bar(left, 200 + 34 * row, right)
    assert found(canvas) == []
