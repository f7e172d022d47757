import pytest

from vanguard.documents.page import Cell, Line, Table, Word
from vanguard.documents.reading.vision.tables import placed


def cell(row, column, text="", **more):
    lines = (Line(tuple(map(Word, text.split()))),) if text else ()
    return Cell(row, column, lines, **more)


TABLE = Table(
    2,
    3,
    (
        cell(0, 0, "الاسم", header=True),
        cell(0, 1, "العدد", header=True),
        cell(0, 2, "السعر", header=True),
        cell(1, 0, "كتاب"),
        cell(1, 1),
        cell(1, 2, "١٥"),
    ),
)


def html(*rows):
    cells = ("".join(f"<td>{one}</td>" for one in row) for row in rows)
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"


def texts(table):
    return [one.text for one in table.cells]


def test_cells_come_to_their_places():
    found = placed(html(["الاسم", "العدد", "السعر"], ["كتاب", "", "١٦"]), TABLE)
    assert texts(found.table) == ["الاسم", "العدد", "السعر", "كتاب", "", "١٦"]
    assert found.table.cells[0].header
    assert (found.notes, found.problem) == ((), None)


def test_columns_written_from_left_to_right_are_turned():
    found = placed(html(["السعر", "العدد", "الاسم"], ["١٥", "", "كتاب"]), TABLE)
    assert texts(found.table) == texts(TABLE)
    assert [note.code for note in found.notes] == ["turned_table"]


def test_a_cell_without_ink_stays_empty():
    found = placed(html(["الاسم", "العدد", "السعر"], ["كتاب", "الأحد", "١٥"]), TABLE)
    assert texts(found.table) == texts(TABLE)
    assert [note.code for note in found.notes] == ["filled_cells"]


def test_a_cell_that_could_not_be_read_may_be_filled():
    cells = (*TABLE.cells[:4], cell(1, 1, doubts=("not read",)), TABLE.cells[5])
    found = placed(html(["الاسم", "العدد", "السعر"], ["كتاب", "٣", "١٥"]), Table(2, 3, cells))
    assert texts(found.table)[4] == "٣"


def test_spans_are_counted():
    table = Table(2, 2, (cell(0, 0, "عنوان", column_span=2), cell(1, 0, "أ"), cell(1, 1, "ب")))
    text = "<table><tr><th colspan=2>عنوان</th></tr><tr><td>أ</td><td>ب</td></tr></table>"
    assert texts(placed(text, table).table) == ["عنوان", "أ", "ب"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("الاسم العدد", "no_table"),
        (html(["الاسم", "العدد"]), "table_shape"),
        ("<table>", "table_shape"),
    ],
)
def test_another_grid_is_not_believed(text, code):
    found = placed(text, TABLE)
    assert (found.table, found.problem.code) == (None, code)
