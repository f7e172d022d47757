"""A page laid flat and upright: cut out of its photograph, turned by quarters; and where it was.

It does not know how its corners or its upper side were found.
"""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

from vanguard.documents.images.pose.outline import Corners
from vanguard.documents.images.raster import Grey, Raster, raster
from vanguard.documents.page import POINTS_PER_INCH, Original

_FOCAL = (0.5, 4.0)  # of the image's longest side: what cameras have
_DEGREES: tuple[Literal[0], Literal[90], Literal[180], Literal[270]] = (0, 90, 180, 270)
_FLAT = 0.02  # a perspective so weak tells nothing of the camera


def turned(page: Raster, quarters: int) -> Raster:
    """A picture that fills its page, turned clockwise."""
    if quarters % 4 == 0:
        return page
    return raster(np.rot90(page.grey, -quarters), page.dots_per_inch)


def on_its_head(page: Raster, size: tuple[float, float]) -> Raster:
    """Any picture of a page, and the page itself, the other way up; `size` is the page's, in points."""
    height, width = page.grey.shape
    there = np.array([[-1, 0, size[0]], [0, -1, size[1]], [0, 0, 1.0]])
    here = np.array([[-1, 0, width], [0, -1, height], [0, 0, 1.0]])
    return Raster(np.ascontiguousarray(page.grey[::-1, ::-1]), there @ page.to_page @ here)


def flattened(page: Raster, corners: Corners) -> Raster:
    """The sheet with these corners in pixels, as it would be seen from above; as fine as it was."""
    wide, high = flat_size(corners, page.grey.shape)
    target = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    change = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    grey = cv2.warpPerspective(
        page.grey, change, (wide, high), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return raster(np.asarray(grey, np.uint8), page.dots_per_inch)


def flat_size(corners: Corners, shape: tuple[int, ...]) -> tuple[int, int]:
    """Width and height in pixels that a sheet has from above; `shape` is height and width of its photograph."""
    sides = np.roll(corners, -1, axis=0) - corners
    top, right, bottom, left = np.hypot(sides[:, 0], sides[:, 1])
    wide, high = max(top, bottom), max(left, right)
    ratio = _ratio(corners, shape)
    if ratio is not None:  # width by height
        wide, high = max(wide, high * ratio), max(high, wide / ratio)
    return max(1, round(float(wide))), max(1, round(float(high)))


def _ratio(corners: Corners, shape: tuple[int, ...]) -> float | None:
    """Width by height of the sheet, for a camera that looks through the image's middle; None where that says nothing.

    Z. Zhang and L. He, "Whiteboard scanning and image enhancement", Digital Signal Processing 17, 2007.
    """
    height, width = shape
    longest = max(height, width)
    moved = (corners - np.array([width / 2, height / 2])) / longest
    one, two, four, three = (np.array([x, y, 1.0]) for x, y in moved)
    second = np.cross(one, four) @ three / (np.cross(two, four) @ three)
    third = np.cross(one, four) @ two / (np.cross(three, four) @ two)
    across, down = second * two - one, third * three - one
    if min(abs(across[2]), abs(down[2])) < _FLAT:
        return None
    focal = -(across[0] * down[0] + across[1] * down[1]) / (across[2] * down[2])
    if not _FOCAL[0] ** 2 <= focal <= _FOCAL[1] ** 2:
        return None
    scale = np.array([1 / focal, 1 / focal, 1.0])
    return float(np.sqrt((across**2 @ scale) / (down**2 @ scale)))


def original_of(page: Raster, corners: Corners | None, quarters: int) -> Original | None:
    """Where a page lay that was cut out at these corners, then turned; None where nothing was done.

    Args:
        page: the file's, which its picture fills.
        corners: in pixels.
        quarters: clockwise.
    """
    if corners is None and quarters % 4 == 0:
        return None
    height, width = page.grey.shape
    scale = POINTS_PER_INCH / page.dots_per_inch
    if corners is None:
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    one, two, three, four = (
        (round(float(x * scale), 2), round(float(y * scale), 2))
        for x, y in np.roll(corners, quarters % 4, axis=0)
    )
    degrees = _DEGREES[quarters % 4]
    size = (round(width * scale, 2), round(height * scale, 2))
    return Original(*size, degrees, (one, two, three, four))


def as_read(page: Raster, original: Original | None) -> Raster:
    """The file's page as it was read, by what was written down then."""
    if original is None:
        return page
    quarters = original.turned // 90
    scale = page.dots_per_inch / POINTS_PER_INCH
    corners = np.roll(np.array(original.corners, np.float64), -quarters, axis=0) * scale
    if not _fills(corners, page.grey):
        page = flattened(page, corners)
    return turned(page, quarters)


def _fills(corners: Corners, grey: Grey) -> bool:
    height, width = grey.shape
    whole = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    # what a rounded length may be off, at any resolution
    return bool(np.abs(corners - whole).max() <= 0.002 * max(height, width))
