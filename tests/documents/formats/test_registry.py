"""The table of formats."""

import io
import sys
import zipfile

import pytest

from support.pages import document
from vanguard.core.errors import InvalidRequest, PlatformError
from vanguard.documents.formats.registry import FORMATS, format_named, format_of
from vanguard.documents.formats.wishes import Wishes
from vanguard.documents.page import Block, Document, Line, Page, Word


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
