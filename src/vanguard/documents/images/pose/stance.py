"""Whether lines of writing run across a page or down it, and which way up its letters look: by its ink alone.

It does not read. Both figures only raise a doubt; who turns a page must be sure of more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vanguard.documents.images import illumination
from vanguard.documents.images.ink import Ink, find_ink
from vanguard.documents.images.raster import Grey

# On this size of a page some lines fall into a tile; a line that is askew hardly leaves its tile's rows.
_SMALL_PX, _TILE_PX = 800, 80
_WRITING = 0.2  # of the longest side: what is larger is a rule, a frame or a picture
_SOME = 0.02  # of a tile
_SOFT_PX = 0.6
_LEAST = 1e-4


@dataclass(frozen=True)
class Stance:
    """How a page's writing lies.

    Attributes:
        across: above 0 where rows of ink differ more than columns do, as they do when lines run across.
        upright: above 0 where lines end more sharply below than above, as Arabic ones do on their
            baseline: -1 to 1.
    """

    across: float
    upright: float


def stance(grey: Grey) -> Stance | None:
    """The stance of a page; None where there is too little writing to say.

    Of 196 generated pages of all kinds, half of them degraded, `across` was .7 to 2.9 and `upright` .05 to
    .74; of 60 Latin ones, tables among them, -.2 to 3.6 and -.2 to .2. It takes 20 ms.
    """
    ink = _writing(grey)
    height, width = ink.shape
    down, along = max(1, height // _TILE_PX), max(1, width // _TILE_PX)
    whole = np.zeros((down * _TILE_PX, along * _TILE_PX), np.float32)
    part = ink[: whole.shape[0], : whole.shape[1]]
    whole[: part.shape[0], : part.shape[1]] = part
    tiles = whole.reshape(down, _TILE_PX, along, _TILE_PX)
    filled = tiles.mean((1, 3))
    some = filled > _SOME
    if not some.any():
        return None
    rows, columns = tiles.mean(3), tiles.mean(1)
    ratio = np.log((rows.var(1) + _LEAST) / (columns.var(2) + _LEAST))
    across = float((filled * ratio)[some].sum() / filled[some].sum())
    return Stance(across, _sharper_below(rows.reshape(-1, along)))


def _writing(grey: Grey) -> NDArray[np.float32]:
    height, width = grey.shape
    factor = min(1.0, _SMALL_PX / max(height, width))
    small = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    flat, _ = illumination.flatten(np.asarray(small, np.uint8))
    ink: Ink = find_ink(flat)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    most = _WRITING * _SMALL_PX
    large = (stats[:, cv2.CC_STAT_WIDTH] > most) | (stats[:, cv2.CC_STAT_HEIGHT] > most)
    large[0] = True
    return np.asarray((~large)[labels], np.float32)


def _sharper_below(profiles: NDArray[Any]) -> float:
    """The balance of cubed steps between rows of ink, down each column of tiles."""
    soft = cv2.GaussianBlur(profiles.astype(np.float32), (0, 0), sigmaX=1e-3, sigmaY=_SOFT_PX)
    steps = np.diff(soft.astype(np.float64), axis=0) ** 3
    return float(-steps.sum() / max(1e-12, np.abs(steps).sum()))
