"""The outline of a sheet that was photographed on something darker: four straight sides, taken when all is sure.

It does not know what is written, nor which side is up. A curled sheet has no straight sides, and a white
one on a white desk no sides at all: neither is found.
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from vanguard.documents.images.raster import Grey

Corners = NDArray[np.float64]
"""Shape (4, 2), x and y: the top left corner, the top right, the bottom right, the bottom left."""

_SMALL_PX = 600  # the outline is looked for on an image with this longest side
_BLUR, _CLOSE, _OPEN = (
    5,
    13,
    9,
)  # pixels of it: grain goes, writing goes, threads to bright things beside go
# shares of the image: less is no photograph of a page, more is the page alone
_AREA = (0.2, 0.97)
_FILLED = 0.97  # of the outline is bright, and of what is bright so much lies within
_STRAIGHT = 0.006  # of the longest side: a side's points lie so near to it (root of mean square)
_COS = 0.55  # of the angle at a corner
_LIKE = 1.8  # one side is at most so many times as long as the one across
_STEP = 24  # grey levels that paper is brighter than what lies beside it ...
_ALONG = 0.92  # ... along so much of each side
_BESIDE = 0.02  # of the longest side: where beside is
_SIDES = 3  # within the image, at least; the fourth may be cut off by it
_PAPER = 0.12  # of all that lies outside: so much at most may be as bright as paper
_INWARD = 0.004  # of the longest side, by which the outline is drawn in: no rim of the desk is left


def find_outline(grey: Grey) -> Corners | None:
    """The corners of the sheet in pixels; None where there is no other background, or any doubt."""
    height, width = grey.shape
    factor = min(1.0, _SMALL_PX / max(height, width))
    resized = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    small: Grey = np.asarray(cv2.medianBlur(resized, _BLUR), np.uint8)
    if float(np.percentile(small, 95)) - float(np.percentile(small, 5)) < 2 * _STEP:
        return None
    for level in _levels(small):
        corners = _outline(small, level)
        if corners is not None:
            return np.asarray(_drawn_in(corners, max(small.shape)) / factor, np.float64)
    return None


def _levels(small: Grey) -> list[float]:
    """Where paper may begin: Otsu's threshold first, then above and below."""
    otsu, _ = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    bright = float(np.percentile(small, 90))
    return [otsu, (otsu + bright) / 2, otsu - (bright - otsu) / 2]


def _outline(small: Grey, level: float) -> Corners | None:
    bright = (small > level).astype(np.uint8)
    # what lies beyond the image is neither paper nor desk
    framed = cv2.copyMakeBorder(bright, *(_CLOSE,) * 4, cv2.BORDER_CONSTANT, value=(0,))
    closed = cv2.morphologyEx(framed, cv2.MORPH_CLOSE, np.ones((_CLOSE, _CLOSE), np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((_OPEN, _OPEN), np.uint8))
    mask = np.ascontiguousarray(opened[_CLOSE:-_CLOSE, _CLOSE:-_CLOSE])
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    contour = np.asarray(max(contours, key=cv2.contourArea), np.int32)
    area = cv2.contourArea(contour)
    if not _AREA[0] * mask.size <= area <= _AREA[1] * mask.size:
        return None
    corners = _four_sides(contour, max(mask.shape))
    if corners is None or not _is_sheet(corners):
        return None
    if not _filled(corners, contour, area) or not _stands_out(small, corners):
        return None
    return corners


def _four_sides(contour: NDArray[np.int32], longest: int) -> Corners | None:
    """The corners where straight lines along the contour's four sides meet."""
    hull = cv2.convexHull(contour)
    around = cv2.arcLength(hull, closed=True)
    for part in (0.02, 0.03, 0.05):
        rough = cv2.approxPolyDP(hull, part * around, closed=True).reshape(-1, 2)
        if len(rough) == 4:
            break
    else:
        return None
    points = contour.reshape(-1, 2).astype(np.float64)
    rough = _ordered(rough.astype(np.float64))
    lines = []
    for begin, end in pairwise([*rough, rough[0]]):
        line = _side(points, begin, end)
        if line is None or line[1] > _STRAIGHT * longest:
            return None
        lines.append(line[0])
    # the corner after a side lies where it meets the next
    met = [np.cross(lines[at - 1], lines[at]) for at in range(4)]
    if any(abs(one[2]) < 1e-9 for one in met):
        return None
    return np.array([one[:2] / one[2] for one in met])


def _side(points: Corners, begin: Corners, end: Corners) -> tuple[Corners, float] | None:
    """The line through the points along a side as (a, b, c), a x + b y + c = 0, and how far they lie off."""
    along = end - begin
    length = float(np.hypot(*along))
    if length < 1:
        return None
    along = along / length
    across = np.array([-along[1], along[0]])
    away = points - begin
    place, off = away @ along, np.abs(away @ across)
    near = points[(place > 0.08 * length) & (place < 0.92 * length) & (off < 0.03 * length)]
    if len(near) < 0.6 * length:
        return None
    middle = near.mean(axis=0)
    _, spread, axes = np.linalg.svd(near - middle, full_matrices=False)
    a, b = -axes[0][1], axes[0][0]
    return np.array([a, b, -(a * middle[0] + b * middle[1])]), float(spread[1] / np.sqrt(len(near)))


def _ordered(corners: Corners) -> Corners:
    """From the top left one on, clockwise as it is looked at."""
    middle = corners.mean(axis=0)
    angles = np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0])
    corners = corners[np.argsort(angles)]
    first = int(np.argmin(corners.sum(axis=1)))
    return np.roll(corners, -first, axis=0)


