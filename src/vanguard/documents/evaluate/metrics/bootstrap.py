"""Intervals by the bootstrap: documents are drawn anew, and every figure is worked out again.

It does not know what a figure means. Pages of one document share its fonts and faults, so whole
documents are drawn (Efron 1979; percentile interval).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from vanguard.documents.evaluate.metrics.edits import percentile

Sums = Mapping[str, Sequence[float]]
Figure = Callable[[Sums], float | None]

LEVEL = 0.95


def intervals(
    documents: Sequence[Mapping[str, Sequence[float]]],
    figures: Mapping[str, Figure],
    *,
    draws: int = 1000,
    seed: int = 0,
) -> dict[str, tuple[float, float]]:
    """The interval in which each figure lies in 95 of 100 draws; none for fewer than two documents.

    Args:
        documents: for each document the same names, each with sums that add up over documents.
        draws: how often.
        seed: of the random numbers; the same seed gives the same intervals.
        figures: what is worked out of the sums of all drawn documents; None has no say.
    """
    if len(documents) < 2 or draws < 1:
        return {}
    names = list(documents[0])
    widths = [len(documents[0][name]) for name in names]
    table = np.array([[x for name in names for x in one[name]] for one in documents], dtype=float)
    drawn: dict[str, list[float]] = {name: [] for name in figures}
    shares = np.full(len(documents), 1 / len(documents))
    random = np.random.default_rng(seed)
    for _ in range(draws):
        row = (random.multinomial(len(documents), shares) @ table).tolist()
        sums = _named(row, names, widths)
        for name, figure in figures.items():
            value = figure(sums)
            if value is not None:
                drawn[name].append(value)
    tail = (1 - LEVEL) / 2 * 100
    return {
        name: (percentile(values, tail), percentile(values, 100 - tail))
        for name, values in drawn.items()
        if values
    }


def summed(documents: Sequence[Mapping[str, Sequence[float]]]) -> dict[str, list[float]]:
    """The sums of all documents, of which there is at least one."""
    return {
        name: [sum(column) for column in zip(*(one[name] for one in documents), strict=True)]
        for name in documents[0]
    }


def _named(row: list[float], names: list[str], widths: list[int]) -> dict[str, list[float]]:
    sums, begin = {}, 0
    for name, width in zip(names, widths, strict=True):
        sums[name] = row[begin : begin + width]
        begin += width
    return sums
