"""`vanguard documents convert`."""

import io

import pypdfium2
import pytest
from PIL import Image

from support.pages import composed, document
from vanguard.cli.documents.convert import page_images
from vanguard.cli.main import main
from vanguard.core.errors import InvalidRequest
from vanguard.documents.formats.pdf.scans import write_scans
from vanguard.documents.formats.structured import to_json
from vanguard.documents.page import Document, Page


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "read.json"
    path.write_bytes(to_json(document()))
    return path


def run(*arguments):
    return main(["documents", "convert", *map(str, arguments)])


@pytest.mark.parametrize("suffix", ["md", "html", "json", "txt", "xml", "zip"])
def test_the_suffix_names_the_format(source, tmp_path, suffix):
    output = tmp_path / f"out.{suffix}"
    assert run(source, "-o", output) == 0
    assert output.stat().st_size > 400
    assert output.stat().st_mode & 0o600 == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"read.json", output.name}


def test_a_pdf_from_images_and_from_the_pdf(source, tmp_path):
    Image.new("L", (20, 30), 255).save(tmp_path / "page.png")
    output = tmp_path / "out.pdf"
    assert run(source, "-o", output, "--images", tmp_path / "page.png") == 0
    blank = io.BytesIO()
    write_scans(Document((Page(1, 595, 842),)), lambda number: None, blank)
    (tmp_path / "scan.pdf").write_bytes(blank.getvalue())
    over = tmp_path / "over.pdf"
    assert run(source, "-o", over, "--pdf", tmp_path / "scan.pdf") == 0
    for path in (output, over):
        with pypdfium2.PdfDocument(path) as opened:
            assert composed("جديد عن") in opened[0].get_textpage().get_text_range()


def test_failures_are_one_line_and_leave_what_was_there(source, tmp_path, capsys):
    output = tmp_path / "out.pdf"
    output.write_text("kept")
    assert run(source, "-o", output) == 1
    assert run(source, "-o", tmp_path / "out.doc") == 1
    (tmp_path / "bad.json").write_text("[]")
    assert run(tmp_path / "bad.json", "-o", tmp_path / "out.md") == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 3
    assert "needs the PDF that was read, or images" in said[0]
    assert output.read_text() == "kept"
    assert {path.name for path in tmp_path.iterdir()} == {"read.json", "out.pdf", "bad.json"}


def test_images_of_a_folder_are_taken_in_the_order_of_their_names(tmp_path):
    for name in ("b", "a"):
        (tmp_path / name).write_text(name)
    (tmp_path / "folder").mkdir()
    images = page_images(tmp_path)
    assert [images(1), images(2)] == [b"a", b"b"]
    with pytest.raises(InvalidRequest, match="has 2 images, but page 3 was read"):
        images(3)
