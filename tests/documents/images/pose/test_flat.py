import cv2
import numpy as np
import pytest

from support.documents.drawing import LINES, drawn
from support.documents.photo import photographed
from vanguard.documents.images.pose.flat import (
    as_read,
    flat_size,
    flattened,
    on_its_head,
    original_of,
    turned,
)
from vanguard.documents.images.raster import raster
from vanguard.documents.page import Box

SPOT = np.full((100, 60), 255, np.uint8)
SPOT[4:10, 2:12] = 0  # top left
PAGE = raster(SPOT, 72)


@pytest.mark.parametrize(
    ("quarters", "corners"),
    [
        (1, ((0, 100), (0, 0), (60, 0), (60, 100))),
        (2, ((60, 100), (0, 100), (0, 0), (60, 0))),
        (3, ((60, 0), (60, 100), (0, 100), (0, 0))),
    ],
)
def test_where_a_turned_page_lay_is_said(quarters, corners):
    original = original_of(PAGE, None, quarters)
    assert (original.width, original.height, original.turned) == (60, 100, 90 * quarters)
    assert original.corners == corners
    again = as_read(PAGE, original)
    assert (again.grey == np.rot90(SPOT, -quarters)).all()
    assert again.dots_per_inch == pytest.approx(72)


def test_a_page_that_lies_right_is_left_as_it_is():
    assert original_of(PAGE, None, 0) is None
    assert as_read(PAGE, None) is PAGE
    assert turned(PAGE, 4) is PAGE


def test_on_its_head_places_are_those_of_the_page_turned():
    other = on_its_head(PAGE, (60, 100))
    assert other.grey[-6, -4] == 0
    # the spot is at the lower right now, and so is its place
    assert other.page_box(Box(48, 90, 58, 96)) == Box(48, 90, 58, 96)


def test_a_photograph_is_laid_flat_and_can_be_again():
    page = drawn(LINES * 8, size_px=16, wide=470)
    picture, corners = photographed(page)
    given = raster(picture, 100)
    flat = flattened(given, corners)
    level = cv2.resize(flat.grey, page.shape[::-1], interpolation=cv2.INTER_AREA)
    inside = (slice(20, -20), slice(20, -20))
    assert np.corrcoef(level[inside].ravel(), page[inside].ravel())[0, 1] > 0.75
    again = as_read(given, original_of(given, corners, 0))
    assert again.grey.shape == pytest.approx(flat.grey.shape, abs=1)
    on_side = as_read(given, original_of(given, corners, 3))
    assert on_side.grey.shape == pytest.approx(flat.grey.shape[::-1], abs=1)


def test_the_shape_of_a_sheet_is_that_which_its_camera_saw():
    """A sheet 210 by 297 seen by a camera whose focal length is known, from aslant."""
    angle = np.radians(35)
    turn = np.array(
        [
            [1, 0, 0],
            [0, np.cos(angle), -np.sin(angle)],
            [0, np.sin(angle), np.cos(angle)],
        ]
    ) @ np.array([[0.96, 0, -0.28], [0, 1, 0], [0.28, 0, 0.96]])
    sheet = np.array([[-105, -148.5, 0], [105, -148.5, 0], [105, 148.5, 0], [-105, 148.5, 0]])
    seen = sheet @ turn.T + np.array([0, 0, 600])
    corners = seen[:, :2] / seen[:, 2:] * 1500 + np.array([600, 800])
    wide, high = flat_size(corners, (1600, 1200))
    assert wide / high == pytest.approx(210 / 297, rel=0.03)


def test_where_perspective_says_nothing_sides_do():
    square = np.array([[10.0, 10], [110, 10], [110, 210], [10, 210]])
    assert flat_size(square, (300, 200)) == (100, 200)
