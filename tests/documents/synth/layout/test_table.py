"""Tables: cells on their grid, the first column rightmost, spans, words within their cells."""

import pytest

from support.synthetic import type_of
from vanguard.documents.synth.layout.paragraph import Column
from vanguard.documents.synth.layout.sheet import Sheet
from vanguard.documents.synth.layout.table import Entry, Look, TableItem

ENTRIES = (
    Entry(0, 0, "المدينة", row_span=2, header=True),
    Entry(0, 1, "عدد السكان في المدينة وضواحيها", column_span=2, header=True),
    Entry(1, 1, "قبل", header=True),
    Entry(1, 2, "بعد", header=True),
    Entry(2, 0, "دمشق", align="right"),
    Entry(2, 1, "١٢٣٬٤٥٦"),
    Entry(2, 2),
)


def place(rules="all", high=300.0, wide=220.0):
    sheet, column = Sheet(400, 400), Column(50, 50 + wide, 20, 20 + high)
    rest = TableItem(3, 3, ENTRIES, type_of(), Look(rules, head=(0.9,) * 3)).place(sheet, column)
    return sheet, column, rest


def test_cells_cover_the_table_and_each_word_is_in_its_cell():
    sheet, column, rest = place()
    assert rest is None
    block = sheet.blocks[0]
    area = sum(cell.box.width * cell.box.height for cell in block.table.cells)
    assert area == pytest.approx(block.box.width * block.box.height)
    for cell in block.table.cells:
        for line in cell.lines:
            assert cell.box.left <= line.box.left < line.box.right <= cell.box.right
            assert cell.box.top <= line.box.top + 1
            assert line.box.bottom <= cell.box.bottom + 1
    assert column.y == pytest.approx(block.box.bottom)


def test_the_first_column_is_the_rightmost_and_spans_span():
    cells = {(cell.row, cell.column): cell for cell in place()[0].blocks[0].table.cells}
    assert cells[2, 0].box.left > cells[2, 1].box.left > cells[2, 2].box.left
    assert cells[0, 1].box.width == pytest.approx(cells[1, 1].box.width + cells[1, 2].box.width)
    assert cells[0, 0].box.height == pytest.approx(cells[0, 1].box.height + cells[1, 1].box.height)


def test_an_empty_cell_is_empty():
    assert place()[0].blocks[0].table.cells[-1].lines == ()


def test_a_table_without_room_is_not_begun():
    sheet, _, rest = place(high=20.0)
    assert rest is not None
    assert sheet.blocks == []
    assert sheet.lines == []


def test_a_narrow_column_makes_the_type_smaller():
    wide, narrow = place(wide=220.0)[0], place(wide=70.0)[0]
    assert narrow.lines[0][0].size < wide.lines[0][0].size
    texts = [[cell.text.split() for cell in s.blocks[0].table.cells] for s in (wide, narrow)]
    assert texts[0] == texts[1]


def test_rules():
    count = {rules: len(place(rules)[0].rules) for rules in ("all", "rows", "outer", "none")}
    assert count == {"all": 28, "rows": 14, "outer": 5, "none": 0}
