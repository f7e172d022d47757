"""Pixels find their place on the page again, whatever was done to the image."""

import numpy as np
import pytest

from vanguard.documents.images.raster import raster, scaling
from vanguard.documents.page import Box

GREY = np.zeros((200, 100), np.uint8)


def test_pixels_are_points_by_the_resolution():
    page = raster(GREY, 144)
    assert page.page_box(Box(10, 20, 30, 40)) == Box(5, 10, 15, 20)
    assert page.dots_per_inch == pytest.approx(144)


def test_a_scaled_image_finds_the_same_place():
    page = raster(GREY, 72)
    larger = page.moved(np.zeros((400, 200), np.uint8), scaling(2))
    assert larger.page_box(Box(20, 40, 60, 80)) == Box(10, 20, 30, 40)
    assert larger.dots_per_inch == pytest.approx(144)


@pytest.mark.parametrize("wrong", [0, -1, float("nan")])
def test_a_resolution_that_is_none_is_refused(wrong):
    with pytest.raises(ValueError, match="dots per inch"):
        raster(GREY, wrong)
