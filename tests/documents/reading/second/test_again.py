"""The same engine reads a page twice."""

from support.documents.drawing import drawn
from vanguard.documents.images.raster import raster
from vanguard.documents.page import Block, Line, Word
from vanguard.documents.reading.second.again import ReadAgain, read_again
from vanguard.documents.reading.stages import ReadPage
from vanguard.documents.reading.values import PageOfFile

TEXTS = ("alpha beta gamma", "delta epsilon zeta")


def test_a_scan_is_read_again_line_by_line(blobs, scan):
    source = PageOfFile(blobs.link(scan).sha256, "image", 1)
    (first,) = ReadPage(languages="eng").process([source], blobs)
    (made,) = ReadAgain("eng").process([first.value], blobs)
    assert made.value.blocks == first.value.blocks
    answers = made.value.answers
    assert "\n".join(answer.text for answer in answers) == "\n".join(TEXTS)
    assert {answer.reader for answer in answers} == {"tesseract:eng again"}
    words = [word for answer in answers for line in answer.lines for word in line.words]
    assert all(word.box is None and word.confidence > 0.5 for word in words)


def test_a_page_whose_text_layer_is_trusted_is_left_as_it_is(blobs, born_digital):
    source = PageOfFile(blobs.link(born_digital).sha256, "pdf", 1)
    (first,) = ReadPage().process([source], blobs)
    (made,) = ReadAgain().process([first.value], blobs)
    assert made.value == first.value


class Silent:
    name = "silent"

    def read(self, grey, shape):
        assert shape == "line"
        return ()


def test_blocks_without_lines_or_places_have_nothing_to_say():
    page = raster(drawn(TEXTS, size_px=30, wide=500), 72)
    nowhere = Block("paragraph", (Line((Word("x"),)),))
    (answer,) = read_again([Block("figure"), nowhere], page, Silent())
    assert (answer.block, answer.lines) == (1, ())
