"""HTML that a strict parser takes, with the page's text in it."""

import base64
import io

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from support.pages import document, line
from vanguard.core.errors import InvalidRequest
from vanguard.documents.formats.html import PLAIN, HtmlStyle, html_parts, to_html
from vanguard.documents.formats.text import clean
from vanguard.documents.page import (
    Alternative,
    Block,
    Box,
    Cell,
    Document,
    Line,
    Page,
    Reason,
    Table,
    Word,
)

NAMESPACE = "{http://www.w3.org/1999/xhtml}"


def parsed(written):
    return html5lib.HTMLParser(strict=True).parse(written)


def body(*blocks, style=PLAIN):
    """The lines of the page's section."""
    written = to_html(Document((Page(1, 100, 50, blocks),)), style)
    parsed(written)
    return written.split('data-height="50">\n')[1].split("</section>")[0].splitlines()


def block(kind, *lines, **more):
    return Block(kind, tuple(Line(tuple(map(Word, text.split(" ")))) for text in lines), **more)


def test_the_page_has_language_direction_and_title():
    root = parsed(to_html(document()))
    assert root.attrib == {"lang": "ar", "dir": "rtl"}
    assert root.find(f".//{NAMESPACE}title").text == "صفحات.pdf"
    latin = Document((Page(1, 9, 9, (block("paragraph", "word", direction="ltr"),)),))
    assert parsed(to_html(latin)).attrib == {"lang": "", "dir": "ltr"}


def test_kinds_are_elements_with_direction():
    assert body(
        block("title", "كتاب"),
        block("heading", "باب", level=3),
        block("heading", "باب"),
        block("paragraph", "سطر", "آخر"),
        block("paragraph", "A line", direction="ltr"),
        block("list_item", "• نقطة"),
        block("list_item", "3. بند"),
        block("caption", "صورة"),
        block("footnote", "حاشية"),
        block("header", "رأس"),
        block("paragraph", "\u200f"),
        Block("figure"),
    ) == [
        '<h1 lang="ar" dir="rtl">كتاب</h1>',
        '<h3 lang="ar" dir="rtl">باب</h3>',
        '<h2 lang="ar" dir="rtl">باب</h2>',
        '<p lang="ar" dir="rtl">سطر',
        "آخر</p>",
        '<p lang="" dir="ltr">A line</p>',
        "<ul>",
        '<li lang="ar" dir="rtl">نقطة</li>',
        "</ul>",
        "<ol>",
        '<li value="3" lang="ar" dir="rtl">بند</li>',
        "</ol>",
        '<p class="caption" lang="ar" dir="rtl">صورة</p>',
        '<aside role="doc-footnote" lang="ar" dir="rtl">حاشية</aside>',
        '<figure lang="" dir="rtl"></figure>',
    ]


def test_furniture_is_there_when_it_is_wished():
    blocks = (block("header", "رأس"), block("page_number", "٣"), block("footer", "ذيل"))
    assert body(*blocks) == []
    assert [text.split()[0] for text in body(*blocks, style=HtmlStyle(furniture=True))] == [
        "<header",
        "<footer",
        "<footer",
    ]


def test_what_readers_said_is_in_attributes():
    said = block(
        "paragraph",
        "نص",
        box=Box(1, 2.5, 3, 4),
        confidence=0.8,
        tier="review",
        reader="x",
        reasons=(Reason("one", '"'), Reason("two", "<"), Reason("one", "3")),
        alternatives=(Alternative("z", "نصل"),),
    )
    [written] = body(said)
    assert written == (
        '<p lang="ar" dir="rtl" data-confidence="0.8" data-box="1 2.5 3 4" data-tier="review" '
        'data-reader="x" data-reasons="&quot;; &lt;; 3" data-codes="one two" '
        'data-alternatives="z: نصل">نص</p>'
    )


def test_words_have_elements_when_it_is_wished():
    words = Line((Word("أ", Box(1, 2, 3, 4), 0.51234), Word("\u200f"), Word("<")))
    written = body(Block("list_item", (words,)), style=HtmlStyle(words=True))
    assert (
        '<span data-confidence="0.512" data-box="1 2 3 4">أ</span> <span>&lt;</span>' in written[1]
    )


def test_tables_with_doubts():
    cells = (Cell(0, 0, (line("rtl", "٣", 0),), doubts=("sum is not 4",), confidence=0.5),)
    written = body(Block("table", table=Table(1, 1, cells)))
    assert written[1] == '<tr><td data-confidence="0.5" data-doubts="sum is not 4">٣</td></tr>'


def test_a_failed_page_says_so():
    written = to_html(Document((Page(4, 1, 1, failed="<no ink>"),)))
    assert "Page 4 could not be read: &lt;no ink&gt;" in written


@pytest.mark.parametrize(("kind", "shown"), [("JPEG", "jpeg"), ("TIFF", "png")])
def test_images_stand_in_the_page(kind, shown):
    file = io.BytesIO()
    Image.new("L", (2, 2)).save(file, kind)
    written = "".join(html_parts(document(), images=lambda number: file.getvalue()))
    source = parsed(written).find(f".//{NAMESPACE}img").attrib["src"]
    head, data = source.split(",")
    assert head == f"data:image/{shown};base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (2, 2)


def test_what_is_no_image_is_refused():
    with pytest.raises(InvalidRequest, match="image of page 1"):
        to_html(document(), images=lambda number: b"text")


NASTY = st.one_of(
    st.text(), st.sampled_from(["<script>", "</p>", "&amp;", "-->", "\ud800", "\x0b"])
)


@given(st.lists(NASTY, min_size=1, max_size=3), st.booleans(), NASTY)
def test_any_text_survives_a_strict_parser(words, separate, name):
    page = Page(1, 9, 9, (Block("paragraph", (Line(tuple(map(Word, words))),), reader=name),))
    written = to_html(Document((page,), name), HtmlStyle(words=separate))
    found = parsed(written.encode().decode()).find(f".//{NAMESPACE}section/{NAMESPACE}p")
    wanted = " ".join(filter(None, map(clean, words)))
    assert ("" if found is None else "".join(found.itertext())) == wanted
