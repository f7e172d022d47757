"""Letters of sloping typefaces on their line."""

from vanguard.documents.layers.marks import Unit
from vanguard.documents.layers.places.levels import levelled


def word(start, *, at, step, count=5, left=100.0):
    """Letters painted from the left, each standing higher than the one before it."""
    return [
        Unit("ب", left + 6 * n, 80, left + 6 * n + 6, 110, at - step * n, 10, 1, start + n)
        for n in range(count)
    ]


def test_words_that_slope_stand_on_their_line():
    units = [one for n in range(4) for one in word(10 * n, at=100, step=3, left=100 + 60 * n)]
    levelled(units)
    assert {unit.baseline for unit in units} == {100}


def test_a_raised_letter_in_a_level_text_stays():
    units = [one for n in range(8) for one in word(10 * n, at=100, step=0, left=100 + 40 * n)]
    units[3].baseline = 96
    levelled(units)
    assert units[3].baseline == 96


def test_lines_are_not_put_on_one_another():
    units = [one for n in range(4) for one in word(10 * n, at=100, step=3, left=100 + 60 * n)]
    below = [one for n in range(4) for one in word(50 + 10 * n, at=130, step=3, left=100 + 60 * n)]
    levelled([*units, *below])
    assert {unit.baseline for unit in units} == {100}
    assert {unit.baseline for unit in below} == {130}
