"""Intervals: seeded, over documents, and as wide as documents differ."""

import pytest

from vanguard.documents.evaluate.metrics.bootstrap import intervals, summed

FIGURES = {"rate": lambda sums: sums["edits"][0] / sums["edits"][1]}


def documents(*rates):
    return [{"edits": [rate * 100, 100.0], "other": [1.0]} for rate in rates]


def test_the_same_seed_gives_the_same_interval():
    some = documents(0.1, 0.2, 0.9, 0.3)
    assert intervals(some, FIGURES, draws=50, seed=1) == intervals(some, FIGURES, draws=50, seed=1)
    assert intervals(some, FIGURES, draws=50, seed=1) != intervals(some, FIGURES, draws=50, seed=2)


def test_documents_that_agree_leave_no_doubt():
    found = intervals(documents(*[0.2] * 5), FIGURES, draws=20)["rate"]
    assert found == pytest.approx((0.2, 0.2))


def test_the_interval_holds_the_figure_and_narrows_with_documents():
    few = intervals(documents(0.0, 1.0), FIGURES, draws=200)["rate"]
    many = intervals(documents(*[0.0, 1.0] * 100), FIGURES, draws=200)["rate"]
    assert few == pytest.approx((0.0, 1.0))
    # a mean of 200 fair coins: 0.5 and about 0.07 either way
    assert 0.40 < many[0] < 0.46
    assert 0.54 < many[1] < 0.60


def test_one_document_says_nothing_about_others():
    assert intervals(documents(0.1), FIGURES) == {}
    assert intervals(documents(0.1, 0.2), FIGURES, draws=0) == {}


def test_figures_without_a_say_have_no_interval():
    assert intervals(documents(0.1, 0.2), {"none": lambda sums: None}, draws=5) == {}


def test_sums_add_up():
    assert summed(documents(0.1, 0.2)) == {"edits": [pytest.approx(30), 200], "other": [2]}


def test_as_many_documents_are_drawn_as_there_are():
    found = intervals(documents(0.1, 0.2, 0.3), {"count": lambda sums: sums["other"][0]}, draws=9)
    assert found["count"] == (3, 3)
