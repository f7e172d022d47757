from itertools import product

import numpy as np
import pytest

from support.documents.drawing import LINES, drawn
from vanguard.documents.images.pose.stance import stance


def test_lines_run_across_or_down():
    page = drawn(LINES * 12, size_px=24, wide=700)
    assert stance(page).across > 0.7
    assert stance(np.rot90(page)).across < -0.7


@pytest.mark.parametrize("way", [1, -1])
def test_lines_that_end_sharply_below_stand_upright(way):
    page = np.full((800, 600), 250, np.uint8)
    for top in range(40, 760, 40):
        # more and more ink towards a baseline, as of Arabic
        for row, left in product(range(12), range(50, 500, 90)):
            page[top + row, left : left + 6 * row + 5] = 20
    seen = stance(page[::way])
    assert way * seen.upright > 0.3


def test_rules_and_pictures_say_nothing():
    page = np.full((800, 600), 250, np.uint8)
    assert stance(page) is None
    page[100, 20:580] = 0
    page[200:600, 100:500] = 60
    assert stance(page) is None
