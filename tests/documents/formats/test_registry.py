"""The table of formats."""

import contextlib
import io
import sys
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.pages import document
from vanguard.core.errors import InvalidRequest, PlatformError
from vanguard.documents.formats.registry import FORMATS, format_named, format_of
from vanguard.documents.formats.wishes import Wishes
from vanguard.documents.page import Block, BlockKind, Box, Cell, Document, Line, Page, Table, Word


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_writes_a_document(name):
    out = io.BytesIO()
    format_named(name).write(document(), out, Wishes(images=lambda number: None))
    assert (
        out.getvalue()[:4]
        == {
            "markdown": "كت".encode(),
            "html": b"<!DO",
            "json": b'{"pa',
            "text": "كت".encode(),
            "alto": b"<?xm",
            "page": b"PK\x03\x04",
            "pdf": b"%PDF",
        }[name]
    )


def test_suffixes_are_their_own_and_lead_back():
    assert len({row.suffix for row in FORMATS.values()}) == len(FORMATS)
    assert all(format_of(f"A.B{row.suffix.upper()}") is row for row in FORMATS.values())


def test_what_is_no_format_is_refused_with_what_there_is():
    with pytest.raises(InvalidRequest, match=r"'a.doc' names no format; known are .md, .html"):
        format_of("a.doc")
    with pytest.raises(InvalidRequest, match="no format 'docx'; there are markdown"):
        format_named("docx")


@pytest.mark.parametrize("numbers", [(1, 1), (0,), (-1, 2)])
def test_pages_need_numbers_of_their_own(numbers):
    value = Document(tuple(Page(number, 9, 9) for number in numbers))
    with pytest.raises(InvalidRequest, match="numbers of their own"):
        format_named("text").write(value, io.BytesIO())


def test_a_missing_library_is_named_with_the_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "vanguard.documents.formats.html", None)
    with pytest.raises(
        PlatformError, match=r"html needs .* pip install 'vanguard-ai\[documents\]'"
    ):
        format_named("html").write(document(), io.BytesIO())


def test_wishes_reach_the_writers():
    blocks = (
        Block("header", (Line((Word("رأس"),)),)),
        Block("paragraph", (Line((Word("PDF"), Word("ملف"))),)),
    )
    value = Document((Page(1, 72, 72, blocks),))

    def written(name, **wishes):
        out = io.BytesIO()
        format_named(name).write(value, out, Wishes(images=lambda number: None, **wishes))
        return out.getvalue()

    assert written("markdown").decode() == "PDF ملف\n"
    assert (
        written("markdown", furniture=True, direction_marks=True).decode()
        == "رأس\n\n\u200fPDF ملف\n"
    )
    assert "رأس" in written("text", furniture=True).decode()
    assert b"<span>PDF</span>" in written("html", words=True)
    assert b'WIDTH="100"' in written("alto", dpi=100)
    with zipfile.ZipFile(io.BytesIO(written("page", dpi=100))) as archive:
        assert b'imageWidth="100"' in archive.read("page-0001.xml")


NUMBERS = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.floats(0, 700))
BOXES = st.none() | st.builds(Box, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
SURE = st.none() | NUMBERS
WORDS = st.builds(Word, st.text(max_size=5), BOXES, SURE)
DIRECTIONS = st.sampled_from(["rtl", "ltr"])
TEXT_LINES = st.lists(
    st.builds(Line, st.lists(WORDS, max_size=3).map(tuple), BOXES, DIRECTIONS, SURE), max_size=2
).map(tuple)
SMALL = st.integers(-2, 5)
CELLS = st.builds(Cell, SMALL, SMALL, TEXT_LINES, SMALL, SMALL, st.booleans(), BOXES, SURE)
TABLES = st.builds(Table, SMALL, SMALL, st.lists(CELLS, max_size=3).map(tuple), DIRECTIONS)
BLOCKS = st.builds(
    Block,
    st.sampled_from(BlockKind.__args__),
    TEXT_LINES,
    BOXES,
    DIRECTIONS,
    st.integers(-9, 99),
    st.none() | TABLES,
    st.text(max_size=3),
    SURE,
)
PAGES = st.builds(
    Page, st.integers(1, 3), NUMBERS, NUMBERS, st.lists(BLOCKS, max_size=3).map(tuple)
)


@given(st.lists(PAGES, max_size=2).map(tuple), st.text(max_size=3))
def test_whatever_a_document_says_it_is_written_or_refused(pages, source):
    value = Document(pages, source)
    for row in FORMATS.values():
        with contextlib.suppress(InvalidRequest):
            row.write(value, io.BytesIO(), Wishes(images=lambda number: None))
