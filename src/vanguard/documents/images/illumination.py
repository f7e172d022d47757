"""Uneven light: a page is divided by its own background.

It does not know ink from pictures: what is larger than writing and dark stays dark at its rim only.
"""

from __future__ import annotations

import cv2
import numpy as np

from vanguard.documents.images.raster import Grey

_SMALL_PX = 400  # the background is found on an image with this longest side
_WRITING = 1 / 24  # of the longest side: higher than any line of text
_EVEN = 0.04  # of white: paper that varies less is not touched


def unevenness(background: Grey) -> float:
    """How much the paper's brightness varies, 0 to 1: from its 5th to its 95th percentile."""
    low, high = np.percentile(background, (5, 95))
    return float(high - low) / 255


def find_background(grey: Grey) -> Grey:
    """The paper without its ink, at the same size."""
    height, width = grey.shape
    factor = min(1.0, _SMALL_PX / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    reach = max(3, round(max(size) * _WRITING) | 1)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    smooth = cv2.GaussianBlur(closed, (0, 0), reach / 2)
    return np.asarray(cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def flatten(grey: Grey) -> tuple[Grey, float]:
    """The page with even paper, and how uneven it was; the same array where it was even."""
    background = find_background(grey)
    found = unevenness(background)
    white = float(np.median(background))
    if found < _EVEN and white > 200:
        return grey, found
    return np.asarray(cv2.divide(grey, np.maximum(background, 1), scale=250), np.uint8), found
