"""Glyphs by pdfminer.six."""

import pytest

from support.layer_pdfs import LayerPdf, painted
from vanguard.core.errors import DocumentLocked, DocumentUnreadable
from vanguard.documents.layers.contract import Glyph, Limits
from vanguard.documents.layers.extractors.pdfminer import PdfminerExtractor, _joined
from vanguard.documents.layers.missing import EMPTY_FROM, UNDEFINED_FROM


def read(tmp_path, data, *, password="", limits=None):
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    opened = PdfminerExtractor().open(path, password, limits or Limits())
    try:
        return opened.read(0)
    finally:
        opened.close()


def test_each_glyph_has_its_text_and_its_place(tmp_path):
    page = read(tmp_path, LayerPdf().line(["ب", "لا"], top=100, left=50, size=20).bytes())
    one, two = page.glyphs
    assert (one.text, one.left, one.right, one.baseline, one.size) == ("ب", 50, 60, 100, 20)
    assert (two.text, two.left, two.turn, two.stroke) == ("لا", 60, 0, one.stroke)
    assert (page.width, page.height) == (595, 842)
    assert one.top < 100 < one.bottom


def test_a_span_of_actual_text_is_one_glyph(tmp_path):
    page = read(tmp_path, LayerPdf().line(["x", "y"], top=100, text="كتاب").bytes())
    assert [glyph.text for glyph in page.glyphs] == ["كتاب"]
    assert page.glyphs[0].right - page.glyphs[0].left == 12


def test_a_glyph_without_a_letter_has_a_private_one(tmp_path):
    pdf = LayerPdf(unmapped=frozenset("ب")).line(["ب", "", "ت", "ب"], top=100)
    texts = [glyph.text for glyph in read(tmp_path, pdf.bytes()).glyphs]
    assert texts[0] == texts[3] >= chr(UNDEFINED_FROM)
    assert chr(EMPTY_FROM) <= texts[1] < chr(UNDEFINED_FROM)
    assert texts[2] == "ت"


def test_invisible_text_is_marked(tmp_path):
    pdf = LayerPdf().line(["ب"], top=100, hidden=True).line(["ت"], top=120)
    assert [glyph.hidden for glyph in read(tmp_path, pdf.bytes()).glyphs] == [True, False]


@pytest.mark.parametrize(
    ("rotate", "turn", "left", "baseline"),
    [(0, 0, 50, 100), (90, 270, None, None), (180, 180, 535, 742), (270, 90, None, None)],
)
def test_a_rotated_page_is_as_it_is_looked_at(tmp_path, rotate, turn, left, baseline):
    page = read(tmp_path, LayerPdf().line(["ب"], top=100, left=50, size=20).bytes(rotate=rotate))
    glyph = page.glyphs[0]
    assert (page.width, page.height) == ((842, 595) if rotate in (90, 270) else (595, 842))
    assert glyph.turn == turn
    assert 0 <= glyph.left < glyph.right <= page.width
    if left is not None:
        assert (glyph.left, glyph.baseline) == (left, baseline)


def test_no_more_glyphs_than_allowed(tmp_path):
    data = LayerPdf().line(painted("حقوق الإنسان"), top=100).bytes()
    assert len(read(tmp_path, data, limits=Limits(glyphs=5)).glyphs) == 5


def test_a_locked_file_opens_with_its_password(tmp_path):
    data = LayerPdf().line(["ب"], top=100).bytes(password="secret")
    with pytest.raises(DocumentLocked):
        read(tmp_path, data)
    assert read(tmp_path, data, password="secret").glyphs[0].text == "ب"


@pytest.mark.parametrize("data", [b"", b"no pdf", b"%PDF-1.7\nstartxref\n99999\n%%EOF"])
def test_what_is_no_pdf_is_unreadable(tmp_path, data):
    with pytest.raises(DocumentUnreadable):
        read(tmp_path, data)


def test_the_letters_of_a_span_tell_its_place_and_not_its_marks():
    mark = Glyph("َ", 36.2, 88, 36.2, 103, 100, 13)
    letter = Glyph("ت", 39.4, 88, 41.7, 103, 100, 13)
    joined = _joined("تَ", [mark, letter], None)
    assert (joined.left, joined.right) == (39.4, 41.7)
    assert _joined("َ", [mark], None).left == 36.2


def test_a_glyph_that_the_file_itself_calls_unknown_has_a_private_character(tmp_path):
    page = read(tmp_path, LayerPdf().line(["ب", "\ufffd"], top=100).bytes())
    assert [one.text for one in page.glyphs] == ["ب", chr(UNDEFINED_FROM)]
