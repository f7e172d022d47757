"""Rows of writing and the pieces in them, apart from each other by more than a word's space.

It does not know whether they are cells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vanguard.documents.images.ink import Ink
from vanguard.documents.page import Box

Span = tuple[float, float]

_SPACE = 1.5  # heights of writing: wider white parts two pieces
_DUST = 0.1
_THIN, _NEAR = 0.5, 0.3


@dataclass(frozen=True)
class Band:
    """A row of writing: where it is, and its pieces from left to right."""

    top: float
    bottom: float
    pieces: tuple[Span, ...]


def find_bands(ink: Ink, height: float, area: Box) -> list[Band]:
    """Rows of writing between rows of white, over the whole width of the area."""
    left, top = int(area.left), int(area.top)
    part = np.asarray(ink[top : int(area.bottom), left : int(area.right)] > 0)
    bands = []
    for first, last in _with_dots(_runs(part.sum(axis=1), _DUST * height), height):
        if last - first < 0.25 * height:
            continue
        filled = np.asarray(part[first:last].any(axis=0))
        pieces = _joined(_runs(filled, 0), _SPACE * height)
        kept = [(a + left, b + left) for a, b in pieces if b - a > 0.2 * height]
        if kept:
            bands.append(Band(float(first + top), float(last + top), tuple(kept)))
    return bands


def _with_dots(runs: list[tuple[int, int]], height: float) -> list[tuple[int, int]]:
    """Rows with the dots and tails that a thin white line parts from them."""
    joined: list[tuple[int, int]] = []
    for begin, end in runs:
        thin = joined and min(end - begin, joined[-1][1] - joined[-1][0]) < _THIN * height
        if thin and begin - joined[-1][1] < _NEAR * height:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((begin, end))
    return joined


def _runs(profile: np.ndarray, more_than: float) -> list[tuple[int, int]]:
    filled = np.greater(profile, more_than).astype(np.int8)
    turns = np.flatnonzero(np.diff(np.concatenate(([0], filled, [0]))))
    return list(zip(turns[::2].tolist(), turns[1::2].tolist(), strict=True))


def _joined(runs: list[tuple[int, int]], near: float) -> list[Span]:
    joined: list[Span] = []
    for begin, end in runs:
        if joined and begin - joined[-1][1] < near:
            joined[-1] = (joined[-1][0], float(end))
        else:
            joined.append((float(begin), float(end)))
    return joined
