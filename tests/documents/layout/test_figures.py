import pytest

from support.documents.sheets import HEIGHT, Canvas
from vanguard.documents.layout.figures import find_figures, shared
from vanguard.documents.page import Box


def test_large_ink_is_a_figure_and_writing_and_rules_are_not():
    canvas = Canvas().lines(100, 100, 700, 4).shade(200, 300, 400, 450, level=60)
    page = canvas.grid((100, 300, 500), (600, 640, 680)).sheet
    (box,) = find_figures(page.raster.grey, page.rules, HEIGHT)
    edges = [box.left, box.top, box.right, box.bottom]
    assert edges == pytest.approx([200, 300, 401, 451], abs=4)


def test_the_shared_part_is_of_the_smaller_box():
    assert shared(Box(0, 0, 10, 10), Box(5, 0, 105, 100)) == 0.5
    assert shared(Box(0, 0, 10, 10), Box(10, 0, 20, 10)) == 0
    assert shared(Box(0, 0, 0, 10), Box(0, 0, 20, 10)) == 0
