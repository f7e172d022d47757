"""Markdown: what a CommonMark parser takes from it is the text of the blocks."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from vanguard.documents.formats.markdown import MarkdownStyle, markdown_pages, to_markdown
from vanguard.documents.formats.text import clean, line_text
from vanguard.documents.page import Block, Cell, Document, Line, Page, Table, Word

PARSER = MarkdownIt("commonmark").enable("table")


def line(text, direction="rtl"):
    return Line(tuple(Word(word) for word in text.split(" ")), direction=direction)


def document(*pages):
    return Document(tuple(Page(n, 595, 842, blocks) for n, blocks in enumerate(pages, 1)))


def paragraph(*lines, kind="paragraph", **more):
    return Block(kind, tuple(map(line, lines)), **more)


def parsed(markdown):
    """The kind and text of each block as a parser sees them; list items with their marker."""
    found, marker, numbers = [], "", []
    tokens = PARSER.parse(markdown)
    for n, token in enumerate(tokens):
        if token.type == "ordered_list_open":
            numbers.append(int(token.attrs.get("start", 1)))
        elif token.type == "list_item_open":
            marker = "- "
            if token.info:
                marker = f"{numbers[-1]}{token.markup} "
                numbers[-1] += 1
        elif token.type == "inline":
            text = "".join(_text(child) for child in token.children)
            found.append((tokens[n - 1].type.removesuffix("_open"), marker + text))
            marker = ""
        elif token.type == "html_block" and not token.content.startswith("<!--"):
            found.append(("html", token.content.strip()))
    return found


def _text(token):
    assert token.type in {"text", "text_special", "softbreak"}, token
    return "\n" if token.type == "softbreak" else token.content


def test_kinds_of_blocks():
    page = (
        paragraph("كتاب", kind="title"),
        paragraph("باب أول", kind="heading", level=2),
        paragraph("سطر أول", "سطر ثان"),
        paragraph("• نقطة", kind="list_item"),
        paragraph("نقطة", kind="list_item"),
        paragraph("1) بند", kind="list_item"),
        paragraph("٢. بند", kind="list_item"),
        paragraph("(١) حاشية", kind="footnote"),
        paragraph("(٢) حاشية", kind="footnote"),
    )
    assert to_markdown(document(page)) == (
        "# كتاب\n\n## باب أول\n\nسطر أول سطر ثان\n\n- نقطة\n- نقطة\n\n1) بند\n\n- ٢. بند\n\n"
        "---\n\n(١) حاشية\n\n(٢) حاشية\n"
    )


def test_furniture_is_left_out_or_a_comment_or_text():
    page = (paragraph("وزارة --> العدل", kind="header"), paragraph("نص"))
    assert to_markdown(document(page)) == "نص\n"
    comments = to_markdown(document(page), MarkdownStyle(furniture="comment"))
    assert comments == "<!-- header: وزارة - -> العدل -->\n\nنص\n"
    assert to_markdown(document(page), MarkdownStyle(furniture="text")).startswith("وزارة")


def test_pages_come_one_by_one_and_a_failed_page_says_so():
    value = Document(
        (Page(1, 1, 1, (paragraph("أ"),)), Page(2, 1, 1, failed="no\nink"), Page(3, 1, 1))
    )
    assert list(markdown_pages(value)) == ["أ\n", "\n<!-- page 2 could not be read: no ink -->\n"]
    assert to_markdown(value, MarkdownStyle(page_marks=True)).startswith("<!-- page 1 -->\n\nأ")


def test_lines_can_be_kept():
    style = MarkdownStyle(keep_lines=True)
    page = (paragraph("صدر", "عجز"), paragraph("1. أ", "# ب", kind="list_item"))
    assert to_markdown(document(page), style) == "صدر\nعجز\n\n1. أ\n   \\# ب\n"
    assert parsed("a\n" + to_markdown(document((paragraph("|a|", "|-|", ":-"),)), style)) == [
        ("paragraph", "a\n|a|\n|-|\n:-")
    ]


@pytest.mark.parametrize(
    ("direction", "text", "mark"),
    [
        ("rtl", "PDF ملف", "\u200f"),
        ("ltr", "ملف PDF", "\u200e"),
        ("rtl", "ملف", ""),
        ("rtl", "٣", ""),
    ],
)
def test_marks_stand_only_where_the_first_letter_would_mislead(direction, text, mark):
    page = (paragraph(text, direction=direction),)
    assert to_markdown(document(page), MarkdownStyle(direction_marks=True)) == f"{mark}{text}\n"
    assert to_markdown(document(page)) == f"{text}\n"


def test_marks_of_the_source_go_and_joiners_stay():
    assert (
        to_markdown(document((paragraph("\u200f\u202bمی\u200cخواهم\u202c"),))) == "می\u200cخواهم\n"
    )


HEAD = (Cell(0, 0, (line("البند"),), header=True), Cell(0, 1, (line("a|b"),), header=True))


def test_a_plain_table_is_pipes():
    table = Table(2, 2, (*HEAD, Cell(1, 1, (line("٣\\|"),))))
    written = to_markdown(document((Block("table", table=table),)))
    assert written == "| البند | a\\|b |\n| --- | --- |\n|  | ٣\\\\\\| |\n"
    assert [text for _, text in parsed(written)] == ["البند", "a|b", "", "٣\\|"]


@pytest.mark.parametrize(
    "cells",
    [
        (*HEAD, Cell(1, 0, (line("٣"),), column_span=2)),
        (*HEAD, Cell(1, 0, (line("٣"), line("٤")))),
        (*HEAD, Cell(1, 0, (line("٣"),), header=True)),
        (HEAD[0], Cell(0, 1, (line("ب"),)), Cell(1, 0)),
        (Cell(0, 0, (line("أ"),)), Cell(1, 0)),
    ],
)
def test_any_other_table_is_html(cells):
    written = to_markdown(document((Block("table", table=Table(2, 2, cells)),)))
    [(kind, html)] = parsed(written)
    assert kind == "html"
    assert html.startswith('<table dir="rtl">')
    assert html.endswith("</table>")


def test_numbers_of_lists_are_those_of_the_page():
    first = (paragraph("1. أ", kind="list_item"), paragraph("3. ب", kind="list_item"))
    second = (paragraph("1. ج", kind="list_item"), paragraph("2. د", kind="list_item"))
    found = parsed(to_markdown(document(first, second)))
    assert [text for _, text in found] == ["1. أ", "3. ب", "1. ج", "2. د"]


PIECES = st.sampled_from(
    [
        *"#*_`~[]()<>&!|\\-+=:.1٣2'\"/$^{}\x00\ud800\t\u200c\u200f\u0651«؟ـ",
        *("&amp;", "<b>", "-->", "***", "1.", "http://a.b", "---", "كلمة", "لا", "word"),
    ]
)
TEXT = st.lists(st.one_of(PIECES, st.just(" "), st.characters()), max_size=14).map("".join)
KINDS = st.sampled_from(
    ["title", "heading", "paragraph", "list_item", "caption", "footnote", "table"]
)


@st.composite
def blocks(draw):
    kind = draw(KINDS)
    if kind == "table":
        texts = draw(st.lists(TEXT, min_size=4, max_size=4))
        cells = [Cell(n // 2, n % 2, (line(t),), header=n < 2) for n, t in enumerate(texts)]
        return Block("table", table=Table(2, 2, tuple(cells)))
    lines = draw(st.lists(TEXT, min_size=1, max_size=3))
    return paragraph(*lines, kind=kind, level=draw(st.integers(0, 9)) if kind == "heading" else 0)


def expected(block, joint):
    if block.table is not None:
        return [line_text(cell.lines[0]) for cell in block.table.cells]
    text = joint.join(filter(None, map(line_text, block.lines)))
    if not text:
        return []
    if block.kind in {"title", "heading"}:
        return [text.replace("\n", " ")]
    return [text]


@given(st.lists(st.lists(blocks(), max_size=4), max_size=2), st.booleans())
def test_the_text_of_blocks_survives_a_parser(pages, keep_lines):
    value = document(*map(tuple, pages))
    found = [text for _, text in parsed(to_markdown(value, MarkdownStyle(keep_lines=keep_lines)))]
    wanted = []
    for blocks_ in pages:
        for block in blocks_:
            wanted += [
                (block.kind == "list_item", text)
                for text in expected(block, "\n" if keep_lines else " ")
            ]
    assert len(found) == len(wanted)
    for text, (is_item, want) in zip(found, wanted, strict=True):
        if is_item and text != want:
            # the bullet printed on the page has become Markdown's own
            assert text.startswith("- ")
            assert want.endswith(text[2:])
            assert want[: len(want) - len(text) + 2].strip() in {"", *"•‣▪●○■◦∙·*-–—"}
        else:
            assert text == want


class Cells(HTMLParser):
    """The texts of an HTML table's cells."""

    def __init__(self):
        super().__init__()
        self.texts = []

    def handle_starttag(self, tag, attrs):
        if tag in {"td", "th"}:
            self.texts.append("")
        elif tag == "br":
            self.texts[-1] += "\n"

    def handle_data(self, data):
        if data != "\n":
            self.texts[-1] += data


@given(st.lists(TEXT, min_size=1, max_size=3), TEXT)
def test_the_text_of_cells_survives_html(lines, after):
    table = Table(1, 1, (Cell(0, 0, tuple(map(line, lines))),))
    written = to_markdown(document((Block("table", table=table), paragraph(after + " آخر"))))
    (_, html), (_, following) = parsed(written)
    cells = Cells()
    cells.feed(html)
    cells.close()
    assert cells.texts == ["\n".join(filter(None, map(line_text, table.cells[0].lines)))]
    assert following == clean(after + " آخر")
