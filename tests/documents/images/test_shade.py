import numpy as np

from support.documents.sheets import HEIGHT, Canvas
from vanguard.documents.images.shade import without_shade


def test_shades_become_white_and_what_is_written_stays():
    page = np.array(Canvas().shade(100, 100, 500, 200).bar(150, 140, 400).image)
    assert page[110, 110] == 205
    flat = without_shade(page, HEIGHT)
    assert flat[110, 110] == 250
    assert flat[145, 152] < 40
    assert (np.flatnonzero((flat < 100).any(axis=1)) == np.arange(140, 156)).all()


def test_the_rim_of_a_shade_leaves_nothing():
    flat = without_shade(np.array(Canvas().shade(100, 100, 500, 200).image), HEIGHT)
    assert flat.min() > 200
