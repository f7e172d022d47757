"""One to one, and never worse than any other way."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from vanguard.documents.evaluate.metrics.assignment import MAX_SIDE, best


def test_the_greedy_choice_is_not_the_best_one():
    assert best([[0.9, 0.8], [0.8, 0.1]]) == {0: 1, 1: 0}


def test_rows_without_a_column_are_left_out():
    assert best([[0.1], [0.9]]) == {1: 0}
    assert best([[0.1, 0.9]]) == {0: 1}
    assert best([]) == best([[], []]) == {}


sides = some.tuples(some.integers(1, 4), some.integers(1, 4))


@given(sides.flatmap(lambda side: some.lists(
    some.lists(some.sampled_from([0.0, 0.2, 0.5, 0.7, 1.0]), min_size=side[1], max_size=side[1]),
    min_size=side[0], max_size=side[0])))  # fmt: skip
def test_no_other_way_is_better(likeness):
    found = best(likeness)
    assert len(set(found.values())) == len(found) == min(len(likeness), len(likeness[0]))
    rows, columns = range(len(likeness)), range(len(likeness[0]))
    if len(rows) <= len(columns):
        sums = [
            sum(likeness[r][c] for r, c in zip(rows, way, strict=True))
            for way in permutations(columns, len(rows))
        ]
    else:
        sums = [
            sum(likeness[r][c] for r, c in zip(way, columns, strict=True))
            for way in permutations(rows, len(columns))
        ]
    assert sum(likeness[r][c] for r, c in found.items()) == pytest.approx(max(sums))


def test_more_than_can_be_matched_is_cut():
    assert len(best([[1.0] * 3] * (MAX_SIDE + 5))) == 3
