"""PDF files written from front to back."""

import io

import pytest
from pypdf import PdfReader

from vanguard.documents.formats.pdf.file import PdfFile, text_string


def test_a_strict_reader_finds_every_object():
    out = io.BytesIO()
    file = PdfFile(out)
    tree = file.reserve()
    page = file.add(b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 9 9] >>" % tree)
    kept = file.add_stream(b"a" * 100)
    plain = file.add_stream(b"raw", b"/Filter [] ")
    file.add(b"<< /Type /Pages /Count 1 /Kids [%d 0 R] >>" % page, tree)
    root = file.add(b"<< /Type /Catalog /Pages %d 0 R >>" % tree)
    file.finish(root, file.add(b"<< /Title %s >>" % text_string("كتاب (1)")))
    reader = PdfReader(io.BytesIO(out.getvalue()), strict=True)
    assert reader.metadata.title == "كتاب (1)"
    assert reader.get_object(kept).get_data() == b"a" * 100
    assert reader.get_object(plain).get_data() == b"raw"
    assert len(reader.pages) == 1


def test_a_reserved_number_must_be_written():
    file = PdfFile(io.BytesIO())
    file.reserve()
    with pytest.raises(KeyError):
        file.finish(1, 1)
