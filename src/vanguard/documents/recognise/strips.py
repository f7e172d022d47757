"""A word's picture as the nets see it: as high as all others, dark on white, nothing around it.

It does not know nets or pages. Training and reading cut strips by the same function.
"""

from __future__ import annotations

import cv2
import numpy as np

from vanguard.documents.images.ink import find_ink
from vanguard.documents.images.raster import Grey

HEIGHT_PX = 32
STEP_PX = 4
"""The nets say one letter or nothing for so many pixels; widths are multiples of it."""
WIDEST_PX = 512

_WRITING_PX = 24.0
# pages are brought to writing of about 17 pixels: what is lower than this is a part of writing, such
# as the dot that is an Arabic zero, and stays as small beside a digit as it is
_LOWEST_PX = 11.0
_SPECK_PX = 3
_RIM_PX = 2
_SIDE_PX = 4


def strip(grey: Grey) -> Grey | None:
    """The writing on an image with paper around it; 255 is full ink, 0 is paper.

    Returns:
        shape (`HEIGHT_PX`, a multiple of `STEP_PX`); None where there is no ink, or far too much.
    """
    rows, columns = _extent(grey)
    if rows is None or columns is None:
        return None
    part = grey[rows, columns].astype(np.float32)
    high = rows.stop - rows.start - 2 * _RIM_PX
    factor = _WRITING_PX / max(_LOWEST_PX, high)
    wide = max(1, round(part.shape[1] * factor))
    if wide > WIDEST_PX - 2 * _SIDE_PX:
        return None
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    tall = min(HEIGHT_PX, max(1, round(part.shape[0] * factor)))
    scaled = cv2.resize(_contrasted(part), (wide, tall), interpolation=way)
    full = -(-(wide + 2 * _SIDE_PX) // STEP_PX) * STEP_PX
    out = np.zeros((HEIGHT_PX, full), np.uint8)
    top, left = (HEIGHT_PX - tall) // 2, (full - wide) // 2
    out[top : top + tall, left : left + wide] = np.clip(np.rint(scaled), 0, 255)
    return out


def _extent(grey: Grey) -> tuple[slice | None, slice | None]:
    ink = find_ink(grey)
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    kept = stats[1:count][stats[1:count, cv2.CC_STAT_AREA] > _SPECK_PX]
    if not kept.size:
        return None, None
    left, top = kept[:, 0].min(), kept[:, 1].min()
    right, bottom = (kept[:, 0] + kept[:, 2]).max(), (kept[:, 1] + kept[:, 3]).max()
    return _around(top, bottom, grey.shape[0]), _around(left, right, grey.shape[1])


def _around(first: int, last: int, size: int) -> slice:
    return slice(max(0, int(first) - _RIM_PX), min(size, int(last) + _RIM_PX))


def _contrasted(part: np.ndarray) -> np.ndarray:
    """Paper to 0 and ink to 255."""
    paper, ink = float(np.percentile(part, 95)), float(part.min())
    return np.asarray((paper - part).clip(0) * (255.0 / max(1.0, paper - ink)))
