"""Character and word errors of one page, and how rates of many pages are summed up.

It does not know normal forms or files.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from rapidfuzz.distance import Levenshtein

# 200,000 characters on both sides: a book, not a page. The bit-parallel distance takes seconds then.
MAX_PRODUCT = 4 * 10**10


class Edits(msgspec.Struct, frozen=True):
    """The errors of one page.

    Attributes:
        errors: insertions, deletions and substitutions.
        length: of the truth, in the same units.
        rough: the texts were too long to be compared, and the errors are the most there can be.
    """

    errors: int
    length: int
    rough: bool = False

    @property
    def rate(self) -> float:
        """Errors over the truth's length, not capped; over 1 where the truth is empty.

        An invented text on an empty page so has the rate of its length, and does not hide.
        """
        return self.errors / max(self.length, 1)


class Rates(msgspec.Struct, frozen=True):
    """The rates of many pages. Everything but the capped figures is uncapped.

    Attributes:
        micro: all errors over all lengths, the published form of jiwer and torchmetrics.
        macro: mean of the pages' rates.
        over_one: share of pages with a rate above 1: runaways.
        capped_micro: the same as micro with no page worse than its truth's length.
        capped_macro: mean of rates, none above 1.
    """

    micro: float
    macro: float
    median: float
    p95: float
    worst: float
    over_one: float
    capped_micro: float
    capped_macro: float


def characters(truth: str, prediction: str) -> Edits:
    """Levenshtein distance in code points; beyond `MAX_PRODUCT` its upper bound."""
    return _edits(truth, prediction)


def words(truth: str, prediction: str) -> Edits:
    """Levenshtein distance in words, which white space separates."""
    return _edits(truth.split(), prediction.split())


def lost(truth: Edits) -> Edits:
    """The errors of a page of which nothing is there: all of it, and at least one."""
    return Edits(max(truth.length, 1), truth.length)


def rates(pages: Sequence[Edits]) -> Rates:
    """The summary; at least one page is there."""
    found = [page.rate for page in pages]
    length = max(sum(page.length for page in pages), 1)
    capped = [min(page.errors, max(page.length, 1)) for page in pages]
    return Rates(
        micro=sum(page.errors for page in pages) / length,
        macro=mean(found),
        median=percentile(found, 50),
        p95=percentile(found, 95),
        worst=max(found),
        over_one=sum(rate > 1 for rate in found) / len(found),
        capped_micro=sum(capped) / length,
        capped_macro=mean([min(rate, 1.0) for rate in found]),
    )


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean of at least one value."""
    return sum(values) / len(values)


def percentile(values: Sequence[float], rank: float) -> float:
    """Between the two nearest values in proportion, as NumPy's default does; rank 0 to 100."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * rank / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _edits(truth: Sequence[str], prediction: Sequence[str]) -> Edits:
    if len(truth) * len(prediction) > MAX_PRODUCT:
        return Edits(max(len(truth), len(prediction)), len(truth), rough=True)
    return Edits(Levenshtein.distance(truth, prediction), len(truth))
