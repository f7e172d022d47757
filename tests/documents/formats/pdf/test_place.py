"""Where words stand, also where nobody said so."""

import math

from hypothesis import given
from hypothesis import strategies as st

from vanguard.documents.formats.pdf.place import placed_lines
from vanguard.documents.page import Block, Box, Cell, Line, Page, Table, Word


def placed(*blocks, width=200, height=100):
    return list(placed_lines(Page(1, width, height, blocks)))


def words(text):
    return tuple(map(Word, text.split()))


def test_boxes_are_taken_and_words_sorted_from_left_to_right():
    line = Line((Word("أول", Box(60, 10, 90, 20)), Word("ثان", Box(20, 11, 50, 22))))
    [found] = placed(Block("paragraph", (line,)))
    assert [(w.text, w.left, w.right) for w in found.words] == [("ثان", 20, 50), ("أول", 60, 90)]
    assert (found.top, found.bottom) == (10, 22)


def test_words_without_boxes_share_their_line():
    line = Line(words("اب PDF XML جد"), Box(0, 0, 130, 10))
    [found] = placed(Block("paragraph", (line,)))
    assert [w.text for w in found.words] == ["جد", "PDF", "XML", "اب"]
    assert [(w.left, w.right) for w in found.words] == [(0, 20), (30, 60), (70, 100), (110, 130)]


def test_lines_without_boxes_share_their_block_and_cells_their_table():
    block = Block("paragraph", (Line(words("ا")), Line(words("ب"))), Box(0, 10, 9, 30))
    table = Table(1, 2, (Cell(0, 0, (Line(words("ج")),), box=Box(0, 0, 5, 5)), Cell(0, 1)))
    found = placed(block, Block("table", table=table, box=Box(0, 0, 50, 50)))
    assert [(line.top, line.bottom) for line in found] == [(10, 20), (20, 30), (0, 5)]


NUMBERS = st.one_of(st.floats(), st.floats(-10, 300))


@given(st.lists(st.builds(Box, NUMBERS, NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=3))
def test_whatever_boxes_say_words_stand_on_the_page(boxes):
    line = Line(tuple(Word("كلمة", box) for box in boxes))
    [found] = placed(Block("paragraph", (line,)))
    assert len(found.words) == len(boxes)
    for left, right in [
        (found.top * 2, found.bottom * 2),
        *((w.left, w.right) for w in found.words),
    ]:
        assert 0 <= left < right <= 201
        assert math.isfinite(right)
