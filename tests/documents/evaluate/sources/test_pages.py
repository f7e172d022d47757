"""Our own documents into pieces."""

from vanguard.documents.evaluate.sources import pages
from vanguard.documents.evaluate.sources.content import MAX_CELLS, GridCell
from vanguard.documents.page import Block, Cell, Document, Line, Page, Table, Word


def line(text):
    return Line(tuple(Word(word) for word in text.split()))


def block(kind, *lines, **more):
    return Block(kind, tuple(map(line, lines)), **more)


def test_pages_keep_their_numbers_and_failures():
    document = Document((Page(1, 1, 1, (block("paragraph", "أ"),)), Page(7, 1, 1, failed="dark")))
    found = pages.contents(document)
    assert found[1].text == "أ"
    assert (found[7].text, found[7].failed) == ("", "dark")


def test_two_pages_of_one_number_are_both_seen():
    document = Document(
        (Page(1, 1, 1, (block("paragraph", "أ"),)), Page(1, 1, 1, (block("paragraph", "ب"),)))
    )
    assert pages.contents(document)[1].text == "أ\nب"


def test_blocks_make_markdown():
    table = Table(1, 1, (Cell(0, 0, (line("خلية"),)),))
    page = Page(
        1, 1, 1,
        (
            block("title", "عنوان", "طويل"),
            block("heading", "باب", level=3),
            block("figure"),
            block("list_item", "بند"),
            Block("table", table=table),
            block("paragraph", "سطر", "سطر"),
        ),
    )  # fmt: skip
    assert pages.content(page).markdown == (
        "# عنوان طويل\n\n### باب\n\n- بند\n\n<table><tr><td>خلية</td></tr></table>\n\nسطر\nسطر"
    )


def test_gaps_become_empty_cells_and_spans_none():
    cells = (
        Cell(0, 0, (line("أ"),), row_span=2, header=True),
        Cell(1, 2, (line("ب"),)),
        Cell(0, 1, (line("ج"), line("د")), column_span=2),
    )
    grid = pages.grid(Table(2, 3, cells))
    assert grid.rows == (
        (GridCell("أ", row_span=2, header=True), GridCell("ج\nد", column_span=2)),
        (GridCell(""), GridCell("ب")),
    )
    assert grid.places()[1, 2].text == "ب"


def test_a_column_out_of_this_world_makes_no_field_of_empty_cells():
    grid = pages.grid(Table(1, 1, (Cell(0, 10**9), Cell(1, 10**9))))
    assert sum(map(len, grid.rows)) <= MAX_CELLS + 2
