from vanguard.documents.formats.xml.said import of_block, of_cell, page_confidence
from vanguard.documents.page import Block, Cell, Line, Page, Word


def block(text, sure=None):
    return Block("paragraph", (Line((Word(text),)),), confidence=sure)


def test_what_nobody_said_is_no_label():
    assert list(of_block(block("text"))) == []
    assert list(of_cell(Cell(0, 0))) == []


def test_a_page_is_as_sure_as_its_letters():
    assert page_confidence(Page(1, 9, 9, (block("abc", 0.5), block("d", 0.9), block("e")))) == 0.6
    assert page_confidence(Page(1, 9, 9, (block("abc"), block("", 0.5)))) is None
