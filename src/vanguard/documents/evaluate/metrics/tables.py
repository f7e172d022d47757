"""The tables of one page: how alike they are, in the published way and one to one.

It does not know HTML or normal forms.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from vanguard.documents.evaluate.metrics import assignment, trees
from vanguard.documents.evaluate.metrics.edits import mean
from vanguard.documents.evaluate.metrics.trees import Node, Work

# More tables than this on a page are a reader gone astray; those beyond count as extra ones.
MAX_COMPARED = 50


class TableScores(msgspec.Struct, frozen=True):
    """The scores of one page, 0 to 1; None where the page has no say in them.

    Attributes:
        truth, predicted: how many tables.
        teds: mean over the truth's tables of the best score of any predicted one, as KITAB-Bench
            counts; None without a table in the truth.
        teds_s: the same by structure alone.
        assigned: sum over pairs, one to one, over the larger number of tables: what is extra or
            missing counts 0; None where neither side has a table.
        rough: comparisons of tables too large for the exact distance.
    """

    truth: int
    predicted: int
    teds: float | None = None
    teds_s: float | None = None
    assigned: float | None = None
    rough: int = 0


def compare(predictions: Sequence[Node], truths: Sequence[Node]) -> TableScores:
    """All tables of a page against all tables of its truth."""
    if not truths:
        assigned = 0.0 if predictions else None
        return TableScores(0, len(predictions), assigned=assigned)
    work, few = Work(), predictions[:MAX_COMPARED]
    scores = _likeness(few, truths, work)
    shapes = _likeness(list(map(trees.bare, few)), list(map(trees.bare, truths)), work)
    pairs = assignment.best(scores)
    return TableScores(
        truth=len(truths),
        predicted=len(predictions),
        teds=_best(scores),
        teds_s=_best(shapes),
        assigned=sum(max(scores[row][column], 0.0) for row, column in pairs.items())
        / max(len(truths), len(predictions)),
        rough=work.rough,
    )


def _likeness(predictions: Sequence[Node], truths: Sequence[Node], work: Work) -> list[list[float]]:
    """A row for each table of the truth."""
    return [[trees.teds(one, truth, work) for one in predictions] for truth in truths]


def _best(scores: list[list[float]]) -> float:
    # a table that shares nothing may have a score below 0, which the published scorer counts as 0
    return mean([max(0.0, *row) if row else 0.0 for row in scores])
