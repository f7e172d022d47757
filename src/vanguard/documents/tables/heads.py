"""Heads of two rows: a name over several columns, their names below it, the others beside both.

It does not know where rows are found.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from vanguard.documents.page import Box
from vanguard.documents.tables.grid import Grid, Place
from vanguard.documents.tables.pieces import Band, Span

_DOT = 0.4  # of the row's height
_NOWHERE = Box(0, 0, 0, 0)


def head_rows(grid: Grid) -> int:
    """How many rows at the top name columns."""
    if grid.rows < 2:
        return 0
    spans = [place.row_span for place in grid.places if place.row == 0]
    return min(max(spans, default=1), grid.rows - 1)


def stacked_head(rows: list[list[Band]], gutters: tuple[Span, ...]) -> tuple[Place, ...]:
    """Places of a head whose first three rows of writing are two rows of cells; else none.

    What stands beside both rows is set between them, so that it is a row of writing of its own.
    Boxes are not filled in.
    """
    if len(rows) < 4:
        return ()
    over, beside, below = ([_columns(one, gutters) for one in _names(row)] for row in rows[:3])
    aside = {column for begin, end in beside for column in range(begin, end)}
    named = {column for begin, end in below for column in range(begin, end)}
    if aside & named or len(aside | named) != len(gutters) + 1:
        return ()
    if any(end - begin > 1 for begin, end in (*beside, *below)):
        return ()
    places = [Place(0, begin, _NOWHERE, 2) for begin, _ in beside]
    places += [Place(1, begin, _NOWHERE) for begin, _ in below]
    groups = _groups(sorted(named))
    for begin, end in groups:
        inside = [one for one in over if begin <= one[0] and one[1] <= end]
        if len(inside) != 1:
            return ()
        places.append(Place(0, begin, _NOWHERE, 1, end - begin))
    if len(over) != len(groups):
        return ()
    return tuple(sorted(places, key=lambda place: (place.row, place.column)))


def _names(row: list[Band]) -> list[Span]:
    """Pieces of a row, without dots of the rows above and below that reach into it."""
    return [
        piece
        for band in row
        for piece in band.pieces
        if piece[1] - piece[0] > _DOT * (band.bottom - band.top)
    ]


def _columns(piece: Span, gutters: tuple[Span, ...]) -> tuple[int, int]:
    """The first column that a piece covers, and the one after its last."""
    middles = [(low + high) / 2 for low, high in gutters]
    return (
        int(np.searchsorted(middles, piece[0])),
        int(np.searchsorted(middles, piece[1])) + 1,
    )


def _groups(columns: list[int]) -> list[tuple[int, int]]:
    """Columns that stand side by side, from and to."""
    if not columns:
        return []
    ends = [before + 1 for before, after in pairwise(columns) if after > before + 1]
    begins = [after for before, after in pairwise(columns) if after > before + 1]
    return list(zip([columns[0], *begins], [*ends, columns[-1] + 1], strict=True))
