"""Lines by pypdf."""

import pytest

from support.layer_pdfs import LayerPdf
from vanguard.core.errors import DocumentLocked, DocumentUnreadable
from vanguard.documents.layers.contract import Limits
from vanguard.documents.layers.extractors.pypdf import PypdfExtractor


def read(tmp_path, data, password=""):
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    opened = PypdfExtractor().open(path, password, Limits())
    try:
        assert opened.pages == 1
        return opened.read(0)
    finally:
        opened.close()


def test_lines_have_words_without_places(tmp_path):
    pdf = LayerPdf().line(list("one two"), top=100).line(list("three"), top=130)
    page = read(tmp_path, pdf.bytes(rotate=90))
    assert [line.text for line in page.lines] == ["one two", "three"]
    assert page.lines[0].words[0].box is None
    assert (page.width, page.height) == (842, 595)


def test_a_locked_file_opens_with_its_password(tmp_path):
    data = LayerPdf().line(list("one"), top=100).bytes(password="secret")
    with pytest.raises(DocumentLocked):
        read(tmp_path, data)
    assert read(tmp_path, data, "secret").lines[0].text == "one"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("data", [b"", b"no pdf"])
def test_what_is_no_pdf_is_unreadable(tmp_path, data):
    with pytest.raises(DocumentUnreadable):
        read(tmp_path, data)
