"""Rules: straight thin lines along and across the page, apart from the strokes of letters.

It does not know what they part or frame.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from vanguard.documents.images.ink import Ink
from vanguard.documents.images.raster import Grey
from vanguard.documents.page import Box

_ACROSS = 5.0  # heights of writing: longer than a stretched letter
_DOWN = 2.2  # and than an alef
_THICK = 0.6
_TOUCHED = 0.4  # of its length: a stroke that letters stand on is no rule
_WHITE = 250


@dataclass(frozen=True, eq=False)
class Rules:
    """The rules of a page, boxes in pixels.

    Attributes:
        ink: shape (height, width), 255 on a rule.
    """

    across: tuple[Box, ...]
    down: tuple[Box, ...]
    ink: Ink


def find_rules(ink: Ink, height: float) -> Rules:
    """All rules of a page with level lines, writing being so many pixels high."""
    mask = np.zeros_like(ink)
    across = _straight(ink, height, _ACROSS, mask)
    turned = np.zeros_like(np.ascontiguousarray(ink.T))
    down = _straight(np.ascontiguousarray(ink.T), height, _DOWN, turned)
    mask |= turned.T
    upright = tuple(Box(box.top, box.left, box.bottom, box.right) for box in down)
    return Rules(tuple(across), upright, mask)


def without_rules(ink: Ink, rules: Rules) -> Ink:
    """The ink without rules and their rims."""
    near = cv2.dilate(rules.ink, np.ones((3, 3), np.uint8))
    return np.asarray(np.where(near > 0, 0, ink), np.uint8)


def paint_over(grey: Grey, rules: Rules) -> Grey:
    """The page with paper where rules were."""
    near = cv2.dilate(rules.ink, np.ones((5, 5), np.uint8))
    return np.asarray(np.where(near > 0, _WHITE, grey), np.uint8)


def _straight(ink: Ink, height: float, least: float, mask: Ink) -> list[Box]:
    """Level rules, painted into the mask, too."""
    # a rule that falls by a pixel somewhere is still one
    thick = cv2.dilate(ink, np.ones((3, 1), np.uint8))
    runs = cv2.morphologyEx(
        thick, cv2.MORPH_OPEN, np.ones((1, max(3, round(least * height))), np.uint8)
    )
    count, labels, stats, _ = cv2.connectedComponentsWithStats(runs, connectivity=8)
    found = []
    for label in range(1, count):
        x, y, wide, high, _ = (int(one) for one in stats[label])
        if high > _THICK * height + 2 or _touched(ink, x, y, wide, high) > _TOUCHED:
            continue
        part = slice(y, y + high), slice(x, x + wide)
        mask[part] |= np.where(labels[part] == label, 255, 0).astype(np.uint8)
        found.append(Box(x, y, x + wide, y + high))
    return found


def _touched(ink: Ink, x: int, y: int, wide: int, high: int) -> float:
    """Share of a rule's length where something stands on it or hangs from it."""
    above = ink[max(0, y - 2) : max(0, y - 1), x : x + wide]
    below = ink[y + high + 1 : y + high + 2, x : x + wide]
    beside = np.zeros(wide, bool)
    for row in (above, below):
        if row.shape[0]:
            beside |= row[0] > 0
    return float(beside.mean())
