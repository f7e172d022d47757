"""Tables without rules between columns: rows of short pieces, and gutters white in all rows.

It does not know letters. Columns of prose are no table: their pieces are long.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from vanguard.documents.images.ink import Ink
from vanguard.documents.images.rules import Rules
from vanguard.documents.page import Box
from vanguard.documents.tables.grid import Grid, Place
from vanguard.documents.tables.heads import stacked_head
from vanguard.documents.tables.pieces import Band, Span, find_bands

_GUTTER = 1.1  # heights of writing: what is white over all rows
_ROW_GAP = 4.0  # rows farther apart are no neighbours
_HEAD_GAP = 3.0
_HEAD_ROW_GAP = 1.2
_HEAD_CELL = 24.0  # a name may stand over several columns
_CELL = 14.0  # longer pieces are prose
_CELL_OF_TWO = 9.0  # and with two columns alone
_FILLED = 0.72  # of the width: fuller rows are prose
_LONG = 9.0
# For each space at a gutter so many beside it, and about as wide: words that stand far apart. Over 30 runs of
# 10 pages tables had none, prose in narrow justified columns and in typewriter faces had 1 to 4.
_BESIDE, _AS_WIDE = 0.5, 0.6
_LEAST_ROWS = 3
_HEAD_ROWS = 2
_MOST_BANDS = 300


@dataclass(frozen=True)
class Run:
    """Rows of which each leaves the gutters white."""

    begin: int
    end: int
    gutters: tuple[Span, ...]

    @property
    def worth(self) -> int:
        """How much table it is."""
        return (self.end - self.begin - 1) * len(self.gutters)


def find_borderless(ink: Ink, rules: Rules, height: float, area: Box) -> list[Grid]:
    """Tables within an area, from the top down.

    Args:
        ink: without rules and without what is read otherwise.
        rules: of which those across may part rows.
        height: of the writing, in pixels.
        area: in pixels.
    """
    bands = find_bands(ink, height, area)[:_MOST_BANDS]
    found: list[Grid] = []
    begin = 0
    while begin < len(bands):
        run = _best_run(bands, begin, height)
        if run is None:
            break
        run = _with_foot(bands, _with_head(bands, run, height, begin), height)
        rows = bands[run.begin : run.end]
        found.append(_grid(rows, _needed(rows, run.gutters), rules, area))
        begin = run.end
    return found


def _white(band: Band) -> list[Span]:
    ends = [-np.inf, *(end for _, end in band.pieces)]
    begins = [*(begin for begin, _ in band.pieces), np.inf]
    return list(zip(ends, begins, strict=True))


def _best_run(bands: list[Band], first: int, height: float) -> Run | None:
    """The largest table that starts at the earliest row from which there is one."""
    best: Run | None = None
    for begin in range(first, len(bands)):
        if best is not None and begin >= best.end:
            break
        for run in _runs_from(bands, begin, height):
            better = best is None or run.worth > best.worth
            if not better or not _is_table(bands[run.begin : run.end], run.gutters, height):
                continue
            # short lines at the ends of paragraphs look like a table where columns of prose go on
            if not _is_prose(*_going_on(bands, run, height), height):
                best = run
    return best


def _runs_from(bands: list[Band], begin: int, height: float) -> list[Run]:
    gutters = [(a, b) for (_, a), (b, _) in pairwise(bands[begin].pieces)]
    runs = []
    for end in range(begin + 1, len(bands)):
        band = bands[end]
        if band.top - bands[end - 1].bottom > _ROW_GAP * height:
            break
        left = [
            (max(a, c), min(b, d))
            for a, b in gutters
            for c, d in _white(band)
            if min(b, d) - max(a, c) >= _GUTTER * height
        ]
        # a line of prose that leaves a gutter free by chance ends the table
        if not left or (len(left) < len(gutters) and len(band.pieces) < 2):
            break
        gutters = left
        runs.append(Run(begin, end + 1, tuple(gutters)))
    return [run for run in runs if run.end - run.begin >= _LEAST_ROWS]


def _going_on(bands: list[Band], run: Run, height: float) -> tuple[list[Band], tuple[Span, ...]]:
    """The run with all rows above and below that leave one of its gutters white, and which."""
    left = list(run.gutters)
    least = max(1, len(left) - 1)
    begin, end = run.begin, run.end
    while begin > 0 and len(kept := _kept(left, bands[begin - 1], height)) >= least:
        left, begin = kept, begin - 1
    while end < len(bands) and len(kept := _kept(left, bands[end], height)) >= least:
        left, end = kept, end + 1
    return bands[begin:end], tuple(left)


def _kept(gutters: list[Span], band: Band, height: float) -> list[Span]:
    """Gutters that have writing on both sides in this row, too."""
    first, last = band.pieces[0][0], band.pieces[-1][1]
    return [
        (max(a, c), min(b, d))
        for a, b in gutters
        for c, d in _white(band)
        if min(b, d) - max(a, c) >= _GUTTER * height and first < a and b < last
    ]


def _is_table(bands: list[Band], gutters: tuple[Span, ...], height: float) -> bool:
    widths = [b - a for band in bands for a, b in band.pieces]
    longest = _CELL if len(gutters) > 1 else _CELL_OF_TWO
    full = sum(len(band.pieces) > 1 for band in bands)
    if float(np.median(widths)) > longest * height or full < 0.6 * len(bands):
        return False
    return not (_is_spaced(bands, gutters) or _is_prose(bands, gutters, height))


def _is_spaced(bands: list[Band], gutters: tuple[Span, ...]) -> bool:
    """Lines of words that stand far apart: some spaces lie below each other by chance, the others do not."""
    middles = [(low + high) / 2 for low, high in gutters]
    there: list[float] = []
    beside: list[float] = []
    for band in bands:
        for (_, end), (begin, _) in pairwise(band.pieces):
            at_gutter = any(end <= middle <= begin for middle in middles)
            (there if at_gutter else beside).append(begin - end)
    if not there or len(beside) < _BESIDE * len(there):
        return False
    return bool(np.median(beside) > _AS_WIDE * np.median(there))


def _is_prose(bands: list[Band], gutters: tuple[Span, ...], height: float) -> bool:
    """Columns of text side by side: lines fill their rows, or end where the others in them end."""
    wide = _width(bands)
    filled = [sum(b - a for a, b in band.pieces) / wide for band in bands]
    if float(np.median(filled)) > _FILLED:
        return True
    middles = [-np.inf, *((a + b) / 2 for a, b in gutters), np.inf]
    columns = 0
    for low, high in pairwise(middles):
        pieces = [[(a, b) for a, b in band.pieces if low <= (a + b) / 2 < high] for band in bands]
        widths = [row[-1][1] - row[0][0] for row in pieces if row]
        if not widths or max(widths) < _LONG * height:
            continue
        full = sum(width > 0.8 * max(widths) for width in widths)
        longer = max(widths) > _CELL * height
        columns += full >= (max(2.0, 0.2 * len(widths)) if longer else 0.5 * len(widths))
    return columns > 1


def _width(bands: list[Band]) -> float:
    """From the leftmost ink to the rightmost, in pixels."""
    return max(band.pieces[-1][1] for band in bands) - min(band.pieces[0][0] for band in bands)


def _with_head(bands: list[Band], run: Run, height: float, first: int) -> Run:
    """The run with the row of names above it, of which some may stand over two columns."""
    begin = run.begin
    while begin > first and run.begin - begin < 3:
        band = bands[begin - 1]
        near = bands[begin].top - band.bottom < _HEAD_GAP * height
        short = max(b - a for a, b in band.pieces) < _HEAD_CELL * height
        # names in two rows stand closer than a caption does
        close = bands[begin].top - band.bottom < _HEAD_ROW_GAP * height
        if not (near and short and (close or len(band.pieces) > 1)):
            break
        begin -= 1
    return Run(begin, run.end, run.gutters)


def _with_foot(bands: list[Band], run: Run, height: float) -> Run:
    """The run with the row of totals below it, whose numbers are wider than those above."""
    end = run.end
    middles = [(low + high) / 2 for low, high in run.gutters]
    while end < len(bands):
        band = bands[end]
        near = band.top - bands[end - 1].bottom <= _ROW_GAP * height
        fits = not any(a < middle < b for a, b in band.pieces for middle in middles)
        if not (near and fits and len(band.pieces) > 1):
            break
        end += 1
    return Run(run.begin, end, run.gutters)


def _needed(bands: list[Band], gutters: tuple[Span, ...]) -> tuple[Span, ...]:
    """Gutters without those that part a column's name from its cells, which stand to one side."""
    kept = list(gutters)
    index = 0
    while index < len(kept):
        lines = [-np.inf, *((low + high) / 2 for low, high in kept), np.inf]
        left, right = (
            {
                row
                for row, band in enumerate(bands)
                if any(lines[at] <= (a + b) / 2 < lines[at + 1] for a, b in band.pieces)
            }
            for at in (index, index + 1)
        )
        few = min((left, right), key=len)
        if left & right or not few or max(few) > _HEAD_ROWS:
            index += 1
        else:
            kept.pop(index)
            index = max(0, index - 1)
    return tuple(kept) if kept else gutters


