import numpy as np
import pytest
from fpdf import FPDF
from PIL import Image
from pypdf import PdfWriter

from support.arabic_texts import DECLARATION
from support.documents.drawing import drawn
from vanguard.core.errors import DocumentUnreadable
from vanguard.documents.reading.stages import OpenFile, ReadPage
from vanguard.documents.reading.values import PageOfFile, SourceFile
from vanguard.flow.stage import fingerprint


def test_a_file_becomes_its_pages(blobs, born_digital):
    sha256 = blobs.link(born_digital).sha256
    made = list(OpenFile().process([SourceFile(sha256)], blobs))
    assert [(one.value, one.label) for one in made] == [
        (PageOfFile(sha256, "pdf", 1), "#1"),
        (PageOfFile(sha256, "pdf", 2), "#2"),
    ]


def test_a_page_with_a_text_layer_is_read_by_it(blobs, born_digital):
    sha256 = blobs.link(born_digital).sha256
    (made,) = ReadPage().process([PageOfFile(sha256, "pdf", 2)], blobs)
    page = made.value
    assert (page.number, page.width, page.height) == (2, 595, 842)
    assert [line.text for block in page.blocks for line in block.lines] == list(DECLARATION[6:])
    assert page.blocks[0].reader in {"pdfium", "pdfminer"}


def test_a_scan_is_read_by_its_picture(blobs, scan):
    sha256 = blobs.link(scan).sha256
    (made,) = ReadPage(languages="eng").process([PageOfFile(sha256, "image", 1)], blobs)
    page = made.value
    assert page.text == "alpha beta gamma\ndelta epsilon zeta"
    assert page.width == pytest.approx(500 * 72 / 150, rel=0.01)
    assert page.blocks[0].reader == "tesseract:eng"


def test_pictures_alone_where_text_layers_are_not_wanted(blobs, tmp_path):
    pdf = FPDF(unit="pt", format=(400, 200))
    pdf.add_page()
    pdf.set_font("Helvetica", size=24)
    for line in ("alpha beta gamma", "delta epsilon zeta", "eta theta iota"):
        pdf.cell(text=line, new_x="LMARGIN", new_y="NEXT")
    pdf.output(str(tmp_path / "a.pdf"))
    page = PageOfFile(blobs.link(tmp_path / "a.pdf").sha256, "pdf", 1)
    read = {}
    for wanted in (True, False):
        (made,) = ReadPage(languages="eng", text_layers=wanted).process([page], blobs)
        read[wanted] = {block.reader for block in made.value.blocks}
    assert read[True] in ({"pdfium"}, {"pdfminer"})
    assert read[False] == {"tesseract:eng"}


def test_a_file_that_is_no_document_has_no_pages(blobs, tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"hello")
    sha256 = blobs.link(tmp_path / "a.pdf").sha256
    with pytest.raises(DocumentUnreadable):
        list(OpenFile().process([SourceFile(sha256)], blobs))


def test_settings_tell_results_apart():
    assert fingerprint(ReadPage()) != fingerprint(ReadPage(languages="ara+eng"))
    assert fingerprint(ReadPage()) != fingerprint(ReadPage(password="x"))
    assert b"secret" not in fingerprint(ReadPage(password="secret")).encode()


def test_a_scan_that_lies_on_its_side_is_read_upright(blobs, tmp_path):
    lines = ("alpha beta gamma delta epsilon", "zeta eta theta iota kappa lambda") * 3
    Image.fromarray(np.rot90(drawn(lines, size_px=30, wide=620))).save(
        tmp_path / "side.png", dpi=(150, 150)
    )
    sha256 = blobs.link(tmp_path / "side.png").sha256
    (made,) = ReadPage(languages="eng").process([PageOfFile(sha256, "image", 1)], blobs)
    page = made.value
    assert page.text.splitlines() == list(lines)
    assert page.original.turned == 90
    assert (page.width, page.height) == (page.original.height, page.original.width)
    first = page.blocks[0].lines[0].box
    assert first.top < 40


def test_a_locked_scan_is_read_with_its_password(blobs, scan, tmp_path):
    with Image.open(scan) as image:
        image.save(tmp_path / "plain.pdf", resolution=150)
    writer = PdfWriter(clone_from=tmp_path / "plain.pdf")
    writer.encrypt("secret", algorithm="AES-256-R5")
    writer.write(tmp_path / "locked.pdf")
    page = PageOfFile(blobs.link(tmp_path / "locked.pdf").sha256, "pdf", 1)
    (made,) = ReadPage(languages="eng", password="secret").process([page], blobs)
    assert made.value.text == "alpha beta gamma\ndelta epsilon zeta"
