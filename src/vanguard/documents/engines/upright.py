"""Finds the page in its picture: the sheet in a photograph, and which of its sides is up.

It does not know what is written, but for how sure an engine is of some lines read both ways. A page is
turned only when its lines are read well the other way and badly as it lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vanguard.documents.engines.contract import Engine
from vanguard.documents.engines.strips import Measure, read_strip, usual_height
from vanguard.documents.images.pose.flat import flattened, on_its_head, original_of, turned
from vanguard.documents.images.pose.outline import find_outline
from vanguard.documents.images.pose.stance import stance
from vanguard.documents.images.prepare import Prepared, prepare
from vanguard.documents.images.raster import Raster
from vanguard.documents.images.sheet import sheet
from vanguard.documents.images.strips import Strip, find_strips
from vanguard.documents.page import POINTS_PER_INCH, Box, Original

# Lines run down a page of which `across` is less: those that stand have -.2 and more, see `stance`. Confidence
# does not tell: letters across lines are read here and there, and surely.
_DOWN = -0.5
# A page that stands is looked at where `upright` is less: most Latin ones, and few Arabic ones.
_UPRIGHT = 0.25
_LINES = 4
_BAND = 30.0  # heights of writing: of so much of a line is read
_LONG = 0.6  # of the longest line there
_ROOM = 1.35  # heights of a line, with the white around it
_LETTERS = 0.8  # in a height of writing, along a line: with fewer it is not the line that was read
# How sure engines are: of most upright lines .45 to .95, of the same on their heads .1 to .4.
_CLEARLY, _WELL, _BETTER_BY = 0.6, 0.45, 0.2


@dataclass(frozen=True)
class Upright:
    """A page as it is read.

    Attributes:
        prepared: places on it are points of the upright, flat page.
        size: of that page, width and height in points.
        original: where it lay; None where it did as it is read.
    """

    prepared: Prepared
    size: tuple[float, float]
    original: Original | None


def upright(page: Raster, engines: Sequence[Engine]) -> Upright:
    """The page prepared for reading, flat and with its upper side up.

    Args:
        page: as it was taken.
        engines: read some lines where it is in doubt which side is up; whoever is surest counts.
    """
    corners = find_outline(page.grey)
    flat = page if corners is None else flattened(page, corners)
    steps = () if corners is None else ("cut out of a photograph and flattened",)
    quarters, prepared = _laid(flat, engines)
    if quarters:
        steps = (*steps, f"turned by {90 * quarters} degrees clockwise")
    original = original_of(page, corners, quarters)
    prepared = replace(prepared, steps=(*steps, *prepared.steps))
    return Upright(prepared, _size(flat, quarters), original)


def _laid(flat: Raster, engines: Sequence[Engine]) -> tuple[int, Prepared]:
    """By how many quarters the page has to be turned, and the page so."""
    seen, prepared = stance(flat.grey), prepare(flat)
    if seen is None or (seen.across >= _DOWN and seen.upright >= _UPRIGHT):
        return 0, prepared
    if seen.across >= _DOWN:
        lines = _sample(prepared)
        given = _sure(lines, engines)
        if given >= _CLEARLY or not _better(_sure(_on_head(lines), engines), given):
            return 0, prepared
        return 2, _other_way_up(prepared, _size(flat, 0))
    side = prepare(turned(flat, 1))
    lines = _sample(side)
    one, three = _sure(lines, engines), _sure(_on_head(lines), engines)
    if _better(one, three):
        return 1, side
    if _better(three, one):
        return 3, _other_way_up(side, _size(flat, 1))
    return 0, prepared


def _better(sure: float, than: float) -> bool:
    return sure >= _WELL and sure >= than + _BETTER_BY


def _other_way_up(page: Prepared, size: tuple[float, float]) -> Prepared:
    return replace(page, raster=on_its_head(page.raster, size))


def _size(flat: Raster, quarters: int) -> tuple[float, float]:
    height, width = (side * POINTS_PER_INCH / flat.dots_per_inch for side in flat.grey.shape)
    return (height, width) if quarters % 2 else (width, height)


def _sample(prepared: Prepared) -> list[Strip]:
    """Pieces of some long lines, from where most is written."""
    page = None if prepared.blank else sheet(prepared.raster)
    if page is None:
        return []
    high, wide = page.ink.shape
    band = max(1, round(_BAND * page.height))
    begins = range(0, wide, band)
    begin = max(begins, key=lambda at: int(np.count_nonzero(page.ink[:, at : at + band])))
    area = Box(float(begin), 0.0, float(min(wide, begin + band)), float(high))
    strips = find_strips(page.grey, page.ink, page.height, area)
    longest = max((one.box.width for one in strips), default=0.0)
    long = [one for one in strips if one.box.width >= _LONG * longest]
    step = max(1, len(long) // _LINES)
    return long[step // 2 :: step][:_LINES]


def _on_head(strips: Sequence[Strip]) -> list[Strip]:
    return [replace(one, grey=np.ascontiguousarray(one.grey[::-1, ::-1])) for one in strips]


def _sure(strips: Sequence[Strip], engines: Sequence[Engine]) -> float:
    """How sure the surest engine is of some lines, 0 to 1; 0 where nothing is read."""
    if not strips:
        return 0.0
    measure = Measure(_ROOM * usual_height(strips))
    sure = (max(_line(engine, one, measure) for engine in engines) for one in strips)
    return sum(sure) / len(strips)


def _line(engine: Engine, strip: Strip, measure: Measure) -> float:
    line = read_strip(engine, strip, measure)
    if line is None:
        return 0.0
    # of a letter or two on much ink engines are sure, too
    letters = sum(len(word.text) for word in line.words)
    wanted = max(1.0, _LETTERS * strip.box.width / strip.box.height)
    return (line.confidence or 0.0) * min(1.0, letters / wanted)
