"""Which side is up: told by an engine that is scripted here; the real ones are in tests/e2e/documents."""

import numpy as np
import pytest

from support.documents.drawing import LINES, drawn
from support.documents.photo import photographed
from vanguard.documents.engines.upright import upright
from vanguard.documents.images.raster import raster
from vanguard.documents.page import Line, Word


class Eyes:
    """Sure of lines that have most ink below, as those of `page` have."""

    name = "eyes"

    def __init__(self, well=0.9, badly=0.3, text="a" * 60):
        self.well, self.badly, self.text, self.looks = well, badly, text, 0

    def read(self, grey, shape):
        self.looks += 1
        rows = np.flatnonzero((grey < 128).any(axis=1))
        ink = (grey[rows[0] : rows[-1] + 1] < 128).sum(axis=1)
        below = ink[len(ink) // 2 :].sum() > ink[: len(ink) // 2].sum()
        sure = self.well if below else self.badly
        return (Line((Word(self.text, None, sure),), None, "rtl", sure),)


def page():
    """Lines that end in a heavy stroke below; ink tells that they stand, and which way up they look."""
    grey = np.full((760, 560), 250, np.uint8)
    for top in range(40, 700, 34):
        for left in range(40, 500, 44):
            for row in range(12):
                grey[top + row, left : left + 2 * row + 4] = 20
    return grey


def laid(grey, *engines):
    return upright(raster(grey, 100), engines)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_that_lies_otherwise_is_turned(quarters):
    given = np.rot90(page(), quarters)
    found = laid(given, Eyes())
    assert found.original.turned == 90 * quarters
    assert (found.original.height, found.original.width) == pytest.approx(
        tuple(side * 0.72 for side in given.shape), abs=0.01
    )
    assert found.size == pytest.approx((560 * 0.72, 760 * 0.72))
    assert f"turned by {90 * quarters} degrees clockwise" in found.prepared.steps
    # the prepared picture has the page's first line where the page has it
    seen, straight = found.prepared.raster, laid(page(), Eyes()).prepared.raster
    assert np.abs(seen.grey.astype(int) - straight.grey).mean() < 3
    assert seen.to_page == pytest.approx(straight.to_page, abs=0.5)


def test_a_page_that_looks_upright_costs_no_reading():
    eyes = Eyes()
    found = laid(page(), eyes)
    assert (found.original, eyes.looks) == (None, 0)


def test_a_page_is_not_turned_that_is_read_well_as_it_lies():
    eyes = Eyes(well=0.95, badly=0.6)
    assert laid(page()[::-1, ::-1], eyes).original is None


@pytest.mark.parametrize("eyes", [Eyes(0.44, 0.1), Eyes(0.58, 0.4), Eyes(0.9, 0.3, text="a")])
def test_a_page_is_not_turned_on_little_evidence(eyes):
    for quarters in (1, 2, 3):
        assert laid(np.rot90(page(), quarters), eyes).original is None


def test_the_surest_engine_counts():
    blind = Eyes(0.1, 0.1)
    assert laid(page()[::-1, ::-1], blind, Eyes()).original.turned == 180


def test_a_blank_page_stays():
    found = laid(np.full((300, 200), 250, np.uint8), Eyes())
    assert found.prepared.blank
    assert found.original is None


def test_a_photograph_is_cut_out_and_turned():
    picture, corners = photographed(np.rot90(page(), 1), lamp=0.2)
    found = laid(picture, Eyes())
    assert found.original.turned == 90
    assert found.prepared.steps[0] == "cut out of a photograph and flattened"
    # what is its top left corner upright lay below, at the left
    assert found.original.corners[0] == pytest.approx(corners[3] * 0.72, abs=6)
    assert found.size[0] > found.size[1]


def test_a_scan_is_no_photograph():
    assert laid(drawn(LINES * 8), Eyes(0.9, 0.9)).original is None
