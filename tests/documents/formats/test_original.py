"""From the page that was read back to the file's."""

import pytest

from vanguard.documents.formats.original import on_file, placed
from vanguard.documents.page import Block, Box, Cell, Line, Original, Page, Table, Word

# a page 200 x 100 that lay on its side: it had to be turned by 90 degrees clockwise
SIDE = Original(100, 200, 90, ((0, 200), (0, 0), (100, 0), (100, 200)))
ASKEW = Original(300, 400, 0, ((30, 20), (250, 40), (280, 390), (10, 360)))


def page(original, *blocks):
    return Page(1, 200, 100, blocks, original=original)


def test_a_page_that_lay_right_is_its_own():
    assert placed(page(None)) is None
    assert on_file(page(None)) == page(None)


def test_corners_go_to_corners():
    for original in (SIDE, ASKEW):
        there = placed(page(original))
        found = there.corners(Box(0, 0, 200, 100))
        for point, corner in zip(found, original.corners, strict=True):
            assert point == pytest.approx(corner)


def test_straight_lines_stay_straight():
    there = placed(page(ASKEW))
    (x0, y0), (x1, y1), (x2, y2) = (there.point(at, 40) for at in (20, 90, 180))
    assert (x1 - x0) * (y2 - y0) == pytest.approx((x2 - x0) * (y1 - y0), abs=1e-6)


def test_boxes_of_all_parts_are_on_the_file():
    word = Word("x", Box(10, 20, 30, 25), 0.5)
    line = Line((word,), Box(10, 20, 60, 25))
    table = Table(1, 1, (Cell(0, 0, (line,), box=Box(0, 0, 200, 100)),))
    read = page(SIDE, Block("paragraph", (line, Line((Word("y"),)))), Block("table", table=table))
    found = on_file(read)
    assert (found.width, found.height, found.original) == (100, 200, None)
    # what was at the left is below on the file's page, what was above is at its left
    assert found.blocks[0].lines[0] == Line(
        (Word("x", Box(20, 170, 25, 190), 0.5),), Box(20, 140, 25, 190)
    )
    assert found.blocks[0].lines[1].words[0].box is None
    assert found.blocks[1].table.cells[0].box == Box(0, 0, 100, 200)


@pytest.mark.parametrize("original", [SIDE, ASKEW])
def test_near_a_box_the_mapping_is_that_of_its_middle(original):
    there, box = placed(page(original)), Box(80, 40, 84, 42)
    a, b, c, d, e, f = there.near(box)
    for x, y in ((82, 41), (80, 41), (82, 42)):
        up = 100 - y
        seen = (a * x + c * up + e, original.height - (b * x + d * up + f))
        assert seen == pytest.approx(there.point(x, y), abs=0.05)
