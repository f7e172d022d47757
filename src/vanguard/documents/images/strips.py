"""Lines of writing in a column: where each is, and its picture without what reaches in from its neighbours.

It does not know letters. Lines are level; a page that is turned or bent is made straight before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vanguard.documents.images.ink import Ink, median_height
from vanguard.documents.images.raster import Grey
from vanguard.documents.page import Box

_SMOOTH = 0.22  # heights of writing, over which rows of ink are averaged
_APART = 0.5  # heights between the middles of two lines, at least
_VALLEY = 0.5  # of the lower of two lines' ink: with so much between them they are one
_LEAST = 0.3  # heights; what is lower is no line but a dot or a mark of one
_BESIDE = 0.55  # of a lower stretch's own height that must lie in a line for it to be its part
_OTHER_SIZE = 1.25
_WHITE = 250
_DARK = 170


@dataclass(frozen=True, eq=False)
class Strip:
    """One line.

    Attributes:
        box: around its ink, in pixels of the page.
        grey: what stands in the box, other lines' ink painted over.
        size: how large its letters are beside most of the page's, 1 where they are alike.
    """

    box: Box
    grey: Grey
    size: float = 1.0


def find_strips(grey: Grey, ink: Ink, height: float, area: Box) -> list[Strip]:
    """The lines of a column from the top down.

    Args:
        grey: of the page, shape (height, width).
        ink: of the same.
        height: of the page's writing, in pixels.
        area: the column, in pixels.
    """
    left, top = max(0, int(area.left)), max(0, int(area.top))
    part = np.ascontiguousarray(
        ink[top : int(np.ceil(area.bottom)), left : int(np.ceil(area.right))]
    )
    image = grey[top : top + part.shape[0], left : left + part.shape[1]]
    if not part.any():
        return []
    _, labels, stats, middles = cv2.connectedComponentsWithStats(part, connectivity=8)
    cuts = _cuts((part > 0).sum(axis=1), height)
    homes = np.searchsorted(cuts, middles[:, 1], side="right")
    found = []
    for home in range(len(cuts) + 1):
        members = np.flatnonzero(homes == home)
        members = members[members > 0]
        if members.size:
            found.append(_strip(image, labels, stats, members, (left, top), height))
    return [one for one in found if one.box.height >= _LEAST * height]


def _cuts(rows: NDArray[np.int64], height: float) -> NDArray[np.int64]:
    """Rows of pixels between two lines each: where there is least ink between two rows of much."""
    profile = rows.astype(np.float64).reshape(-1, 1)
    blurred = cv2.GaussianBlur(profile, (0, 0), sigmaX=0.1, sigmaY=max(1.0, height * _SMOOTH))
    smooth = np.asarray(blurred, np.float64).ravel()
    lines: list[int] = []
    for row in _peaks(smooth, height):
        if lines:
            least = smooth[lines[-1] : row + 1].min()
            if least >= _VALLEY * min(smooth[lines[-1]], smooth[row]):
                if smooth[row] > smooth[lines[-1]]:
                    lines[-1] = row
                continue
        lines.append(row)
    return np.array(
        [above + int(np.argmin(smooth[above : below + 1])) for above, below in pairwise(lines)],
        np.int64,
    )


def _peaks(smooth: NDArray[np.float64], height: float) -> Iterator[int]:
    reach = max(1, int(_APART * height))
    last = -reach
    window = np.ones(2 * reach + 1, np.uint8)
    highest = cv2.dilate(smooth.reshape(-1, 1), window.reshape(-1, 1)).ravel()
    for row in np.flatnonzero((smooth > 0) & (smooth >= highest)).tolist():
        if row - last >= reach:
            yield row
            last = row


def _strip(
    image: Grey,
    labels: NDArray[Any],
    stats: NDArray[Any],
    members: NDArray[np.int64],
    corner: tuple[int, int],
    height: float,
) -> Strip:
    xs, ys = stats[members, cv2.CC_STAT_LEFT], stats[members, cv2.CC_STAT_TOP]
    x, y = int(xs.min()), int(ys.min())
    right = int((xs + stats[members, cv2.CC_STAT_WIDTH]).max())
    bottom = int((ys + stats[members, cv2.CC_STAT_HEIGHT]).max())
    there = labels[y:bottom, x:right]
    own = np.zeros(len(stats), np.bool_)
    own[members] = True
    mine = own[there]
    others = cv2.dilate(((there > 0) & ~mine).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    grey = image[y:bottom, x:right].copy()
    grey[others & ~mine] = _WHITE
    box = Box(
        float(x + corner[0]),
        float(y + corner[1]),
        float(right + corner[0]),
        float(bottom + corner[1]),
    )
    size = median_height(stats[members]) / height
    return Strip(box, grey, size if size > _OTHER_SIZE or size < 1 / _OTHER_SIZE else 1.0)


def parts_of(strip: Strip, gap_px: float) -> list[Strip]:
    """The pieces of a line between which there is more white, from the left; itself where there is none."""
    dark = (strip.grey < _DARK).any(axis=0)
    filled = np.concatenate(([False], dark, [False])).astype(np.int8)
    turns = np.flatnonzero(np.diff(filled))
    begins, ends = turns[::2].tolist(), turns[1::2].tolist()
    if not begins:
        return [strip]
    pieces = [[begins[0], ends[0]]]
    for begin, end in zip(begins[1:], ends[1:], strict=True):
        if begin - pieces[-1][1] > gap_px:
            pieces.append([begin, end])
        else:
            pieces[-1][1] = end
    if len(pieces) == 1:
        return [strip]
    return [
        replace(
            strip,
            box=_between(strip.box, strip.box.left + begin, strip.box.left + end),
            grey=np.ascontiguousarray(strip.grey[:, begin:end]),
        )
        for begin, end in pieces
    ]


def _between(box: Box, left: float, right: float) -> Box:
    """The box with other sides, as high as it was."""
    return Box(left, box.top, right, box.bottom)
