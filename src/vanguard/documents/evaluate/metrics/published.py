"""BLEU and chrF as sacrebleu counts them, from sums that can be drawn anew for intervals.

It does not know pages or files. Both are of a whole corpus: statistics are summed over pages first.
Settings are those of published runs: BLEU 13a with exponential smoothing; chrF order 6, beta 2, no
word order, which is also what KITAB-Bench's and, by its figures, Misraj's code runs (its paper says
chrF3).
"""

from __future__ import annotations

from collections.abc import Sequence

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF


class _Bleu(BLEU):
    def statistics(self, prediction: str, truth: str) -> list[int]:
        """Lengths and matches of one page, which add up."""
        return list(self._extract_corpus_statistics([prediction], [[truth]])[0])

    def of_sums(self, sums: Sequence[float]) -> float:
        """The score of summed statistics, 0 to 100."""
        return float(self._compute_score_from_stats(list(map(round, sums))).score)


class _Chrf(CHRF):
    def statistics(self, prediction: str, truth: str) -> list[int]:
        """Counts and matches of one page, which add up."""
        return list(self._extract_corpus_statistics([prediction], [[truth]])[0])

    def of_sums(self, sums: Sequence[float]) -> float:
        """The score of summed statistics, 0 to 100."""
        return float(self._compute_score_from_stats(list(map(round, sums))).score)


_BLEU = _Bleu()
_CHRF = _Chrf()


def bleu_statistics(prediction: str, truth: str) -> list[int]:
    """Statistics of one page for `bleu`."""
    return _BLEU.statistics(prediction, truth)


def chrf_statistics(prediction: str, truth: str) -> list[int]:
    """Statistics of one page for `chrf`."""
    return _CHRF.statistics(prediction, truth)


def bleu(sums: Sequence[float]) -> float:
    """Corpus BLEU of summed statistics, 0 to 100."""
    return _BLEU.of_sums(sums)


def chrf(sums: Sequence[float]) -> float:
    """Corpus chrF of summed statistics, 0 to 100."""
    return _CHRF.of_sums(sums)
