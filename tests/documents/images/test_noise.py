import numpy as np
import pytest

from support.documents.drawing import LINES, drawn
from vanguard.documents.images.ink import find_ink
from vanguard.documents.images.noise import find_specks, grain, smooth

PAGE = drawn(LINES * 3)


def grainy(level):
    noise = np.random.default_rng(1).normal(0, level, PAGE.shape)
    return np.clip(PAGE - 60.0 + noise, 0, 255).astype(np.uint8)


def specked(share):
    page, chance = PAGE.copy(), np.random.default_rng(2).random(PAGE.shape)
    page[chance < share / 2] = 0
    page[chance > 1 - share / 2] = 255
    return page


def test_a_clean_page_is_left_as_it_is():
    page, done = smooth(PAGE, find_ink(PAGE))
    assert page is PAGE
    assert done == []


@pytest.mark.parametrize("level", [8, 15])
def test_grain_is_measured_and_lessened(level):
    page = grainy(level)
    ink = find_ink(page)
    assert grain(page, ink) == pytest.approx(level, rel=0.3)
    smoothed, done = smooth(page, ink)
    assert grain(smoothed, ink) < level / 2
    assert done == [f"grain smoothed ({grain(page, ink):.0f} levels)"]


def test_specks_go_and_the_writing_stays():
    page = specked(0.02)
    cleaned, done = smooth(page, find_ink(page))
    assert len(done) == 1
    assert "specks" in done[0]
    assert find_specks(cleaned).mean() < find_specks(page).mean() / 5
    wrong = (find_ink(cleaned) > 0) != (find_ink(PAGE) > 0)
    assert wrong.mean() < ((find_ink(page) > 0) != (find_ink(PAGE) > 0)).mean() / 3


def test_lone_pixels_beside_writing_are_dots_of_letters():
    page = PAGE.copy()
    ys, xs = np.nonzero(find_ink(PAGE))
    page[ys.min() - 4, xs[ys.argmin()]] = 0
    cleaned, done = smooth(page, find_ink(page))
    assert cleaned is page
    assert done == []


def test_a_page_full_of_ink_has_no_grain():
    assert grain(PAGE, np.full(PAGE.shape, 255, np.uint8)) == 0


def test_frayed_edges_are_made_even():
    page = grainy(1)
    smoothed, done = smooth(page, find_ink(page))
    assert [one.split(" (")[0] for one in done] == ["edges smoothed"]
    assert grain(smoothed, find_ink(page)) < grain(page, find_ink(page))