def _grid(bands: list[Band], gutters: tuple[Span, ...], rules: Rules, area: Box) -> Grid:
    left = min(a for band in bands for a, _ in band.pieces)
    right = max(b for band in bands for _, b in band.pieces)
    xs = [left, *((a + b) / 2 for a, b in gutters), right]
    rows = _rows(bands, rules, left, right)
    # a rule below the head makes one row of it
    apart = [[band] for band in rows[0]] + rows[1:]
    head = stacked_head(apart, gutters)
    if head:
        rows = [apart[0], *apart[2:]]
    ys = [
        rows[0][0].top,
        *((a[-1].bottom + b[0].top) / 2 for a, b in pairwise(rows)),
        rows[-1][-1].bottom,
    ]
    places = []
    for place in head:
        box = Box(
            xs[place.column],
            ys[place.row],
            xs[place.column + place.column_span],
            ys[place.row + place.row_span],
        )
        places.append(replace(place, box=box))
    for row, parts in enumerate(rows):
        if head and row < _HEAD_ROWS:
            continue
        for begin, end in _covered(parts, gutters):
            box = Box(xs[begin], ys[row], xs[end], ys[row + 1])
            places.append(Place(row, begin, box, 1, end - begin))
    rim = Box(
        max(area.left, left - 2), ys[0] - 1, min(area.right, right + 2), min(area.bottom, ys[-1])
    )
    return Grid(len(rows), len(xs) - 1, tuple(places), rim)


