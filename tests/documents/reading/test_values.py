import msgspec

from vanguard.documents.page import Cell, Line, Page, Table, Word
from vanguard.documents.reading.values import Answer, PageOfFile, PageRead


def test_a_read_page_is_a_page_to_whoever_does_not_ask_for_more():
    read = PageRead(2, 10, 20, source=PageOfFile("a" * 64, "pdf", 2), by_layer=True)
    data = msgspec.json.encode(read)
    assert msgspec.json.decode(data, type=PageRead) == read
    assert msgspec.json.decode(data, type=Page) == Page(2, 10, 20)
    assert msgspec.json.decode(msgspec.json.encode(Page(2, 10, 20)), type=PageRead) == PageRead(
        2, 10, 20
    )


def test_an_answer_has_the_text_of_its_lines_or_cells():
    line = Line((Word("a"), Word("b")))
    assert Answer(0, "x", (line, line)).text == "a b\na b"
    table = Table(1, 2, (Cell(0, 0, (line,)), Cell(0, 1)))
    assert Answer(0, "x", table=table).text == "a b"
