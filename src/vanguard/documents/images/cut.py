"""Cuts a part out of a level page by the places of its words, so that a slanted scan shows no neighbours.

It does not know what is written there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vanguard.documents.images.raster import Grey, Raster
from vanguard.documents.page import POINTS_PER_INCH, Box


def cut_out(page: Raster, boxes: Sequence[Box], margin: float) -> Grey | None:
    """The part of the page around these boxes; None when it is not on the page.

    Args:
        page: level.
        boxes: small ones, such as words, in points of the page.
        margin: around them, in heights of a box.
    """
    if not boxes:
        return None
    scale = page.dots_per_inch / POINTS_PER_INCH
    back = np.linalg.inv(page.to_page)
    middles = back @ np.array(
        [
            [(box.left + box.right) / 2 for box in boxes],
            [(box.top + box.bottom) / 2 for box in boxes],
            [1.0] * len(boxes),
        ]
    )
    wide = np.array([box.width for box in boxes]) * scale / 2
    high = np.array([box.height for box in boxes]) * scale / 2
    rim = margin * 2 * float(np.median(high))
    rows, columns = page.grey.shape
    left = max(0, int((middles[0] - wide).min() - rim))
    right = min(columns, int(np.ceil((middles[0] + wide).max() + rim)))
    top = max(0, int((middles[1] - high).min() - rim))
    bottom = min(rows, int(np.ceil((middles[1] + high).max() + rim)))
    if left >= right or top >= bottom:
        return None
    return np.ascontiguousarray(page.grey[top:bottom, left:right])
