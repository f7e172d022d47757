"""A grey page image that knows where on the page each of its pixels is.

It does not know what is to be seen on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vanguard.documents.page import POINTS_PER_INCH, Box

Grey = NDArray[np.uint8]
Matrix = NDArray[np.float64]
"""Three by three, for columns of (x, y, 1)."""


@dataclass(frozen=True, eq=False)
class Raster:
    """An image and its place.

    Attributes:
        grey: shape (height, width), 0 black to 255 white, C-contiguous.
        to_page: from pixels of `grey` to points of the page.
    """

    grey: Grey
    to_page: Matrix

    @property
    def dots_per_inch(self) -> float:
        """Pixels of this image in an inch of the page, along its lines."""
        return POINTS_PER_INCH / float(np.hypot(self.to_page[0, 0], self.to_page[1, 0]))

    def moved(self, grey: Grey, change: Matrix) -> Raster:
        """Another image of the same page, `change` being from this one's pixels to its."""
        return Raster(np.ascontiguousarray(grey), self.to_page @ np.linalg.inv(change))

    def page_box(self, box: Box) -> Box:
        """The box on the page around a box of pixels."""
        corners = np.array(
            [
                [box.left, box.right, box.right, box.left],
                [box.top, box.top, box.bottom, box.bottom],
                [1.0, 1.0, 1.0, 1.0],
            ]
        )
        xs, ys, _ = self.to_page @ corners
        return Box(*(round(float(one), 2) for one in (xs.min(), ys.min(), xs.max(), ys.max())))


def raster(grey: Grey, dots_per_inch: float) -> Raster:
    """An upright image that fills its page.

    Raises:
        ValueError: the resolution is not a positive number.
    """
    if not dots_per_inch > 0:
        raise ValueError(f"{dots_per_inch} dots per inch")
    return Raster(np.ascontiguousarray(grey), scaling(POINTS_PER_INCH / dots_per_inch))


def scaling(factor: float) -> Matrix:
    """The matrix that scales by a factor."""
    return np.diag([factor, factor, 1.0])
