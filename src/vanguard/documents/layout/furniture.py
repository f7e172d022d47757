"""What runs around a page's text: headers and footers, by place, gap and rule.

It does not know letters, or other pages of the same file.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from vanguard.documents.images.ink import median_height
from vanguard.documents.images.sheet import Sheet
from vanguard.documents.page import Box
from vanguard.documents.tables.pieces import Band, find_bands

_HEAD, _FOOT = 0.14, 0.87  # of the page's height
_ONE_LINE = 2.3  # heights of writing
_APART = 3.0  # pieces of one line that say different things
_NARROW = 0.6  # of the text's width
_GAP = 1.4  # times the usual gap between lines
_LEAST_GAP = 0.9  # heights of writing
_RULE = 0.5  # of the text's width
_SMALLER = 0.88  # of the letters beside it: small print
_SMALL_GAP = 0.5  # heights of writing, from there on

Where = Literal["header", "footer"]


@dataclass(frozen=True)
class Furniture:
    """One piece of it, in pixels."""

    where: Where
    box: Box


def find_furniture(page: Sheet) -> tuple[Furniture, ...]:
    """Headers, then footers, each from the right."""
    high, wide = page.ink.shape
    bands = find_bands(page.ink, page.height, Box(0, 0, wide, high))
    if len(bands) < 3:
        return ()
    text = _extent(bands)
    usual = _usual_gap(bands)
    found = []
    if bands[0].bottom < _HEAD * high and _is_apart(page, bands[0], bands[1], text, usual):
        found += [Furniture("header", box) for box in _pieces(bands[0], page.height)]
    if bands[-1].top > _FOOT * high and _is_apart(page, bands[-1], bands[-2], text, usual):
        found += [Furniture("footer", box) for box in _pieces(bands[-1], page.height)]
    return tuple(found)


def _extent(bands: list[Band]) -> tuple[float, float]:
    return (
        min(band.pieces[0][0] for band in bands),
        max(band.pieces[-1][1] for band in bands),
    )


def _usual_gap(bands: list[Band]) -> float:
    gaps = [after.top - before.bottom for before, after in itertools.pairwise(bands)]
    return float(np.median(gaps))


def _is_apart(
    page: Sheet, band: Band, beside: Band, text: tuple[float, float], usual: float
) -> bool:
    """Whether a line at the page's edge is apart from the text beside it."""
    width = text[1] - text[0]
    upper, lower = (band, beside) if band.top < beside.top else (beside, band)
    gap = lower.top - upper.bottom
    if band.bottom - band.top > _ONE_LINE * page.height:
        return False
    for rule in page.rules.across:
        if upper.bottom - 3 <= rule.top and rule.bottom <= lower.top + 3:
            return rule.width > _RULE * width
    # a larger line is a title
    if band.bottom - band.top > 1.25 * _ONE_LINE * page.height / 1.5:
        return False
    filled = sum(box.width for box in _pieces(band, page.height))
    if filled >= _NARROW * width:
        return False
    if _letters(page, band) < _SMALLER * _letters(page, beside):
        return gap >= _SMALL_GAP * page.height
    return gap >= max(_GAP * usual, _LEAST_GAP * page.height)


def _letters(page: Sheet, band: Band) -> float:
    """How high the letters of a row are, in pixels; 0 where there are none."""
    part = np.ascontiguousarray(page.ink[int(band.top) : int(band.bottom)])
    count, _, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8)
    return median_height(stats[1:]) if count > 1 else 0.0


def _pieces(band: Band, height: float) -> list[Box]:
    joined: list[tuple[float, float]] = []
    for begin, end in band.pieces:
        if joined and begin - joined[-1][1] < _APART * height:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((begin, end))
    rim = height / 3
    return [
        Box(max(0, begin - rim), max(0, band.top - rim), end + rim, band.bottom + rim)
        for begin, end in reversed(joined)
    ]
