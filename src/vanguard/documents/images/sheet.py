"""A page ready to be taken apart: white paper, its rules known and gone, writing left.

It does not know what stands where.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import msgspec
import numpy as np

from vanguard.documents.images.ink import Ink, find_ink, writing_height
from vanguard.documents.images.raster import Grey, Raster
from vanguard.documents.images.rules import Rules, find_rules, paint_over, without_rules
from vanguard.documents.images.shade import without_shade
from vanguard.documents.page import Box, Line, Word

_WHITE = 250
_PAD_PX = 10


@dataclass(frozen=True, eq=False)
class Sheet:
    """A page and its parts.

    Attributes:
        raster: as it was prepared, with its shades and pictures.
        grey: the writing alone, on white paper.
        ink: of the same.
        height: of the writing, in pixels.
    """

    raster: Raster
    grey: Grey
    ink: Ink
    rules: Rules
    height: float

    def without(self, boxes: tuple[Box, ...]) -> Sheet:
        """The same page with nothing written in these boxes of pixels."""
        grey, ink = self.grey.copy(), self.ink.copy()
        for box in boxes:
            part = _part(box)
            grey[part], ink[part] = _WHITE, 0
        return replace(self, grey=grey, ink=ink)

    def tight(self, box: Box) -> Box | None:
        """The box without its white rims; None where it is empty."""
        part = self.ink[_part(box)]
        rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
        if rows.size == 0:
            return None
        left, top = max(0, int(box.left)), max(0, int(box.top))
        return Box(
            float(left + columns[0]),
            float(top + rows[0]),
            float(left + columns[-1] + 1),
            float(top + rows[-1] + 1),
        )

    def crop(self, box: Box) -> tuple[Grey, float, float]:
        """What is written in the box with paper around it, and what to add to its pixels' places."""
        framed = cv2.copyMakeBorder(
            self.grey[_part(box)],
            *(_PAD_PX,) * 4,
            borderType=cv2.BORDER_CONSTANT,
            value=(_WHITE,),
        )
        left, top = max(0, int(box.left)), max(0, int(box.top))
        return np.ascontiguousarray(framed, np.uint8), left - _PAD_PX, top - _PAD_PX

    def on_page(self, line: Line) -> Line:
        """A line with boxes in pixels, with boxes in points of the page."""
        words = tuple(
            Word(word.text, self._page_box(word.box), word.confidence) for word in line.words
        )
        return msgspec.structs.replace(line, words=words, box=self._page_box(line.box))

    def _page_box(self, box: Box | None) -> Box | None:
        return None if box is None else self.raster.page_box(box)


def shifted(line: Line, left: float, top: float) -> Line:
    """The line with its boxes moved, as from a part's pixels to those of the whole."""

    def moved(box: Box | None) -> Box | None:
        if box is None:
            return None
        return Box(box.left + left, box.top + top, box.right + left, box.bottom + top)

    words = tuple(Word(word.text, moved(word.box), word.confidence) for word in line.words)
    return msgspec.structs.replace(line, words=words, box=moved(line.box))


def sheet(raster: Raster) -> Sheet | None:
    """The parts of a prepared page; None when there is no writing on it."""
    height = writing_height(find_ink(raster.grey))
    if height is None:
        return None
    grey = without_shade(raster.grey, height)
    ink = find_ink(grey)
    height = writing_height(ink)
    if height is None:
        return None
    rules = find_rules(ink, height)
    return Sheet(raster, paint_over(grey, rules), without_rules(ink, rules), rules, height)


def _part(box: Box) -> tuple[slice, slice]:
    return (
        slice(max(0, int(box.top)), max(0, int(np.ceil(box.bottom)))),
        slice(max(0, int(box.left)), max(0, int(np.ceil(box.right)))),
    )
