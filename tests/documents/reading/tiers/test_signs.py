from vanguard.documents.page import Block, Cell, Line, Table, Word
from vanguard.documents.reading.tiers.signs import signs_of


def line(*words):
    return Line(tuple(Word(text, None, sure) for text, sure in words))


def test_words_that_are_unsure_and_words_with_digits_are_counted():
    block = Block("paragraph", (line(("هذا", 0.9), ("كتاب", 0.5)), line(("١٢", 0.95))))
    found = signs_of(block, 0.8)
    assert (found.words, found.unsure, found.weakest, found.digits) == (3, 1, 0.5, 1)
    assert found.plausibility == 1.0


def test_what_nobody_told_and_nobody_can_weigh_is_not_known():
    found = signs_of(Block("page_number", (line(("12", None)),)), 0.8)
    assert (found.confidence, found.weakest, found.plausibility) == (None, None, None)


def test_a_table_has_the_lines_of_its_cells_and_their_doubts():
    cells = (
        Cell(0, 0, (line(("اسم", 0.9)),)),
        Cell(0, 1, (line(("ب", 0.7)),), doubts=("a", "b")),
    )
    block = Block("table", table=Table(1, 2, cells))
    assert [one.text for one in block.all_lines] == ["اسم", "ب"]
    found = signs_of(block, 0.8)
    assert (found.words, found.weakest, found.doubts) == (2, 0.7, 1)
