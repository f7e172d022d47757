"""Grain and specks of a scan: measured on the paper between the ink, and smoothed away.

It does not know blur.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vanguard.documents.images.ink import Ink
from vanguard.documents.images.raster import Grey

_GRAIN = 4.0  # grey levels; what a clean scan and JPEG leave is below
# What JPEG leaves of a coarse scan's grain: few levels, but edges of letters are frayed. At 100 dpi it was 0.5,
# on scans at 150 dpi at most 0.25 and on drawn pages 0.
_FRAYED, _SOFTLY_PX = 0.4, 0.6
_SPECKS = 0.001  # of the paper's pixels
_FAR = 60  # grey levels
_DOTS_PX = 15  # around writing, where a lone pixel may be a letter's dot
_SPECK_PX = 4
_MASK = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)


def grain(grey: Grey, ink: Ink) -> float:
    """Standard deviation of the noise on the paper, in grey levels (Immerkaer, CVIU 64, 1996).

    0 where there is next to no paper.
    """
    near = cv2.dilate(ink, np.ones((7, 7), np.uint8))
    paper = near == 0
    if int(paper.sum()) < 1000:
        return 0.0
    answer = cv2.filter2D(grey.astype(np.float32), -1, _MASK)
    # of what remains, specks are not grain: the median is not moved by them
    return float(np.median(np.abs(answer[paper])) / 0.6745 / 6)


def find_specks(grey: Grey) -> NDArray[np.bool_]:
    """Single pixels that are darker or lighter than all of their neighbours by far."""
    ring = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], np.uint8)
    lightest = cv2.dilate(grey, ring).astype(np.int16)
    darkest = cv2.erode(grey, ring).astype(np.int16)
    return np.asarray((grey > lightest + _FAR) | (grey < darkest - _FAR))


def _far_from_writing(ink: Ink) -> NDArray[np.bool_]:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    large = stats[:, cv2.CC_STAT_AREA] > _SPECK_PX
    large[0] = False
    writing = large[labels].astype(np.uint8)
    reach = np.ones((2 * _DOTS_PX + 1, 2 * _DOTS_PX + 1), np.uint8)
    return np.asarray(cv2.dilate(writing, reach) == 0)


def smooth(grey: Grey, ink: Ink) -> tuple[Grey, list[str]]:
    """The page with less noise, and what was done; the same array where it was clean.

    Specks are counted far from writing alone: on a coarse scan a letter's dot is a lone pixel too.
    """
    done = []
    found = find_specks(grey)
    paper = _far_from_writing(ink)
    share = float(found[paper].mean()) if int(paper.sum()) > 1000 else 0.0
    if share > _SPECKS:
        grey = np.where(found, cv2.medianBlur(grey, 3), grey).astype(np.uint8)
        done.append(f"specks taken out ({share:.1%})")
    level = grain(grey, ink)
    if level > _GRAIN:
        grey = np.asarray(cv2.bilateralFilter(grey, 5, level * 4, 1.5), np.uint8)
        done.append(f"grain smoothed ({level:.0f} levels)")
    elif level > _FRAYED:
        grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), _SOFTLY_PX), np.uint8)
        done.append(f"edges smoothed ({level:.1f} levels)")
    return grey, done
