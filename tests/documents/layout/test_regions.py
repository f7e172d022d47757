from support.documents.sheets import Canvas
from vanguard.documents.layout.regions import _within_columns, find_regions
from vanguard.documents.page import Box

XS = (100, 300, 500, 700)


def found(canvas):
    return [
        (one.what, round(one.box.left, -1), round(one.box.top, -1))
        for one in find_regions(canvas.sheet).regions
    ]


def test_text_around_a_ruled_table():
    canvas = Canvas().lines(100, 200, 700, 3).lines(100, 500, 700, 3)
    canvas.grid(XS, (320, 360, 400)).bar(120, 330, 200)
    assert found(canvas) == [("text", 100, 200), ("table", 100, 320), ("text", 100, 500)]


def test_a_table_as_wide_as_the_page_ends_both_columns():
    canvas = Canvas().grid(XS, (520, 560, 600)).bar(120, 530, 200)
    for top in (200, 700):
        canvas.lines(100, top, 380, 6).lines(420, top, 700, 6)
    assert found(canvas) == [
        ("text", 420, 200),
        ("text", 100, 200),
        ("table", 100, 520),
        ("text", 420, 700),
        ("text", 100, 700),
    ]


def test_a_figure_in_a_column_is_read_in_that_column():
    canvas = Canvas().lines(100, 200, 380, 18).lines(420, 200, 700, 5).lines(420, 560, 700, 6)
    canvas.shade(450, 370, 650, 520, level=60)
    assert found(canvas) == [
        ("text", 420, 200),
        ("figure", 450, 370),
        ("text", 420, 560),
        ("text", 100, 200),
    ]


def test_a_note_at_the_right_side_is_read_after_the_text():
    beside = Canvas().lines(100, 200, 520, 18).lines(570, 260, 700, 6)
    assert found(beside) == [("text", 100, 200), ("text", 570, 260)]
    shaded = Canvas().shade(430, 240, 710, 460).lines(100, 200, 400, 18).lines(440, 260, 700, 6)
    assert found(shaded) == [("text", 100, 200), ("text", 440, 260)]


def test_columns_of_like_width_are_read_from_the_right():
    assert found(Canvas().lines(100, 200, 380, 8).lines(420, 200, 700, 8)) == [
        ("text", 420, 200),
        ("text", 100, 200),
    ]


def test_bars_of_a_chart_are_a_figure_with_their_frame():
    canvas = Canvas().lines(100, 100, 700, 3).grid((200, 600), (300, 500))
    for left in (250, 350, 450):
        canvas.shade(left, 340, left + 80, 499, level=60)
    assert found(canvas) == [("text", 100, 100), ("figure", 200, 300)]


def test_furniture_stands_around_and_tables_without_rules_are_found():
    canvas = Canvas().lines(100, 150, 700, 3).bar(600, 60, 700).bar(380, 940, 420)
    for row in range(5):
        for left, right in ((100, 180), (330, 420), (580, 700)):
            canvas.bar(left + 12 * (row % 2), 300 + 34 * row, right)
    kinds = [one[0] for one in found(canvas.lines(100, 520, 700, 12))]
    assert kinds == ["header", "text", "table", "text", "footer"]


def test_level_lines_of_two_columns_are_told_from_the_rows_of_a_table():
    middle = Box(100, 370, 720, 520)
    columns, table = Canvas(), Canvas().lines(100, 150, 720, 7).lines(100, 560, 720, 7)
    for left, right in ((100, 380), (440, 720)):
        columns.lines(left, 150, right, 7).lines(left, 560, right, 7)
        for row in range(4):
            columns.bar(right - 60, 380 + 36 * row, right)
            table.bar(right - 60, 380 + 36 * row, right)
    assert _within_columns(columns.sheet, middle)
    assert not _within_columns(table.sheet, middle)
