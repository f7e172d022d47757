import numpy as np
import pytest

from support.documents.drawing import LINES, drawn
from support.documents.photo import ASKEW, photographed
from vanguard.documents.images.pose.outline import find_outline

PAGE = drawn(LINES * 8, size_px=16, wide=470)


@pytest.mark.parametrize("desk", ["plain", "wood", "checked"])
def test_a_sheet_on_a_darker_desk_is_found(desk):
    picture, corners = photographed(PAGE, desk=desk)
    assert find_outline(picture) == pytest.approx(corners, abs=9)


def test_a_sheet_that_the_picture_cuts_off_below_is_found():
    cut = ((0.14, 0.11), (0.83, 0.07), (0.85, 1.02), (0.12, 1.02))
    picture, _ = photographed(PAGE, cut)
    found = find_outline(picture)
    assert found is not None
    assert found[:, 1].max() == pytest.approx(840, abs=9)


@pytest.mark.parametrize("paper", [255, 200])
def test_a_page_that_fills_its_picture_has_no_outline(paper):
    assert find_outline(drawn(LINES * 8, paper=paper)) is None


def test_a_frame_that_is_printed_is_no_outline():
    framed = np.full((1000, 700), 250, np.uint8)
    framed[60:940, 60:640] = 30
    framed[110:890, 110:590] = 250
    assert find_outline(framed) is None


def test_a_white_sheet_on_a_white_desk_is_not_found():
    picture, _ = photographed(PAGE, lamp=0)
    assert find_outline(np.maximum(picture, 235)) is None


@pytest.mark.parametrize(
    "corners",
    [
        ((0.1, 0.1), (0.9, 0.5), (0.9, 0.6), (0.1, 0.9)),  # no sheet seen by a camera
        ((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6)),  # a slip of paper
    ],
)
def test_other_bright_things_are_no_sheets(corners):
    assert find_outline(photographed(PAGE, corners)[0]) is None


def test_two_sheets_that_overlap_are_left_alone():
    picture, _ = photographed(PAGE)
    other, _ = photographed(PAGE, tuple((x + 0.2, y + 0.3) for x, y in ASKEW))
    assert find_outline(np.maximum(picture, other)) is None
