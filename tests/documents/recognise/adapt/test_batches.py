import numpy as np

from vanguard.documents.recognise.adapt.batches import batches, contrasted, labelled, vary
from vanguard.documents.recognise.adapt.lines import Example


def line(wide, high=48):
    grey = np.full((high, wide), 240, np.uint8)
    grey[10:40, 4 : wide - 4 : 7] = 30
    return grey


def test_ink_is_minus_one_and_paper_one():
    found = contrasted(line(90))
    assert found.dtype == np.float32
    assert found[20, 4] == -1
    assert found[0, 0] == 1
    assert contrasted(np.full((48, 30), 77, np.uint8)).shape == (48, 30)


def test_lines_that_cannot_be_said_are_left_out():
    said = labelled(
        [Example(line(90), "اب"), Example(line(90), "xب"), Example(line(9), "اببب")], " اب"
    )
    assert [labels for _, labels in said] == [[1, 2]]


def test_all_lines_come_once_in_batches_of_one_width():
    lines = [(line(wide), [wide % 5]) for wide in range(60, 400, 7)]
    chance = np.random.default_rng(1)
    found = list(batches(lines, 2_000, chance))
    assert sum(len(one.lengths) for one in found) == len(lines)
    assert all(one.lines.shape[1:3] == (1, 48) and one.lines.shape[3] % 3 == 0 for one in found)
    assert all(one.lines.shape[3] * (len(one.lengths) - 1) < 2_300 for one in found)
    assert sorted(np.concatenate([one.labels for one in found])) == sorted(
        w % 5 for w in range(60, 400, 7)
    )


def test_a_line_is_varied_and_stays_a_line():
    chance = np.random.default_rng(2)
    some = [vary(line(100), 90, chance) for _ in range(12)]
    assert all(one.shape == (48, 90) and one.dtype == np.uint8 for one in some)
    assert not np.array_equal(some[0], some[1])
    assert all(one[20].min() < 110 < one[2].max() for one in some)
