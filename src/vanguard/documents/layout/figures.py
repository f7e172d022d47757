"""Figures: large ink that is neither writing nor a table.

It does not know what they show.
"""

from __future__ import annotations

import cv2
import numpy as np

from vanguard.documents.images.ink import find_ink
from vanguard.documents.images.raster import Grey
from vanguard.documents.images.rules import Rules, without_rules
from vanguard.documents.page import Box

_LARGE = 4.5  # heights of writing, on both sides
_FILLED = 0.06  # of its box: a frame around text has less ink
_MOST = 60


def find_figures(grey: Grey, rules: Rules, height: float) -> tuple[Box, ...]:
    """Boxes of pixels, from the top down.

    Args:
        grey: the page with its shades and pictures.
        rules: of the page, which are no figures.
        height: of its writing, in pixels.
    """
    count, _, stats, _ = cv2.connectedComponentsWithStats(
        without_rules(find_ink(grey), rules), connectivity=8
    )
    found = []
    for x, y, wide, high, area in stats[1:count].tolist():
        if min(wide, high) < _LARGE * height or area < _FILLED * wide * high:
            continue
        found.append(Box(x, y, x + wide, y + high))
    return tuple(sorted(_merged(found[:_MOST]), key=lambda box: box.top))


def shared(box: Box, other: Box) -> float:
    """Share of the smaller box's area that lies in the other, 0 to 1."""
    wide = min(box.right, other.right) - max(box.left, other.left)
    high = min(box.bottom, other.bottom) - max(box.top, other.top)
    least = min(box.width * box.height, other.width * other.height)
    return float(np.clip(wide, 0, None) * np.clip(high, 0, None) / least) if least > 0 else 0.0


def _merged(boxes: list[Box]) -> list[Box]:
    merged: list[Box] = []
    for box in sorted(boxes, key=lambda one: -one.width * one.height):
        for index, other in enumerate(merged):
            if shared(box, other) > 0:
                merged[index] = other.around(box)
                break
        else:
            merged.append(box)
    return merged
