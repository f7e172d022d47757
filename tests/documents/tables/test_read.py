"""Tables read from a grid: the real engine on Latin cells, stand-ins where a reader must err."""

import numpy as np

from support.documents.sheets import HEIGHT, Canvas, Says
from vanguard.documents.engines.strips import LineReader, Measure
from vanguard.documents.page import Box, Word
from vanguard.documents.tables.numbers import EngineNumbers
from vanguard.documents.tables.read import read_table, written
from vanguard.documents.tables.ruled import find_ruled

XS, YS = (100, 300, 500, 700), (100, 140, 180, 220)


def lines(engine):
    return LineReader(engine, Measure(2.2 * HEIGHT))


class Digits:
    """A reader of numbers that knows what is written, by how many looks it has had."""

    name = "digits"

    def __init__(self, *says):
        self.says = list(says)

    def read(self, grey):
        text, confidence = self.says.pop(0)
        return Word(text, None, confidence) if text else None


def grid_of(canvas):
    page = canvas.sheet
    return next(iter(find_ruled(page.rules, HEIGHT))), page


def barred(*empty):
    canvas = Canvas().grid(XS, YS)
    for row, y in enumerate(YS[:-1]):
        for column, x in enumerate(XS[:-1]):
            if (row, column) not in empty:
                canvas.bar(x + 40, y + 12, x + 120)
    return canvas


def test_a_table_of_words_and_numbers_is_read_cell_by_cell(english):
    canvas = Canvas().grid(XS, YS)
    texts = (("goods", "count", "price"), ("paper", "12", "3.25"), ("lamp", "", "40.00"))
    for y, row in zip(YS, texts, strict=False):
        for x, text in zip(XS, row, strict=False):
            canvas.text(x + 30, y + 8, text)
    table = read_table(*grid_of(canvas), lines(english), [EngineNumbers(english)])
    read = {(cell.row, cell.column): cell.text for cell in table.cells}
    assert read == {(r, c): text for r, row in enumerate(texts) for c, text in enumerate(row)}
    assert table.direction == "ltr"
    assert [cell.header for cell in table.cells] == [True] * 3 + [False] * 6
    assert table.cells[7].confidence is None


def test_an_empty_cell_stays_empty_whatever_the_engine_would_say():
    engine = Says("الأحد")
    canvas = barred((1, 1))
    canvas.rule(390, 160, 391, 161)  # a speck
    table = read_table(*grid_of(canvas), lines(engine), ())
    empty = [cell for cell in table.cells if not cell.lines]
    assert [(cell.row, cell.column) for cell in empty] == [(1, 1)]
    assert engine.looks == 8


def test_the_dot_that_is_an_arabic_zero_is_not_nothing():
    canvas = barred((1, 1)).rule(400, 160, 403, 163)
    _, page = grid_of(canvas)
    assert written(page, Box(302, 142, 499, 179)) is not None
    assert written(page, Box(302, 142, 390, 179)) is None


def test_an_arabic_table_has_its_first_column_at_the_right():
    table = read_table(*grid_of(barred((0, 0))), lines(Says("كلمة")), ())
    empty = next(cell for cell in table.cells if not cell.lines)
    assert (empty.row, empty.column) == (0, 2)
    assert table.direction == "rtl"
    boxes = {(cell.row, cell.column): cell.box for cell in table.cells}
    assert boxes[0, 0].left > boxes[0, 1].left > boxes[0, 2].left


def test_numbers_of_a_reader_that_reads_most_are_taken():
    digits = Digits(*[("٤٢", 0.9)] * 8, (None, 0))
    table = read_table(*grid_of(barred()), lines(Says("ىق", 0.3)), [digits])
    texts = [cell.text for cell in table.cells]
    assert texts.count("٤٢") == 8
    doubted = next(cell for cell in table.cells if cell.text != "٤٢")
    assert "may be a number, and no reader of numbers is sure of it" in doubted.doubts


def test_numbers_of_a_reader_that_reads_few_are_not():
    digits = Digits(*[("42", 0.9)] * 3, *[(None, 0)] * 6)
    table = read_table(*grid_of(barred()), lines(Says("ىق", 0.3)), [digits])
    assert {cell.text for cell in table.cells} == {"ىق"}


def test_words_that_the_engine_is_sure_of_stay_words():
    table = read_table(*grid_of(barred()), lines(Says("كلمة", 0.95)), [Digits(*[("6", 0.9)] * 9)])
    assert {cell.text for cell in table.cells} == {"كلمة"}


def test_two_readings_of_a_number_are_a_doubt():
    table = read_table(*grid_of(barred()), lines(Says("71", 0.7)), [Digits(*[("٢٦", 0.9)] * 9)])
    assert {cell.text for cell in table.cells} == {"٢٦"}
    assert all("another reader says 71" in cell.doubts for cell in table.cells)


def test_what_cannot_be_read_is_told():
    table = read_table(*grid_of(barred()), lines(Says("")), ())
    assert all("could not be read" in cell.doubts[0] for cell in table.cells)
    assert not np.any([cell.lines for cell in table.cells])
