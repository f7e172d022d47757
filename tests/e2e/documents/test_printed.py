"""Pages that other programs printed are read from their text layers, and from pictures of them."""

import pytest
from bench.printed import read
from bench.printed.content import COLUMNS, PROSE, TABLES, truth
from bench.printed.programs.chromium import Chromium
from bench.printed.programs.contract import AMIRI
from bench.printed.programs.fpdf2 import Fpdf2
from bench.printed.programs.reportlab import ReportLab
from bench.printed.programs.typst import Typst

from vanguard.documents.evaluate.run import Settings, evaluate
from vanguard.documents.evaluate.sources.files import pair
from vanguard.store.flow.blobs import FolderBlobs

pytestmark = [pytest.mark.e2e, pytest.mark.fonts]

# what was measured, and a little more: see docs/guide/documents-real-pages.md
LAYERS = [
    *((program, sheet, 0.004) for program in (Typst(), ReportLab()) for sheet in (PROSE, TABLES, COLUMNS)),
    (Fpdf2(), PROSE, 0.015),
    (Fpdf2(), COLUMNS, 0.004),
]  # fmt: skip


def scored(found, sheet, tmp_path):
    for name, document in (("read", found), ("truth", truth(sheet))):
        read.kept(document, tmp_path / name / "page.md")
    return evaluate(pair(tmp_path / "read", tmp_path / "truth"), Settings(draws=0))


def layer(program, sheet, tmp_path):
    assert program.missing() == ""
    pdf = tmp_path / "page.pdf"
    program.print(sheet, AMIRI, pdf)
    found = read.layer(pdf, FolderBlobs(tmp_path / "blobs"))
    readers = {block.reader for page in found.pages for block in page.blocks}
    assert "tesseract" not in readers  # the layer was trusted
    return scored(found, sheet, tmp_path)


@pytest.mark.parametrize(
    ("program", "sheet", "most"),
    LAYERS,
    ids=lambda one: getattr(one, "name", None),
)
def test_text_layers(program, sheet, most, tmp_path):
    score = layer(program, sheet, tmp_path)
    assert score.cer.micro <= most
    assert score.figures["numbers_exact"] == 1.0


@pytest.mark.browser
@pytest.mark.parametrize("sheet", [PROSE, TABLES, COLUMNS], ids=lambda one: one.name)
def test_text_layers_of_chromium(sheet, tmp_path):
    score = layer(Chromium(), sheet, tmp_path)
    assert score.cer.micro <= 0.003
    assert score.figures["numbers_exact"] == 1.0


@pytest.mark.parametrize(("sheet", "most", "numbers"), [(TABLES, 0.15, 0.85), (COLUMNS, 0.05, 0.5)])
def test_pictures(sheet, most, numbers, tmp_path):
    pdf, image = tmp_path / "page.pdf", tmp_path / "page.png"
    Typst().print(sheet, AMIRI, pdf)
    read.draw(pdf, image, 200)
    score = scored(read.picture(image, FolderBlobs(tmp_path / "blobs")), sheet, tmp_path)
    assert score.cer.micro <= most
    assert score.figures["numbers_exact"] >= numbers
    if sheet is TABLES:
        assert score.figures["teds"] >= 0.85
