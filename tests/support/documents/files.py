"""Fixtures of tests that read whole files: a scan, a born-digital PDF, and where their bytes are kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from support.arabic_texts import DECLARATION
from support.documents.drawing import drawn
from support.layer_pdfs import LayerPdf, painted
from vanguard.documents.reading.files import close_layers
from vanguard.store.flow.blobs import FolderBlobs

TEXT = ("alpha beta gamma", "delta epsilon zeta")


@pytest.fixture(autouse=True)
def no_file_stays_open() -> Iterator[None]:
    yield
    close_layers()


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "blobs")


@pytest.fixture(scope="session")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PNG with two lines that any engine can read."""
    path = tmp_path_factory.mktemp("files") / "scan.png"
    Image.fromarray(drawn(TEXT, size_px=30, wide=500)).save(path, dpi=(150, 150))
    return path


@pytest.fixture(scope="session")
def born_digital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PDF of two pages with a sound text layer in Arabic."""
    pdf = LayerPdf()
    for number, line in enumerate(DECLARATION):
        if number == 6:
            pdf.page()
        pdf.line(painted(line), top=80 + 20 * (number % 6))
    path = tmp_path_factory.mktemp("files") / "born digital.pdf"
    path.write_bytes(pdf.bytes())
    return path
