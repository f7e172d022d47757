import io

import numpy as np
import pytest
from PIL import Image

from support.documents.drawing import drawn
from vanguard.documents.images.ink import find_ink
from vanguard.documents.images.skew import find_skew, turn
from vanguard.documents.page import Box
from vanguard.documents.service.crops import crop, inner_size


def opened(data):
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image)


def test_a_box_in_points_is_cut_out_of_pixels(tmp_path):
    grey = np.full((400, 200), 255, np.uint8)
    grey[100:140, 40:120] = 0
    Image.fromarray(grey).save(tmp_path / "page.png")
    # the page is 100 by 200 points: two pixels a point
    found = opened(crop(tmp_path / "page.png", Box(20, 50, 60, 70), (100, 200), 0))
    assert found.shape == (40 + 8, 80 + 8)
    assert (found[4:-4, 4:-4] == 0).all()
    assert (found[0] == 255).all()


@pytest.mark.parametrize(
    "box", [Box(-50, -50, 500, 500), Box(90, 190, 300, 300), Box(150, 9, 160, 9)]
)
def test_a_box_that_leaves_the_page_is_cut_at_its_edge(tmp_path, box):
    Image.fromarray(np.zeros((400, 200), np.uint8)).save(tmp_path / "page.png")
    found = opened(crop(tmp_path / "page.png", box, (100, 200), 0))
    assert found.size >= 1
    assert found.shape[0] <= 400
    assert found.shape[1] <= 200


@pytest.mark.parametrize("degrees", [4.0, -4.0])
def test_lines_of_a_page_that_lay_askew_are_level(tmp_path, degrees):
    level = drawn(("the quick brown fox jumps over",) * 8)
    grey, change = turn(level, -degrees)
    Image.fromarray(grey).save(tmp_path / "page.png")
    height, width = level.shape
    corners = change @ np.array(
        [[30, width - 30, 30, width - 30], [30, 30, height - 30, height - 30], [1] * 4]
    )
    box = Box(corners[0].min(), corners[1].min(), corners[0].max(), corners[1].max())
    size = (float(grey.shape[1]), float(grey.shape[0]))
    found = opened(crop(tmp_path / "page.png", box, size, degrees))
    assert abs(find_skew(find_ink(found))) <= 0.3
    assert found.shape[1] == pytest.approx(width - 60, abs=16)
    assert found.shape[0] == pytest.approx(height - 60, abs=16)


def test_a_box_too_flat_to_be_a_turned_ones_is_taken_as_it_is():
    assert inner_size((100.0, 3.0), 5.0) == (100.0, 3.0)
    wide, high = inner_size((100.0, 20.0), 0.0)
    assert (wide, high) == (100.0, 20.0)


def test_a_picture_that_is_gone_is_said(tmp_path):
    with pytest.raises(FileNotFoundError):
        crop(tmp_path / "gone.png", Box(0, 0, 1, 1), (1, 1), 0)
