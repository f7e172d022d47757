"""Shaded paper behind writing: cells, boxes and stripes become white, what is written stays.

It does not know tables. A dark picture that is larger than writing loses its inside, too: look for
pictures before.
"""

from __future__ import annotations

import cv2
import numpy as np

from vanguard.documents.images.raster import Grey

_WIDER = 2.5  # heights of writing: wider than any stroke, narrower than any shade
_WHITE = 250


def without_shade(grey: Grey, height: float) -> Grey:
    """The page with its paper white wherever it is written on; the same shape."""
    reach = max(3, round(_WIDER * height))
    paper = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    return np.asarray(cv2.divide(grey, np.maximum(paper, 1), scale=_WHITE), np.uint8)
