import pytest

from support.layer_pdfs import LayerPdf
from vanguard.core.errors import DocumentTooLarge, DocumentUnreadable
from vanguard.documents.reading.limits import ReadingLimits
from vanguard.documents.reading.pictures import draw_page

LIMITS = ReadingLimits()


@pytest.mark.parametrize(("rotate", "shape"), [(0, (842, 595)), (90, (595, 842))])
def test_a_page_is_drawn_as_it_is_looked_at(tmp_path, rotate, shape):
    path = tmp_path / "a.pdf"
    path.write_bytes(LayerPdf().bytes(rotate=rotate))
    page = draw_page(path, 1, 72, LIMITS)
    assert page.grey.shape == shape
    assert page.dots_per_inch == pytest.approx(72)


def test_a_large_page_is_drawn_coarser(born_digital):
    page = draw_page(born_digital, 1, 200, ReadingLimits(pixels=500_000))
    assert page.grey.size <= 505_000
    with pytest.raises(DocumentTooLarge, match="8 by 12 inches"):
        draw_page(born_digital, 1, 200, ReadingLimits(pixels=5_000))


def test_what_cannot_be_drawn_is_said(tmp_path, born_digital):
    with pytest.raises(DocumentUnreadable, match="Page 9 cannot be drawn"):
        draw_page(born_digital, 9, 72, LIMITS)
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    with pytest.raises(DocumentUnreadable, match="Page 1 cannot be drawn"):
        draw_page(tmp_path / "b.pdf", 1, 72, LIMITS)
