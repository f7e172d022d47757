"""Plain text in logical order."""

from support.pages import document
from vanguard.documents.formats.plain import text_pages, to_text
from vanguard.documents.page import Block, Cell, Document, Line, Page, Table, Word


def block(kind, *lines):
    return Block(kind, tuple(Line(tuple(map(Word, line.split()))) for line in lines))


def test_blocks_lines_tables_and_pages():
    cells = (
        Cell(0, 0, block("paragraph", "أ", "ب").lines),
        Cell(1, 1, block("paragraph", "٣").lines),
    )
    pages = (
        Page(
            1,
            9,
            9,
            (block("header", "رأس"), block("title", "كتاب"), block("paragraph", "سطر", "آخر")),
        ),
        Page(2, 9, 9, failed="blank"),
        Page(3, 9, 9, (Block("figure"), Block("table", table=Table(2, 2, cells)))),
    )
    assert to_text(Document(pages)) == "كتاب\n\nسطر\nآخر\n\f\fأ ب\t\n\t٣\n"
    assert to_text(Document(pages), furniture=True).startswith("رأس\n\nكتاب")


def test_pages_come_one_by_one():
    assert len(list(text_pages(document(3)))) == 3
    assert to_text(Document(())) == ""
