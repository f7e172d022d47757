"""Tables as HTML."""

from vanguard.documents.formats.html_table import html_table
from vanguard.documents.page import Cell, Line, Table, Word


def line(text, direction="rtl"):
    return Line((Word(text),), direction=direction)


def test_spans_direction_and_escapes():
    cells = (
        Cell(0, 0, (line("أ"),), header=True, column_span=2),
        Cell(1, 0, (line("<b>&", "ltr"),)),
        Cell(1, 1, (line("سطر"), line("آخر")), row_span=2),
    )
    assert html_table(Table(3, 2, cells)) == (
        '<table dir="rtl">\n<tr><th colspan="2">أ</th></tr>\n'
        '<tr><td dir="ltr">&lt;b&gt;&amp;</td><td rowspan="2">سطر<br>آخر</td></tr>\n'
        "<tr><td></td></tr>\n</table>"
    )


def test_a_table_from_left_to_right_says_nothing_and_takes_attributes():
    table = Table(1, 1, (Cell(0, 0, (line("a", "ltr"),), confidence=0.5),), "ltr")
    written = html_table(table, lambda cell: f' data-confidence="{cell.confidence}"')
    assert written == '<table>\n<tr><td data-confidence="0.5">a</td></tr>\n</table>'
