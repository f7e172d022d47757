"""Pages as people make them, by the real engines: on a side, on their heads, photographed; and where they lay."""

import cv2
import numpy as np
import pypdfium2
import pytest
from PIL import Image

from support.documents.photo import photographed
from vanguard.documents.evaluate.metrics.edits import characters
from vanguard.documents.formats.registry import format_named
from vanguard.documents.page import Document
from vanguard.documents.reading.output import write
from vanguard.documents.reading.stages import ReadPage
from vanguard.documents.reading.values import PageOfFile
from vanguard.documents.synth.make import make_page, prepare
from vanguard.store.flow.blobs import FolderBlobs

pytestmark = [pytest.mark.e2e, pytest.mark.fonts]


@pytest.fixture(scope="module")
def made():
    return make_page("plain", 51_000, prepare("train"))


@pytest.fixture(scope="module")
def grey(made):
    return cv2.cvtColor(made.image, cv2.COLOR_RGB2GRAY)


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    blobs, stage = FolderBlobs(folder / "blobs"), ReadPage()

    def read(grey, name):
        path = folder / f"{name}.png"
        Image.fromarray(np.ascontiguousarray(grey)).save(path, dpi=(200, 200))
        (found,) = stage.process([PageOfFile(blobs.link(path).sha256, "image", 1)], blobs)
        return path, found.value

    return read


@pytest.fixture(scope="module")
def as_made(read, grey):
    """How well the page is read that lies as it was made."""
    return read(grey, "upright")[1]


def rate(made, page):
    return characters(made.document.pages[0].text, page.text).rate


def middle(box):
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2


@pytest.mark.parametrize("turned", [90, 180])
def test_a_page_that_was_turned_is_read_as_well(read, made, grey, as_made, turned, tmp_path):
    path, page = read(np.rot90(grey, turned // 90), f"turned {turned}")
    assert as_made.original is None
    assert page.original.turned == turned
    assert rate(made, page) <= rate(made, as_made) + 0.01
    assert middle(page.blocks[0].box) == pytest.approx(middle(as_made.blocks[0].box), abs=4)
    write(Document((page,)), path, format_named("pdf"), tmp_path / "a.pdf")
    with pypdfium2.PdfDocument(tmp_path / "a.pdf") as pdf:
        assert pdf[0].get_rotation() == turned
        text = pdf[0].get_textpage().get_text_range()
    assert characters(page.text, text.replace("\r\n", "\n")).rate < 0.1


def test_a_photograph_is_read_nearly_as_well(read, made, grey, as_made):
    picture, corners = photographed(grey, size=(2800, 2000), desk="wood")
    _, page = read(picture, "photograph")
    assert page.original.corners[0] == pytest.approx(corners[0] * 72 / 200, abs=8)
    assert rate(made, page) <= rate(made, as_made) + 0.03