def _rows(bands: list[Band], rules: Rules, left: float, right: float) -> list[list[Band]]:
    """Bands between two rules are lines of one row, where there is a rule for most rows."""
    ys = [
        (rule.top + rule.bottom) / 2
        for rule in rules.across
        if min(rule.right, right) - max(rule.left, left) > 0.7 * (right - left)
        and bands[0].bottom <= rule.top
        and rule.bottom <= bands[-1].top + 1
    ]
    if len(ys) < 0.5 * (len(bands) - 1):
        return [[band] for band in bands]
    rows: list[list[Band]] = [[bands[0]]]
    for before, band in pairwise(bands):
        if any(before.bottom - 1 <= y <= band.top + 1 for y in ys):
            rows.append([band])
        else:
            rows[-1].append(band)
    return rows


def _covered(parts: list[Band], gutters: tuple[Span, ...]) -> list[tuple[int, int]]:
    """Columns from and to: a piece that lies over a gutter makes one cell of both sides."""
    crossed = [
        any(a < (low + high) / 2 < b for band in parts for a, b in band.pieces)
        for low, high in gutters
    ]
    cells = [(0, 1)]
    for column, over in enumerate(crossed, start=1):
        if over:
            cells[-1] = (cells[-1][0], column + 1)
        else:
            cells.append((column, column + 1))
    return cells
