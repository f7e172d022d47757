"""Pairs two lists one to one so that the sum of their likenesses is greatest.

It does not know what is alike. The Hungarian method with potentials (Kuhn 1955, Munkres 1957).
"""

from __future__ import annotations

from collections.abc import Sequence

# The method is cubic; nobody's page has more tables.
MAX_SIDE = 200
_FAR = float("inf")


def best(likeness: Sequence[Sequence[float]]) -> dict[int, int]:
    """Which column belongs to each row; rows that no column is left for are not there.

    Args:
        likeness: rows of one length; at most `MAX_SIDE` rows and columns are looked at.
    """
    rows = [list(row[:MAX_SIDE]) for row in likeness[:MAX_SIDE]]
    if not rows or not rows[0]:
        return {}
    if len(rows) > len(rows[0]):
        turned = best([list(column) for column in zip(*rows, strict=True)])
        return {row: column for column, row in turned.items()}
    owner = _matched([[-value for value in row] for row in rows])
    return {row - 1: column - 1 for column, row in enumerate(owner) if row and column}


def _matched(cost: list[list[float]]) -> list[int]:
    """For each column, from 1, its row, from 1; 0 for none. Not more rows than columns."""
    rows, columns = len(cost), len(cost[0])
    of_row, of_column = [0.0] * (rows + 1), [0.0] * (columns + 1)
    owner = [0] * (columns + 1)
    for row in range(1, rows + 1):
        owner[0] = row
        came = _path(cost, of_row, of_column, owner)
        column = came[-1]
        while column:
            owner[column] = owner[came[column]]
            column = came[column]
    return owner


def _path(
    cost: list[list[float]], of_row: list[float], of_column: list[float], owner: list[int]
) -> list[int]:
    """The cheapest way from the row in `owner[0]` to a free column, which stands last."""
    columns = len(cost[0])
    near, came = [_FAR] * (columns + 1), [0] * (columns + 1)
    used = [False] * (columns + 1)
    column = 0
    while True:
        used[column] = True
        row, step, following = owner[column], _FAR, 0
        for other in range(1, columns + 1):
            if used[other]:
                continue
            reduced = cost[row - 1][other - 1] - of_row[row] - of_column[other]
            if reduced < near[other]:
                near[other], came[other] = reduced, column
            if near[other] < step:
                step, following = near[other], other
        for other in range(columns + 1):
            if used[other]:
                of_row[owner[other]] += step
                of_column[other] -= step
            else:
                near[other] -= step
        column = following
        if not owner[column]:
            return [*came, column]
