"""A page as a telephone takes it: seen askew, on a desk, under a lamp."""

from __future__ import annotations

import cv2
import numpy as np

# shares of the picture: where the sheet's corners lie, from the top left one, clockwise
ASKEW = ((0.14, 0.11), (0.83, 0.07), (0.93, 0.93), (0.06, 0.89))


def photographed(page, corners=ASKEW, size=(840, 600), desk="plain", lamp=0.3, seed=1):
    """The grey picture, and the sheet's corners in its pixels.

    Args:
        page: grey; shape (height, width).
        size: of the picture, height and width.
        desk: "plain", "wood" or "checked".
        lamp: by how much the light falls from left to right.
    """
    height, width = size
    chance = np.random.default_rng(seed)
    back = np.full(size, 70.0)
    if desk == "wood":
        rows = np.cumsum(chance.normal(0, 3, height))
        back += 18 * np.sin(rows / 4)[:, None] + chance.normal(0, 4, size)
    elif desk == "checked":
        y, x = np.mgrid[:height, :width] // 36
        back += 40.0 * ((x + y) % 2)
    there = np.array(corners, np.float32) * np.array([width, height], np.float32)
    high, wide = page.shape
    here = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    change = cv2.getPerspectiveTransform(here, there)
    seen = cv2.warpPerspective(page, change, (width, height), flags=cv2.INTER_AREA)
    sheet = cv2.warpPerspective(np.full_like(page, 255), change, (width, height))
    share = sheet / 255.0
    picture = back * (1 - share) + seen * share
    picture *= np.linspace(1, 1 - lamp, width)[None, :]
    picture += chance.normal(0, 2, size)
    return np.clip(picture, 0, 255).astype(np.uint8), there.astype(np.float64)
