"""What a page image goes through before it is read; each step is left out where it would not help.

It does not know engines, but for the height at which they read best.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from vanguard.documents.images import illumination, noise, skew
from vanguard.documents.images.ink import find_ink, is_vocalised, writing_height
from vanguard.documents.images.raster import Raster, scaling

# Tesseract's Arabic LSTM reads lines of about this height best; docs/guide/documents-read.md has the measurement
WRITING_PX = 17.0
# vowel marks are lost at that height: fully vocalised text is read best when it is larger
VOCALISED_PX = 28.0
_ABOUT = 0.15  # of it: text that is so near is left as it is
_MOST_PX = 6_000  # on a side, after enlarging
_FACTORS = (0.1, 4.0)


@dataclass(frozen=True)
class Prepared:
    """A page as it is read.

    Attributes:
        steps: what was done, for people.
        blank: there is no ink on it.
    """

    raster: Raster
    steps: tuple[str, ...]
    blank: bool = False


def prepare(page: Raster, writing_px: float = WRITING_PX) -> Prepared:
    """Even paper, level lines, less noise, and the size that engines like."""
    steps: list[str] = []
    grey, found = illumination.flatten(page.grey)
    if grey is not page.grey:
        steps.append(f"light evened ({found:.0%})")
        page = page.moved(grey, np.eye(3))
    ink = find_ink(page.grey)
    if not ink.any():
        return Prepared(page, tuple(steps), blank=True)
    grey, done = noise.smooth(page.grey, ink)
    if done:
        steps += done
        page = page.moved(grey, np.eye(3))
        ink = find_ink(page.grey)
    degrees = skew.find_skew(ink)
    grey, change = skew.turn(page.grey, degrees)
    if grey is not page.grey:
        steps.append(f"turned by {degrees:.2f} degrees")
        page = page.moved(grey, change)
        ink = find_ink(page.grey)
    height = writing_height(ink)
    if height is not None and is_vocalised(ink, height):
        writing_px *= VOCALISED_PX / WRITING_PX
        steps.append("vocalised")
    page, resized = at_height(page, height, writing_px)
    return Prepared(page, (*steps, *resized))


def at_height(page: Raster, found_px: float | None, wanted_px: float) -> tuple[Raster, list[str]]:
    """The page at the size where its writing is as high as wanted, and what was done."""
    if found_px is None or abs(found_px / wanted_px - 1) < _ABOUT:
        return page, []
    height, width = page.grey.shape
    low, high = _FACTORS
    factor = min(max(wanted_px / found_px, low), high, max(1.0, _MOST_PX / max(height, width)))
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    resized = np.asarray(cv2.resize(page.grey, size, interpolation=way), np.uint8)
    return page.moved(resized, scaling(factor)), [f"scaled by {factor:.2f}"]
