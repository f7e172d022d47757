"""Glyphs by PDFium."""

import pytest

from support.layer_pdfs import LayerPdf, painted
from vanguard.core.errors import DocumentLocked, DocumentUnreadable
from vanguard.documents.layers.contract import Limits
from vanguard.documents.layers.extractors.pdfium import PdfiumExtractor


def read(tmp_path, data, *, password="", limits=None):
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    opened = PdfiumExtractor().open(path, password, limits or Limits())
    try:
        return opened.read(0)
    finally:
        opened.close()


def test_each_character_has_its_text_and_its_place(tmp_path):
    page = read(tmp_path, LayerPdf().line(["ب", "ت"], top=100, left=50, size=20).bytes())
    found = {glyph.text: glyph for glyph in page.glyphs}
    assert (found["ب"].left, found["ت"].left) == (50, 60)
    assert (found["ب"].baseline, found["ب"].size, found["ب"].turn) == (100, 20, 0)
    assert (page.width, page.height) == (595, 842)


def test_invisible_text_is_marked(tmp_path):
    page = read(tmp_path, LayerPdf().line(["ب", "ت"], top=100, hidden=True).bytes())
    assert [glyph.hidden for glyph in page.glyphs] == [True, True]


def test_a_glyph_without_a_letter_is_unknown(tmp_path):
    page = read(tmp_path, LayerPdf(unmapped=frozenset("ب")).line(["ب", "ت"], top=100).bytes())
    assert {glyph.text for glyph in page.glyphs} == {"\ufffd", "ت"}


@pytest.mark.parametrize(("rotate", "turn"), [(0, 0), (90, 270), (180, 180), (270, 90)])
def test_a_rotated_page_is_as_it_is_looked_at(tmp_path, rotate, turn):
    page = read(
        tmp_path, LayerPdf().line(["ب", "ت"], top=100, left=50, size=20).bytes(rotate=rotate)
    )
    glyph = page.glyphs[0]
    assert (page.width, page.height) == ((842, 595) if rotate in (90, 270) else (595, 842))
    assert glyph.turn == turn
    assert 0 <= glyph.left < glyph.right <= page.width
    assert 0 <= glyph.top < glyph.bottom <= page.height


def test_no_more_characters_than_allowed(tmp_path):
    data = LayerPdf().line(painted("حقوق"), top=100).bytes()
    assert len(read(tmp_path, data, limits=Limits(glyphs=2)).glyphs) == 2


def test_a_locked_file_opens_with_its_password(tmp_path):
    data = LayerPdf().line(["ب", "ت"], top=100).bytes(password="secret")
    with pytest.raises(DocumentLocked):
        read(tmp_path, data)
    assert read(tmp_path, data, password="secret").glyphs[-1].text == "ب"


@pytest.mark.parametrize("data", [b"", b"no pdf"])
def test_what_is_no_pdf_is_unreadable(tmp_path, data):
    with pytest.raises(DocumentUnreadable):
        read(tmp_path, data)
