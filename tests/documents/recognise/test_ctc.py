from itertools import groupby, product

import numpy as np
import pytest

from vanguard.documents.recognise.ctc import best, log_softmax, probability


def logs(rows):
    return np.log(np.array(rows, np.float32))


def said(path):
    return tuple(one for one, _ in groupby(path) if one)


def test_repetitions_are_one_and_blanks_part_letters():
    path = [1, 1, 0, 1, 2, 0, 2]
    scores = np.full((len(path), 3), -5, np.float32)
    scores[np.arange(len(path)), path] = 5
    assert best(log_softmax(scores)) == (1, 1, 2, 2)
    assert best(log_softmax(np.eye(3, dtype=np.float32)[[0, 0]])) == ()


def test_the_probability_is_the_sum_over_all_paths():
    chance = np.random.default_rng(3)
    rows = chance.dirichlet([1, 1, 1], size=5)
    sums: dict[tuple[int, ...], float] = {}
    for path in product(range(3), repeat=5):
        weight = float(np.prod(rows[np.arange(5), path]))
        sums[said(path)] = sums.get(said(path), 0.0) + weight
    for text, total in sums.items():
        assert probability(logs(rows), text) == pytest.approx(total, rel=1e-4)
    assert sum(sums.values()) == pytest.approx(1)


def test_what_does_not_fit_is_impossible():
    assert probability(logs([[0.2, 0.8], [0.2, 0.8]]), (1, 1)) == 0.0
