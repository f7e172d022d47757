import cv2
import numpy as np
import pytest

from support.documents.drawing import LINES, drawn
from vanguard.documents.images.ink import find_ink
from vanguard.documents.images.raster import raster
from vanguard.documents.images.skew import find_skew, turn
from vanguard.documents.page import Box

PAGE = drawn(LINES * 4)


def skewed(degrees):
    height, width = PAGE.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    return cv2.warpAffine(PAGE, matrix, (width, height), borderValue=250)


@pytest.mark.parametrize("degrees", [-7.5, -2, 0.5, 4])
def test_the_angle_of_lines_is_found_and_undone(degrees):
    found = find_skew(find_ink(skewed(degrees)))
    assert found == pytest.approx(degrees, abs=0.15)
    level, _ = turn(skewed(degrees), found)
    assert abs(find_skew(find_ink(level))) <= 0.1


def test_level_lines_are_left_as_they_are():
    assert abs(find_skew(find_ink(PAGE))) < 0.1
    grey, change = turn(PAGE, 0.05)
    assert grey is PAGE
    assert (change == np.eye(3)).all()


def test_nothing_has_no_angle():
    assert find_skew(np.zeros((80, 80), np.uint8)) == 0


def test_a_place_is_found_again_after_turning():
    page = np.full((300, 200), 255, np.uint8)
    page[100:104, 50:54] = 0
    grey, change = turn(page, 5)
    turned = raster(page, 72).moved(grey, change)
    ys, xs = np.nonzero(grey < 128)
    place = turned.page_box(Box(xs.min(), ys.min(), xs.max() + 1, ys.max() + 1))
    assert place.left == pytest.approx(50, abs=1.5)
    assert place.top == pytest.approx(100, abs=1.5)
