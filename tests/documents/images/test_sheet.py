import numpy as np
import pytest

from support.documents.sheets import HEIGHT, Canvas
from vanguard.documents.images.raster import raster
from vanguard.documents.images.sheet import sheet, shifted
from vanguard.documents.page import Box, Line, Word


@pytest.fixture(scope="module")
def page():
    canvas = Canvas().shade(80, 80, 500, 200).bar(100, 100, 400).rule(80, 150, 500, 151)
    return canvas.bar(100, 300, 400).sheet


def test_writing_alone_is_left(page):
    assert page.height == HEIGHT
    assert page.grey[180, 300] == 250
    assert page.grey[150, 300] == 250
    assert len(page.rules.across) == 1
    assert page.ink[105, 103] == 255


def test_what_is_taken_out_is_gone_from_a_copy(page):
    rest = page.without((Box(0, 0, 800, 200),))
    assert rest.tight(Box(0, 0, 800, 250)) is None
    assert page.tight(Box(0, 0, 800, 140)) == Box(100, 100, 398, 116)


def test_a_part_says_where_it_was(page):
    part, left, top = page.crop(Box(100, 100, 398, 116))
    assert part.shape == (36, 318)
    assert (left, top) == (90, 90)
    line = Line((Word("x", Box(10, 10, 20, 26)),), Box(10, 10, 20, 26))
    placed = page.on_page(shifted(line, left, top))
    # 144 pixels to the inch are 2 to the point
    assert placed.box == Box(50, 50, 55, 58)
    assert placed.words[0].box == placed.box


def test_an_empty_page_has_no_sheet():
    assert sheet(raster(np.full((200, 200), 250, np.uint8), 100)) is None
