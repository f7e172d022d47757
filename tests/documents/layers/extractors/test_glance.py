"""A page at a glance."""

import pytest

from support.layer_pdfs import LayerPdf, painted
from vanguard.core.errors import DocumentLocked, DocumentUnreadable
from vanguard.documents.layers.contract import Limits
from vanguard.documents.layers.extractors.glance import GlanceExtractor


def read(tmp_path, data, limits=None, password=""):
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    opened = GlanceExtractor().open(path, password, limits or Limits())
    try:
        assert opened.pages == 1
        return opened.read(0)
    finally:
        opened.close()


def test_all_letters_are_seen_and_the_size(tmp_path):
    seen = read(tmp_path, LayerPdf().line(painted("حقوق الإنسان"), top=100).bytes(rotate=90))
    letters = sorted("".join(line.text for line in seen.lines).replace(" ", ""))
    assert letters == sorted("حقوقالإنسان")
    assert (seen.width, seen.height) == (842, 595)


def test_an_empty_page_has_no_text(tmp_path):
    assert read(tmp_path, LayerPdf().bytes()).lines == ()


def test_no_more_than_allowed(tmp_path):
    seen = read(tmp_path, LayerPdf().line(painted("حقوق"), top=100).bytes(), Limits(glyphs=2))
    assert sum(len(line.text) for line in seen.lines) == 2


def test_locked_and_broken_files(tmp_path):
    with pytest.raises(DocumentLocked):
        read(tmp_path, LayerPdf().line(["ب"], top=100).bytes(password="secret"))
    with pytest.raises(DocumentUnreadable):
        read(tmp_path, b"no pdf")
