"""Where each word of a page stands: boxes where the reader gave some, a fair share of the line where not.

It does not know PDF. Boxes come out inside the page, with a width and a height above nothing.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import groupby
from typing import NamedTuple

from vanguard.documents.formats.text import clean
from vanguard.documents.page import Block, Box, Direction, Line, Page

_LEAST = 0.5


class PlacedWord(NamedTuple):
    """A clean text with something in it, from `left` to `right`."""

    text: str
    left: float
    right: float


class PlacedLine(NamedTuple):
    """Words from left to right, as they are looked at; the line's direction says how they are read."""

    words: list[PlacedWord]
    top: float
    bottom: float
    direction: Direction


def placed_lines(page: Page) -> Iterator[PlacedLine]:
    """The lines of a page that have text, in reading order."""
    whole = Box(0.0, 0.0, page.width, page.height)
    parts = [
        (lines, box or reduce(_around, (line.box for line in lines), None))
        for block in page.blocks
        for lines, box in _parts(block)
    ]
    # lines of which nothing is known share the page, one below the other
    left = list(_shares(whole, sum(len(lines) for lines, box in parts if box is None)))
    for lines, box in parts:
        shares = left[: len(lines)] if box is None else _shares(box, len(lines))
        if box is None:
            left = left[len(lines) :]
        for line, share in zip(lines, shares, strict=True):
            placed = _line(line, share, whole)
            if placed is not None:
                yield placed


def _parts(block: Block) -> Iterator[tuple[Sequence[Line], Box | None]]:
    if block.table is None:
        yield block.lines, block.box
        return
    for cell in block.table.cells:
        yield cell.lines, cell.box or block.box


def _around(one: Box | None, other: Box | None) -> Box | None:
    if one is None or other is None:
        return one or other
    return one.around(other)


def _shares(box: Box, lines: int) -> Iterator[Box]:
    height = box.height / max(lines, 1)
    for n in range(lines):
        yield Box(box.left, box.top + n * height, box.right, box.top + (n + 1) * height)


def _line(line: Line, share: Box, page: Box) -> PlacedLine | None:
    words = [(clean(word.text), word.box) for word in line.words]
    words = [(text, box) for text, box in words if text]
    if not words:
        return None
    boxes = [box for _, box in words if box is not None]
    box = _inside(line.box or (reduce(Box.around, boxes) if boxes else share), page)
    if len(boxes) == len(words):
        placed = [
            PlacedWord(text, inside.left, inside.right)
            for text, inside in ((text, _inside(own, page)) for text, own in words if own)
        ]
        placed.sort(key=lambda word: word.left + word.right)
    else:
        placed = list(_spread([text for text, _ in words], box, line.direction))
    return PlacedLine(placed, box.top, box.bottom, line.direction)


def _inside(box: Box, page: Box) -> Box:
    left, right = _range(box.left, box.right, page.right)
    top, bottom = _range(box.top, box.bottom, page.bottom)
    return Box(left, top, right, bottom)


def _range(low: float, high: float, end: float) -> tuple[float, float]:
    low = low if math.isfinite(low) else 0.0
    high = high if math.isfinite(high) else end
    low = min(max(low, 0.0), max(end - _LEAST, 0.0))
    return low, max(min(high, end), low + _LEAST)


def _spread(texts: Sequence[str], box: Box, direction: Direction) -> Iterator[PlacedWord]:
    """Words over the width of a line, each as wide as its letters are many."""
    share = box.width / (sum(map(len, texts)) + len(texts) - 1)
    left = box.left
    for text in _left_to_right(texts, direction):
        right = left + len(text) * share
        yield PlacedWord(text, left, right)
        left = right + share


def _left_to_right(texts: Sequence[str], direction: Direction) -> Iterable[str]:
    """The words as they stand on the page: runs of one direction turned, the order of runs too."""
    directions: list[Direction] = []
    for text in texts:
        kinds = {unicodedata.bidirectional(character) for character in text}
        if kinds & {"R", "AL"}:
            directions.append("rtl")
        else:
            directions.append("ltr" if "L" in kinds else direction)
    runs = [
        [text for text, _ in run]
        for _, run in groupby(zip(texts, directions, strict=True), key=lambda pair: pair[1])
    ]
    kinds_of_runs = [kind for kind, _ in groupby(directions)]
    ordered = [
        run[::-1] if kind == "rtl" else run for run, kind in zip(runs, kinds_of_runs, strict=True)
    ]
    if direction == "rtl":
        ordered.reverse()
    return [text for run in ordered for text in run]