def _is_sheet(corners: Corners) -> bool:
    sides = np.roll(corners, -1, axis=0) - corners
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    if lengths.min() < 1:
        return False
    cosines = [
        float(sides[at] @ sides[at - 1] / (lengths[at] * lengths[at - 1])) for at in range(4)
    ]
    turns = [
        float(sides[at - 1][0] * sides[at][1] - sides[at - 1][1] * sides[at][0]) for at in range(4)
    ]
    across = (lengths[0] / lengths[2], lengths[1] / lengths[3])
    return (
        max(map(abs, cosines)) < _COS
        and min(turns) > 0
        and all(1 / _LIKE < one < _LIKE for one in across)
    )


def _filled(corners: Corners, contour: NDArray[np.int32], area: float) -> bool:
    quad = corners.astype(np.float32)
    whole = cv2.contourArea(quad)
    common, _ = cv2.intersectConvexConvex(quad, cv2.convexHull(contour).astype(np.float32))
    return area > _FILLED * whole and common > _FILLED * cv2.contourArea(cv2.convexHull(contour))


def _stands_out(small: Grey, corners: Corners) -> bool:
    """Whether paper is brighter than what lies beside it, along each side that the image does not cut off."""
    height, width = small.shape
    reach = _BESIDE * max(height, width)
    inside = np.zeros_like(small)
    cv2.fillConvexPoly(inside, np.rint(corners).astype(np.int32), 1)
    paper = float(np.median(small[inside > 0]))
    far = cv2.dilate(inside, np.ones((2 * round(reach) + 1,) * 2, np.uint8)) == 0
    if far.any() and float((small[far] > paper - _STEP).mean()) > _PAPER:
        return False
    seen = 0
    for begin, end in pairwise([*corners, corners[0]]):
        share = _step_along(small, begin, end, reach)
        if share is None:
            continue
        if share < _ALONG:
            return False
        seen += 1
    return seen >= _SIDES


def _step_along(small: Grey, begin: Corners, end: Corners, reach: float) -> float | None:
    """The share of a side along which it is brighter inside; None where the image cuts it off."""
    height, width = small.shape
    along = (end - begin) / np.hypot(*(end - begin))
    inward = np.array([-along[1], along[0]])
    places = begin + np.linspace(0.04, 0.96, 60)[:, None] * (end - begin)
    within, beyond = places + reach * inward, places - reach * inward
    limits = np.array([width - 1, height - 1])
    there = ((beyond >= 0) & (beyond <= limits)).all(axis=1)
    if there.mean() < 0.2:
        return None
    x, y = np.rint(np.clip(within[there], 0, limits)).astype(int).T
    bright = small[y, x].astype(float)
    x, y = np.rint(beyond[there]).astype(int).T
    return float((bright - small[y, x] > _STEP).mean())


def _drawn_in(corners: Corners, longest: int) -> Corners:
    middle = corners.mean(axis=0)
    away = corners - middle
    lengths = np.hypot(away[:, 0], away[:, 1])[:, None]
    return np.asarray(middle + away * (1 - 1.4 * _INWARD * longest / lengths))
