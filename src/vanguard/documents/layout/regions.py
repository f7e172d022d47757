"""A page parted into regions, in the order in which they are read: text, tables, figures, furniture.

It does not know letters; what a text region's lines are is found when they are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vanguard.documents.images.sheet import Sheet
from vanguard.documents.layout.columns import find_columns, gaps
from vanguard.documents.layout.figures import find_figures, shared
from vanguard.documents.layout.furniture import find_furniture
from vanguard.documents.page import Box, Direction
from vanguard.documents.tables.grid import Grid
from vanguard.documents.tables.gutters import find_borderless
from vanguard.documents.tables.ruled import find_ruled, frames

_GOES_ON = 12.0  # heights of writing beyond a table: some lines of a column
_GAP, _LINES = 1.5, 3
_WIDE = 0.55  # of the text's width: columns end at a table that is as wide
_TINT = 3  # grey levels: paper darker than the page's by so much is shaded
_DRAWN = 0.12  # of a frame: with so much large ink in it, it is a figure's
_SLIM = 0.62  # of the column beside it: a column that is so narrow is a note at the side
_ASIDE = 0.55  # of the text's width: a wider shaded region is no sidebar

What = Literal["text", "table", "figure", "header", "footer"]


@dataclass(frozen=True)
class Region:
    """A part of a page, in pixels.

    Attributes:
        grid: of a table.
        aside: shaded or framed text beside the page's own.
    """

    what: What
    box: Box
    grid: Grid | None = None
    aside: bool = False


@dataclass(frozen=True, eq=False)
class Plan:
    """Regions in reading order, and the page with nothing but what text regions say."""

    regions: tuple[Region, ...]
    text: Sheet


def find_regions(page: Sheet, direction: Direction = "rtl") -> Plan:
    """All regions of a page."""
    grids = list(find_ruled(page.rules, page.height))
    framed = tuple(frames(page.rules, page.height))
    figures = _whole_figures(
        find_figures(page.raster.grey, page.rules, page.height),
        (*framed, *(one.box for one in grids)),
    )
    grids = [grid for grid in grids if not any(shared(grid.box, one) > 0.5 for one in figures)]
    boxes = tuple(grid.box for grid in grids)
    rest = page.without((*boxes, *figures))
    furniture = find_furniture(rest)
    rest = rest.without(tuple(one.box for one in furniture))
    for area in _areas(rest, (*boxes, *figures), direction):
        more = [
            grid
            for grid in find_borderless(rest.ink, rest.rules, rest.height, area)
            if not _within_columns(rest, grid.box)
        ]
        grids += more
        rest = rest.without(tuple(grid.box for grid in more))
    solids = [Region("figure", box) for box in figures]
    solids += [Region("table", grid.box, grid) for grid in grids]
    around = [Region(one.where, one.box) for one in furniture]
    middle = _ordered(rest, solids, framed, direction)
    regions = (
        *(region for region in around if region.what == "header"),
        *middle,
        *(region for region in around if region.what == "footer"),
    )
    return Plan(regions, rest)


def _whole_figures(parts: tuple[Box, ...], drawn: tuple[Box, ...]) -> tuple[Box, ...]:
    """Figures with the frame or the axes that are drawn around them."""
    found: list[Box] = []
    for part in parts:
        around = [one for one in drawn if shared(one, part) > 0.9 and one.width * one.height > 0]
        large = [
            one
            for one in around
            if sum(p.width * p.height for p in parts if shared(one, p) > 0.9)
            > _DRAWN * one.width * one.height
        ]
        box = max(large, key=lambda one: one.width * one.height, default=part)
        if not any(shared(box, one) > 0.9 for one in found):
            found.append(box)
    return tuple(found)


def _areas(page: Sheet, solids: tuple[Box, ...], direction: Direction) -> Iterator[Box]:
    """Where tables are looked for: between what is known, first over the whole width."""
    high, wide = page.ink.shape
    whole = Box(0, 0, wide, high)
    yield whole
    yield from find_columns(_with_solids(page, list(solids)), page.height, direction)


def _within_columns(page: Sheet, grid: Box) -> bool:
    """Whether this is a stretch of columns of text, whose lines are level by chance.

    Some lines above it or below it stand apart at a place where its own do.
    """
    left, right = int(grid.left), int(grid.right)
    own = _gutters(page, Box(left, grid.top, right, grid.bottom))
    reach = _GOES_ON * page.height
    around = (
        Box(left, max(0.0, grid.top - reach), right, grid.top),
        Box(left, grid.bottom, right, grid.bottom + reach),
    )
    return any(bool((own & _gutters(page, one)).any()) for one in around)


def _gutters(page: Sheet, box: Box) -> NDArray[np.bool_]:
    """Pixels of its width that are in a white gap between several lines on either side."""
    part = page.ink[int(box.top) : int(box.bottom), int(box.left) : int(box.right)] > 0
    found = np.zeros(int(box.right) - int(box.left), np.bool_)
    for begin, end in gaps(part.sum(axis=0), _GAP * page.height, 0.0):
        sides = (part[:, :begin], part[:, end:])
        if all(_lines(side) >= _LINES for side in sides):
            found[begin:end] = True
    return found


def _lines(part: NDArray[np.bool_]) -> int:
    """Stretches of rows with ink."""
    rows = np.concatenate(([False], part.any(axis=1))).astype(np.int8)
    return int((np.diff(rows) == 1).sum())


def _with_solids(page: Sheet, boxes: list[Box]) -> np.ndarray:
    ink = page.ink.copy()
    for box in boxes:
        ink[int(box.top) : int(box.bottom), int(box.left) : int(box.right)] = 255
    return ink


def _ordered(
    page: Sheet, solids: list[Region], framed: tuple[Box, ...], direction: Direction
) -> list[Region]:
    """Text and solids between solids that are as wide as the page."""
    high, wide = page.ink.shape
    extent = page.tight(Box(0, 0, wide, high))
    boxes = [solid.box for solid in solids] + ([extent] if extent is not None else [])
    if not boxes:
        return []
    width = max(box.right for box in boxes) - min(box.left for box in boxes)
    broad = sorted(
        (solid for solid in solids if solid.box.width > _WIDE * width),
        key=lambda solid: solid.box.top,
    )
    narrow = [solid for solid in solids if solid not in broad]
    found: list[Region] = []
    top = 0.0
    for solid in broad:
        found += _band(page, Box(0, top, wide, solid.box.top), narrow, framed, direction)
        found.append(solid)
        top = max(top, solid.box.bottom)
    return found + _band(page, Box(0, top, wide, high), narrow, framed, direction)


def _band(
    page: Sheet, band: Box, solids: list[Region], framed: tuple[Box, ...], direction: Direction
) -> list[Region]:
    here = [one for one in solids if band.top <= (one.box.top + one.box.bottom) / 2 < band.bottom]
    ink = _with_solids(page, [one.box for one in here])
    ink[: int(band.top)] = 0
    ink[int(band.bottom) :] = 0
    columns = find_columns(ink, page.height, direction)
    left = min((box.left for box in columns), default=0.0)
    right = max((box.right for box in columns), default=0.0)
    slim = _slim(columns, page.height)
    found: list[Region] = []
    for box in columns:
        narrow = box.width < _ASIDE * (right - left) and any(
            min(box.bottom, other.bottom) - max(box.top, other.top) > page.height
            for other in columns
            if other is not box
        )
        marked = _tinted(page, box) or any(shared(box, one) > 0.8 for one in framed)
        aside = (narrow and marked) or (slim is not None and shared(box, slim) > 0.9)
        found += _split(page, box, here, aside=aside)
    # a note at the side is read after the text beside which it stands
    return [one for one in found if not one.aside] + [one for one in found if one.aside]


def _slim(boxes: Sequence[Box], height: float) -> Box | None:
    """The narrow one of two columns of unlike width that stand beside each other."""
    columns: list[Box] = []
    for box in sorted(boxes, key=lambda one: one.left):
        if columns and box.left < columns[-1].right:
            columns[-1] = columns[-1].around(box)
        else:
            columns.append(box)
    if len(columns) != 2:
        return None
    small, large = sorted(columns, key=lambda one: one.width)
    beside = min(small.bottom, large.bottom) - max(small.top, large.top)
    if small.width > _SLIM * large.width or beside < 4 * height:
        return None
    return small


def _split(page: Sheet, box: Box, solids: list[Region], *, aside: bool) -> Iterator[Region]:
    """A column above, at and below each solid in it."""
    top = box.top
    inside = [one for one in solids if shared(one.box, box) > 0.5]
    for solid in sorted(inside, key=lambda one: one.box.top):
        if solid.box.top > top:
            yield from _text(page, Box(box.left, top, box.right, solid.box.top), aside=aside)
        yield solid
        top = max(top, solid.box.bottom)
    if top < box.bottom:
        yield from _text(page, Box(box.left, top, box.right, box.bottom), aside=aside)


def _text(page: Sheet, box: Box, *, aside: bool) -> Iterator[Region]:
    tight = page.tight(box)
    if tight is not None and tight.height > 0.3 * page.height:
        yield Region("text", tight, aside=aside)


def _tinted(page: Sheet, box: Box) -> bool:
    grey = page.raster.grey
    part = grey[int(box.top) : int(box.bottom), int(box.left) : int(box.right)]
    if part.size == 0:
        return False
    return float(np.percentile(part, 75)) < float(np.percentile(grey, 75)) - _TINT
