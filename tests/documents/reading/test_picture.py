import numpy as np
import pytest

from support.documents.drawing import drawn
from vanguard.documents.engines.tesseract import Tesseract
from vanguard.documents.images.raster import raster
from vanguard.documents.reading.picture import arabic_marks, read_picture

TEXT = ("alpha beta gamma", "delta epsilon zeta", "eta theta iota kappa")


@pytest.fixture(scope="module")
def english():
    return Tesseract("eng")


def test_lines_are_read_with_boxes_on_the_page(english):
    picture = read_picture(raster(drawn(TEXT, size_px=40, wide=600), 144), english)
    assert picture.text.splitlines() == list(TEXT)
    assert picture.steps[-1].startswith("scaled by")
    first = picture.blocks[0].lines[0].box
    # drawn at pixel 40 of 144 in an inch: half as many points
    assert first.left == pytest.approx(20, abs=3)
    assert 20 < first.top < 35


def test_two_columns_are_read_one_after_the_other_from_the_right(english):
    left, right = drawn(TEXT, size_px=30, wide=450), drawn(TEXT[::-1], size_px=30, wide=450)
    picture = read_picture(raster(np.hstack([left, right]), 150), english)
    assert picture.text.splitlines() == [*TEXT[::-1], *TEXT]


def test_a_blank_page_has_no_lines(english):
    picture = read_picture(raster(np.full((300, 200), 240, np.uint8), 72), english)
    assert picture.blocks == ()
    assert picture.steps == ("blank",)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("قال,", "قال،"),
        ("متى?", "متى؟"),
        ("كلمة;", "كلمة؛"),
        ("end,", "end,"),
        ("1,5", "1,5"),
        ("(قال,)", "(قال،)"),
    ],
)
def test_commas_behind_arabic_are_arabic(word, meant):
    assert arabic_marks(word) == meant
