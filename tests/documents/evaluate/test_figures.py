"""Figures out of sums: what a page adds, and what has no say."""

import pytest

from vanguard.documents.evaluate import figures
from vanguard.documents.evaluate.metrics import bootstrap, published
from vanguard.documents.evaluate.metrics.edits import Edits
from vanguard.documents.evaluate.metrics.marks import Marks
from vanguard.documents.evaluate.metrics.numbers import Numbers
from vanguard.documents.evaluate.metrics.order import Order
from vanguard.documents.evaluate.metrics.tables import TableScores
from vanguard.documents.evaluate.result import PageScore


def sums(read="نص", truth="نص", **more):
    values = {
        "characters": Edits(0, 10), "words": Edits(0, 2), "tables": TableScores(0, 0),
        "numbers": Numbers(0, 0, 0), "numbers_folded": Numbers(0, 0, 0), "marks": Marks(),
        "order": Order(), "failed": "",
    } | more  # fmt: skip
    score = PageScore(
        name="a",
        document="a",
        cer=values["characters"].rate,
        wer=values["words"].rate,
        **values,
    )
    chrf = published.chrf_statistics(read, truth)
    texts = {"chrf": chrf, "chrf_body": chrf, "chrf_whole": chrf}
    return figures.sums(score, {"bleu": published.bleu_statistics(read, truth), **texts})


def found(*pages):
    total = bootstrap.summed(pages)
    return {name: figure(total) for name, figure in figures.FIGURES.items()}


def test_rates_are_micro_macro_and_capped():
    figure = found(sums(characters=Edits(40, 10)), sums(characters=Edits(1, 30)))
    assert figure["cer"] == pytest.approx(41 / 40)
    assert figure["cer_macro"] == pytest.approx((4 + 1 / 30) / 2)
    assert figure["cer_capped"] == pytest.approx(11 / 40)
    assert figure["cer_capped_macro"] == pytest.approx((1 + 1 / 30) / 2)


def test_empty_truths_divide_by_nothing():
    figure = found(sums(characters=Edits(7, 0), words=Edits(2, 0)))
    assert (figure["cer"], figure["cer_macro"], figure["wer"]) == (7, 7, 2)


def test_what_no_page_knows_of_is_none():
    figure = found(sums())
    for name in ("teds", "teds_assigned", "mars_kitab", "numbers_exact", "der", "order_pairs"):
        assert figure[name] is None
    assert figure["failed"] == 0


def test_mars_is_the_mean_of_text_and_tables():
    page = sums(tables=TableScores(1, 2, teds=0.8, teds_s=1.0, assigned=0.4))
    figure = found(page, sums())
    assert figure["chrf"] == pytest.approx(100)
    assert figure["mars_kitab"] == figure["mars_misraj"] == pytest.approx(90)
    assert figure["mars_assigned"] == pytest.approx(70)
    assert (figure["teds"], figure["teds_s"], figure["teds_assigned"]) == (0.8, 1.0, 0.4)


def test_counts_become_shares():
    figure = found(
        sums(
            failed="x",
            numbers=Numbers(1, 4, 2),
            numbers_folded=Numbers(2, 4, 2),
            marks=Marks(letters=50, wrong=5, invented=2, lost=1),
            order=Order(blocks=4, found=3, distance=1, pairs=3, right_pairs=2),
        ),
        sums(order=Order(blocks=1, found=1)),
    )
    expected = {
        "failed": 0.5, "numbers_exact": 0.25, "numbers_folded": 0.5, "numbers_precision": 1.0,
        "der": 0.1, "invented_marks": 4.0, "lost_marks": 2.0, "order_distance": 1 / 3,
        "order_pairs": 2 / 3, "order_found": 0.8,
    }  # fmt: skip
    assert {name: figure[name] for name in expected} == pytest.approx(expected)


def test_each_figure_says_what_it_is():
    assert set(figures.MEANINGS) == set(figures.FIGURES)
    assert set(figures.FIGURES) > figures.LOWER_IS_BETTER
    assert "numbers_exact" not in figures.LOWER_IS_BETTER
