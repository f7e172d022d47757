"""Which way a searchable PDF is made."""

import io

import pytest

from support.pages import document
from vanguard.core.errors import InvalidRequest
from vanguard.documents.formats.pdf import searchable
from vanguard.documents.formats.wishes import Wishes
from vanguard.documents.page import Document, Page


def test_the_pdf_that_was_read_goes_before_images(monkeypatch):
    made = []
    monkeypatch.setattr(searchable, "write_overlay", lambda *_, **more: made.append(more))
    monkeypatch.setattr(searchable, "write_scans", lambda *_: made.append("images"))
    out = io.BytesIO()
    searchable.write(document(), out, Wishes(pdf=b"%PDF", images=lambda _: None, over_text=True))
    searchable.write(document(), out, Wishes(images=lambda _: None))
    assert made == [{"over_text": True}, "images"]


@pytest.mark.parametrize("side", [0, 20_000, float("nan")])
def test_a_page_that_no_pdf_holds_is_refused(side):
    value = Document((Page(3, 100, side),))
    with pytest.raises(InvalidRequest, match="page 3 is 100 × "):
        searchable.write(value, io.BytesIO(), Wishes(images=lambda _: None))


def test_with_neither_it_is_refused():
    with pytest.raises(InvalidRequest, match="needs the PDF that was read, or images"):
        searchable.write(document(), io.BytesIO(), Wishes())
