"""Error rates by hand; runaways and empty truths must show."""

import pytest

from vanguard.documents.evaluate.metrics import edits
from vanguard.documents.evaluate.metrics.edits import Edits, characters, percentile, rates, words


def test_characters_and_words():
    # كتاب -> كتب: one deletion of four; two words, one of them wrong
    assert characters("كتاب", "كتب") == Edits(1, 4)
    assert words("كتاب جديد", "كتب  جديد") == Edits(1, 2)


def test_an_invented_text_on_an_empty_page_does_not_hide():
    assert characters("", "أ" * 500).rate == 500
    assert words("", "").rate == 0
    found = rates([characters("", "أ" * 500), characters("أ" * 100, "أ" * 100)])
    assert found.micro == 5
    assert found.macro == 250
    assert found.capped_macro == 0.5


def test_one_runaway_shows_in_each_figure_that_is_not_a_median():
    pages = [Edits(1, 10)] * 9 + [Edits(1000, 10)]
    found = rates(pages)
    assert found.micro == pytest.approx(1009 / 100)
    assert found.macro == pytest.approx((0.9 + 100) / 10)
    assert found.median == pytest.approx(0.1)
    assert found.p95 == pytest.approx(0.1 + 0.55 * 99.9)
    assert found.worst == 100
    assert found.over_one == pytest.approx(0.1)
    assert found.capped_micro == pytest.approx(19 / 100)
    assert found.capped_macro == pytest.approx(0.19)


def test_a_page_of_which_nothing_is_there_counts_as_one():
    assert edits.lost(Edits(0, 40)).rate == 1
    assert edits.lost(Edits(0, 0)).rate == 1


def test_what_is_too_long_to_compare_has_the_worst_there_can_be(monkeypatch):
    monkeypatch.setattr(edits, "MAX_PRODUCT", 10)
    assert characters("أبتث", "أبت") == Edits(4, 4, rough=True)
    assert characters("أب", "أبت") == Edits(1, 2)


def test_percentiles_as_numpy():
    assert percentile([3.0, 1.0, 2.0, 4.0], 50) == 2.5
    assert percentile([1.0], 95) == 1
    assert percentile([0.0, 10.0], 95) == pytest.approx(9.5)
