"""A whole small page with the real engine."""

import numpy as np
import pytest

from support.documents.drawing import LINES
from support.documents.sheets import Canvas, Says
from vanguard.documents.images.raster import raster
from vanguard.documents.layout.analyse import analyse
from vanguard.documents.tables.numbers import EngineNumbers

XS, YS = (100, 300, 500, 700), (420, 460, 500)


@pytest.fixture(scope="module")
def blocks(english):
    canvas = Canvas().text(100, 40, "Report").rule(100, 68, 700, 69)
    for index, text in enumerate(LINES):
        canvas.text(100, 200 + 34 * index, text, 27)
    canvas.text(290, 385, "Table 1: goods", 24).grid(XS, YS)
    for y, row in zip(YS, (("goods", "count", "price"), ("lamp", "", "40.00")), strict=False):
        for x, text in zip(XS, row, strict=False):
            canvas.text(x + 30, y + 8, text)
    canvas.shade(200, 600, 500, 800, level=60)
    canvas.text(390, 940, "- 7 -")
    return analyse(canvas.raster, english, [EngineNumbers(english)])


def test_blocks_come_in_order_with_kinds(blocks):
    assert [block.kind for block in blocks] == [
        "header",
        "paragraph",
        "caption",
        "table",
        "figure",
        "page_number",
    ]


def test_what_is_written_is_read(blocks):
    assert blocks[0].text == "Report"
    assert blocks[1].text.splitlines() == list(LINES)
    assert blocks[3].text.splitlines() == ["goods", "count", "price", "lamp", "40.00"]


def test_boxes_are_points_of_the_page(blocks):
    box = blocks[3].box
    # 144 pixels to the inch
    assert [box.left, box.top, box.right, box.bottom] == pytest.approx([50, 210, 350, 250], abs=2)
    line = blocks[1].lines[0]
    assert line.box.top == pytest.approx(102, abs=4)
    assert line.words[0].box.left == pytest.approx(50, abs=3)


def test_readers_confidence_and_direction_are_told(blocks):
    text, table = blocks[1], blocks[3]
    assert (text.reader, text.direction, table.reader) == ("tesseract:eng", "ltr", "tesseract:eng")
    assert 0.5 < text.confidence <= 1
    assert 0.5 < table.confidence <= 1
    assert blocks[4].confidence is None


def test_an_empty_page_has_no_blocks(english):
    assert analyse(raster(np.full((300, 200), 250, np.uint8), 100), english) == ()


class Mixed:
    """An engine that is sure of most lines and of one not at all."""

    name = "mixed"

    def __init__(self, doubts):
        self.doubts = doubts

    def read(self, grey, shape):
        wide = grey.shape[1]
        return Says("dirt" if wide < 300 else "words", self.doubts(wide)).read(grey, shape)


@pytest.mark.parametrize(("usual", "kept"), [(0.9, False), (0.6, True)])
def test_what_is_hardly_read_on_a_page_that_is_read_well_is_dirt(usual, kept):
    canvas = Canvas().lines(100, 200, 700, 8)
    canvas.bar(100, 700, 200)
    engine = Mixed(lambda wide: 0.2 if wide < 300 else usual)
    text = "\n".join(block.text for block in analyse(canvas.raster, engine))
    assert ("dirt" in text) is kept


def test_a_line_that_would_be_given_up_is_read_in_other_rooms_before():
    widths = []

    def doubts(wide):
        if wide < 300:
            widths.append(wide)
        return 0.9 if wide >= 300 or wide > widths[0] else 0.2

    canvas = Canvas().lines(100, 200, 700, 8).bar(100, 700, 200)
    text = "\n".join(block.text for block in analyse(canvas.raster, Mixed(doubts)))
    assert "dirt" in text
    assert len(widths) == 3
