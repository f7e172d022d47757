import pytest
from PIL import Image

from support.arabic_texts import DECLARATION
from support.databases import migrated_sqlite, sqlite_database
from support.documents.drawing import drawn
from support.layer_pdfs import LayerPdf, painted
from vanguard.documents.reading.files import close_layers
from vanguard.store.flow.blobs import FolderBlobs

__all__ = ["migrated_sqlite", "sqlite_database"]

TEXT = ("alpha beta gamma", "delta epsilon zeta")


@pytest.fixture(autouse=True)
def no_file_stays_open():
    yield
    close_layers()


@pytest.fixture
def blobs(tmp_path):
    return FolderBlobs(tmp_path / "blobs")


@pytest.fixture(scope="session")
def scan(tmp_path_factory):
    """A PNG with two lines that any engine can read."""
    path = tmp_path_factory.mktemp("files") / "scan.png"
    Image.fromarray(drawn(TEXT, size_px=30, wide=500)).save(path, dpi=(150, 150))
    return path


@pytest.fixture(scope="session")
def born_digital(tmp_path_factory):
    """A PDF of two pages with a sound text layer in Arabic."""
    pdf = LayerPdf()
    for number, line in enumerate(DECLARATION):
        if number == 6:
            pdf.page()
        pdf.line(painted(line), top=80 + 20 * (number % 6))
    path = tmp_path_factory.mktemp("files") / "born digital.pdf"
    path.write_bytes(pdf.bytes())
    return path
