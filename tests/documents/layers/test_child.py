"""What the reading process does with one file, without the process."""

import io

import pytest

from support.layer_pdfs import LayerPdf
from vanguard.documents.layers.child import Ask, Reader, Start, extractor, write_message
from vanguard.documents.layers.contract import Limits


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(
        LayerPdf().line(list("one"), top=100).page().line(list("two"), top=100).bytes()
    )
    return str(path)


@pytest.fixture
def open_(file):
    opened = []

    def open_(limits):
        opened.append(Reader(Start(file, "", limits)))
        return opened[-1]

    yield open_
    for reader in opened:
        reader.close()


def test_pages_are_counted_and_read(open_):
    reader = open_(Limits())
    assert reader.pages().pages == 2
    assert "".join(glyph.text for glyph in reader.read(Ask("pdfminer", 1)).painted.glyphs) == "two"


@pytest.mark.parametrize("limits", [Limits(pages=1), Limits(file_bytes=100)])
def test_what_is_too_large_is_refused(open_, limits):
    answer = open_(limits).pages()
    assert answer.error == "document_too_large"
    assert "allowed" in answer.message


def test_whatever_a_library_raises_becomes_an_answer(open_):
    answer = open_(Limits()).read(Ask("pdfminer", 99))
    assert answer.error == "document_unreadable"
    assert answer.message == "The library failed with IndexError: list index out of range."


def test_a_message_carries_its_length():
    sink = io.BytesIO()
    write_message(sink, Ask("pdfium", 3))
    data = sink.getvalue()
    assert int.from_bytes(data[:4], "big") == len(data) - 4


@pytest.mark.parametrize("name", ["pdfium", "pdfminer", "pypdf", "poppler"])
def test_each_extractor_is_found_by_its_name(name):
    assert extractor(name).name == name
