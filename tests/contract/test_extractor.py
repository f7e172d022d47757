"""What every extractor of text layers keeps to: pdfium, pdfminer, pypdf (poppler is a program, played elsewhere)."""

from __future__ import annotations

import pytest

from support.layer_pdfs import LayerPdf
from vanguard.core.errors import DocumentLocked, DocumentUnreadable
from vanguard.documents.layers.child import extractor
from vanguard.documents.layers.contract import Limits


@pytest.fixture(params=["pdfium", "pdfminer", "pypdf"])
def read(request, tmp_path):
    opened = []

    def read(data, password=""):
        path = tmp_path / f"{len(opened)}.pdf"
        path.write_bytes(data)
        opened.append(extractor(request.param).open(path, password, Limits()))
        return opened[-1]

    yield read
    for one in opened:
        one.close()


def text(painted):
    if painted.glyphs:
        return "".join(glyph.text for glyph in painted.glyphs)
    return "\n".join(line.text for line in painted.lines)


def test_pages_are_counted_and_read_in_any_order(read):
    opened = read(LayerPdf().line(list("one"), top=99).page().line(list("two"), top=99).bytes())
    assert opened.pages == 2
    assert [text(opened.read(1)), text(opened.read(0)), text(opened.read(1))] == [
        "two",
        "one",
        "two",
    ]


def test_a_page_is_as_large_as_it_is_looked_at(read):
    for rotate, size in ((0, (595, 842)), (90, (842, 595)), (180, (595, 842)), (270, (842, 595))):
        page = read(LayerPdf().line(list("one"), top=99).bytes(rotate=rotate)).read(0)
        assert (page.width, page.height) == size


def test_a_page_without_text_is_no_failure(read):
    page = read(LayerPdf().bytes()).read(0)
    assert (page.glyphs, page.lines, page.problem) == ((), (), "")


def test_a_locked_file_needs_its_password(read):
    data = LayerPdf().line(list("one"), top=99).bytes(password="secret")
    for password in ("", "wrong"):
        with pytest.raises(DocumentLocked):
            read(data, password)
    assert text(read(data, "secret").read(0)) == "one"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("data", [b"", b"no pdf", b"%PDF-1.7\n%%EOF"])
def test_what_is_no_pdf_is_unreadable(read, data):
    with pytest.raises(DocumentUnreadable):
        read(data)
