from support.documents.sheets import line
from vanguard.documents.page import Cell, Table
from vanguard.documents.tables.checks import checked


def table(*rows, confidence=0.9):
    cells = tuple(
        Cell(r, c, (line(text),) if text else (), header=r == 0, confidence=confidence)
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    )
    return Table(len(rows), len(rows[0]), cells)


def doubts(made):
    return {(cell.row, cell.column): cell.doubts for cell in checked(made).cells if cell.doubts}


SUM = [("الصنف", "العدد"), ("أ", "١٬٢٠٠"), ("ب", "٣٠٠"), ("ج", "٥"), ("المجموع", "١٬٥٠٥")]


def test_a_table_that_adds_up_has_no_doubts():
    assert doubts(table(*SUM)) == {}


def test_a_total_that_is_not_the_sum_is_doubted():
    assert doubts(table(*SUM[:-1], ("المجموع", "١٬٥٠٦"))) == {
        (4, 1): ("the cells above add up to 1505",)
    }


def test_a_sum_is_not_told_where_a_cell_is_no_number():
    found = doubts(table(*SUM[:2], ("ب", "٣صص"), *SUM[3:]))
    assert (4, 1) not in found
    assert found == {(2, 1): ("not a number, among numbers",)}


def test_a_row_that_does_not_multiply_is_doubted_where_the_others_do():
    rows = [("2", "5", "10"), ("3", "4", "12"), ("7", "3", "21"), ("6", "6", "35")]
    assert doubts(table(("a", "b", "c"), *rows)) == {(4, 2): ("its row multiplies to 36",)}
    assert doubts(table(("a", "b", "c"), *rows[:1], ("6", "6", "35"), ("5", "7", "36"))) == {}


def test_odd_groups_other_decimals_and_low_confidence_are_doubted():
    rows = [("1.25",), ("3.50",), ("7.75",), ("8.5",), ("9.00",)]
    assert doubts(table(("n",), *rows)) == {(4, 0): ("1 decimals where its column has 2",)}
    assert doubts(table(("n",), ("1,23,4",))) == {(1, 0): ("digits are grouped as no number is",)}
    assert doubts(table(("n",), ("كلمة",), confidence=0.41)) == {
        (0, 0): ("read with little certainty (41%)",),
        (1, 0): ("read with little certainty (41%)",),
    }
