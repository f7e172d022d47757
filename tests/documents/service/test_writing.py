import io

import pytest
from pypdf import PdfReader

from support.flow import Counting
from vanguard.core.errors import DocumentUnreadable
from vanguard.documents.formats.registry import format_named
from vanguard.documents.page import Document, Page
from vanguard.documents.service import writing


@pytest.fixture
def here(monkeypatch):
    """The work is done in this process; what another one costs is `flow`'s to show."""
    monkeypatch.setattr(writing, "LocalExecutor", lambda blobs, _processes, _s: Counting(blobs))


@pytest.mark.usefixtures("here")
def test_a_pdf_gets_the_pages_that_were_read(scan):
    out = io.BytesIO()
    document = Document((Page(1, 240, 100),), "scan.png")
    writing.write_apart(document, format_named("pdf"), scan, out)
    assert len(PdfReader(io.BytesIO(out.getvalue())).pages) == 1


@pytest.mark.usefixtures("here")
def test_what_goes_wrong_is_said_in_one_error(tmp_path):
    (tmp_path / "source").write_bytes(b"no longer what it was")
    document = Document((Page(1, 240, 100),), "scan.png")
    with pytest.raises(DocumentUnreadable, match="cannot be written as pdf"):
        writing.write_apart(document, format_named("pdf"), tmp_path / "source", io.BytesIO())
