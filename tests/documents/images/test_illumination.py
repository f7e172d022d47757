import numpy as np

from support.documents.drawing import drawn
from vanguard.documents.images.illumination import find_background, flatten, unevenness
from vanguard.documents.images.ink import find_ink


def test_even_paper_is_left_as_it_is():
    page = drawn()
    flat, found = flatten(page)
    assert flat is page
    assert found < 0.04


def test_a_shadow_is_taken_off_and_the_writing_stays():
    page = drawn()
    shade = np.linspace(1.0, 0.35, page.shape[1])[None, :]
    shaded = (page * shade).astype(np.uint8)
    flat, found = flatten(shaded)
    assert found > 0.3
    assert unevenness(find_background(flat)) < 0.1
    before, after = find_ink(page) > 0, find_ink(flat) > 0
    assert (before & after).sum() / (before | after).sum() > 0.9


def test_dark_paper_is_made_light():
    flat, _ = flatten((drawn() * 0.5).astype(np.uint8))
    assert np.median(flat) > 200
