import numpy as np

from support.documents.sheets import Canvas
from vanguard.documents.recognise.strips import HEIGHT_PX, STEP_PX, WIDEST_PX, strip


def shown(text, size, left=20, top=20, wide=260):
    return np.array(Canvas(wide, 80).text(left, top, text, size).image)


def test_writing_of_any_size_is_as_high_as_any_other():
    tall = []
    for size in (16, 24, 40):
        cut = strip(shown("1234", size))
        assert cut is not None
        assert cut.shape[0] == HEIGHT_PX
        assert cut.shape[1] % STEP_PX == 0
        rows = np.flatnonzero((cut > 128).any(axis=1))
        tall.append(rows[-1] - rows[0])
    assert max(tall) - min(tall) <= 3


def test_it_does_not_matter_where_it_stands_or_how_dark_it_is():
    one, other = strip(shown("507", 24)), strip(shown("507", 24, left=90, top=10))
    assert one is not None
    assert np.array_equal(one, other)
    pale = strip((shown("507", 24) // 2 + 100).astype(np.uint8))
    assert pale is not None
    assert np.abs(pale.astype(int) - one).max() < 40


def test_a_dot_stays_a_dot():
    dot = np.full((50, 50), 250, np.uint8)
    dot[24:28, 24:28] = 20
    cut = strip(dot)
    assert cut is not None
    assert (cut > 128).any(axis=1).sum() < HEIGHT_PX / 2


def test_white_paper_specks_and_long_lines_are_no_strips():
    assert strip(np.full((40, 90), 250, np.uint8)) is None
    speck = np.full((40, 90), 250, np.uint8)
    speck[20, 20] = 0
    assert strip(speck) is None
    assert strip(np.array(Canvas(1200, 60).bar(10, 20, 1190).image)) is None
    wide = strip(np.array(Canvas(300, 60).bar(10, 20, 290).image))
    assert wide is not None
    assert wide.shape[1] <= WIDEST_PX
