import shutil

import pytest

from support.layer_pdfs import LayerPdf
from vanguard.core.errors import DocumentLocked, DocumentTooLarge, DocumentUnreadable
from vanguard.documents.reading.files import count_pages, kind_of, layers_of, picture_of
from vanguard.documents.reading.limits import ReadingLimits

LIMITS = ReadingLimits()


def test_a_file_is_what_its_first_bytes_say(tmp_path, scan, born_digital):
    assert kind_of(scan) == "image"
    assert kind_of(shutil.copy(born_digital, tmp_path / "named.png")) == "pdf"
    (tmp_path / "mail.pdf").write_bytes(b"\n\nFrom: a\n" + b"%PDF-1.4")
    assert kind_of(tmp_path / "mail.pdf") == "pdf"


def test_what_cannot_be_opened_is_said(tmp_path):
    with pytest.raises(DocumentUnreadable, match="No such file"):
        kind_of(tmp_path / "missing.pdf")
    (tmp_path / "empty.pdf").touch()
    with pytest.raises(DocumentUnreadable, match="is empty"):
        kind_of(tmp_path / "empty.pdf")


def test_pages_are_counted_within_limits(scan, born_digital):
    assert count_pages(scan, "", LIMITS) == 1
    assert count_pages(born_digital, "", LIMITS) == 2
    with pytest.raises(DocumentTooLarge, match="2 pages; 1 are allowed"):
        count_pages(born_digital, "", ReadingLimits(pages=1))
    with pytest.raises(DocumentTooLarge, match="10 are allowed"):
        count_pages(scan, "", ReadingLimits(file_bytes=10))


def test_a_locked_file_wants_its_password(tmp_path):
    path = tmp_path / "locked.pdf"
    path.write_bytes(LayerPdf().bytes(password="open"))
    with pytest.raises(DocumentLocked):
        count_pages(path, "", LIMITS)
    assert count_pages(path, "open", LIMITS) == 1


def test_layers_are_read_by_whichever_extractor(born_digital):
    layers = layers_of(born_digital, "", LIMITS)
    assert layers is layers_of(born_digital, "", LIMITS)
    assert layers.read("pdfium", 1).glyphs
    with pytest.raises(DocumentUnreadable):
        layers.read("pdfium", 7)


def test_pictures_of_both_kinds(scan, born_digital):
    assert picture_of(scan, "image", 1, 72, LIMITS).dots_per_inch == pytest.approx(150, rel=0.01)
    assert picture_of(born_digital, "pdf", 2, 72, LIMITS).grey.shape == (842, 595)
