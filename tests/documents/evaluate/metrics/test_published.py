"""BLEU and chrF: sums over pages give what sacrebleu gives for the corpus."""

import pytest
from sacrebleu import corpus_bleu, corpus_chrf

from vanguard.documents.evaluate.metrics import published

TRUTHS = ["هذا كتاب جديد عن تاريخ المدينة", "السعر ١٢٣ ريالا", ""]
READ = ["هذا كتاب جديد عن التاريخ", "السعر ١٢٤ ريالا فقط", "زيادة"]


def summed(statistics):
    pages = [statistics(read, truth) for read, truth in zip(READ, TRUTHS, strict=True)]
    return [float(sum(column)) for column in zip(*pages, strict=True)]


def test_sums_over_pages_are_the_corpus():
    assert published.bleu(summed(published.bleu_statistics)) == pytest.approx(
        corpus_bleu(READ, [TRUTHS]).score
    )
    assert published.chrf(summed(published.chrf_statistics)) == pytest.approx(
        corpus_chrf(READ, [TRUTHS], char_order=6, word_order=0, beta=2).score
    )


def test_chrf_by_hand():
    # unigrams 2 of 3 and 2 of 3, bigrams 1 of 2 and 1 of 2, trigrams 0: the mean of order 1 to 3
    sums = published.chrf_statistics("أبج", "أبد")
    assert published.chrf(sums) == pytest.approx(100 * (2 / 3 + 1 / 2 + 0) / 3, abs=1e-6)


def test_the_same_is_a_hundred():
    assert published.chrf(published.chrf_statistics("نص عربي", "نص عربي")) == pytest.approx(100)
    text = "هذا نص عربي طويل"
    assert published.bleu(published.bleu_statistics(text, text)) == pytest.approx(100)
