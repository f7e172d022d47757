"""What the press or the printer does: too little ink, too much, none in places, streaks, dots.

It does not know the paper.
"""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np

from vanguard.documents.synth.degrade.contract import (
    Chance,
    Family,
    Transform,
    blend,
    field,
    shaded,
    to_pixels,
)
from vanguard.documents.synth.draw.raster import Pixels


class _Printing(Transform):
    family: ClassVar[Family] = "print"


class FadedInk(_Printing):
    """Ink that is nearly used up."""

    name = "faded_ink"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Lightens ink, in patches."""
        del dpi
        patches = field(chance, pixels.shape[:2], 6)
        alpha = self.pick(0.2, 0.38, 0.58) * (0.6 + 0.4 * patches)
        return blend(pixels, np.full_like(pixels, 255), alpha.astype(np.float32))


def _thickened(pixels: Pixels, amount: float, *, thin: bool) -> Pixels:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    times = int(np.ceil(amount))
    morph = cv2.dilate if thin else cv2.erode
    changed = morph(pixels, kernel, iterations=times).astype(np.uint8)
    return blend(pixels, changed, min(1.0, amount / times))


class InkBleed(_Printing):
    """Ink that spreads: strokes grow and their holes close."""

    name = "ink_bleed"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Grows strokes by a part of a pixel at 150 dpi."""
        del chance
        grown = _thickened(pixels, self.pick(0.4, 0.7, 1.0) * max(1.0, dpi / 200), thin=False)
        return cv2.GaussianBlur(grown, (0, 0), 0.5).astype(np.uint8)


class ThinInk(_Printing):
    """Strokes that are worn thin."""

    name = "thin_ink"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Shrinks strokes by a part of a pixel."""
        del chance
        return _thickened(pixels, self.pick(0.25, 0.45, 0.65) * max(1.0, dpi / 250), thin=True)


class InkDropout(_Printing):
    """Small places without ink."""

    name = "ink_dropout"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Lightens up to 4, 9 or 16 percent of the dots."""
        height, width = pixels.shape[:2]
        spots = cv2.GaussianBlur(
            chance.random((height, width), dtype=np.float32), (0, 0), dpi / 220
        )
        limit = np.quantile(spots[::7, ::7], self.pick(0.04, 0.09, 0.16))
        return blend(pixels, np.full_like(pixels, 255), (spots < limit).astype(np.float32) * 0.85)


class TonerStreaks(_Printing):
    """Upright streaks of a worn drum, light and dark."""

    name = "toner_streaks"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """A few streaks over the whole height."""
        width = pixels.shape[1]
        shade = np.zeros(width, np.float32)
        for _ in range(int(self.pick(3, 6, 12))):
            at, wide = int(chance.integers(width)), int(chance.integers(1, max(2, dpi // 25)))
            shade[at : at + wide] = chance.uniform(-1, 1) * self.pick(40, 75, 120)
        return to_pixels(pixels.astype(np.float32) + shade[None, :, None])


class Halftone(_Printing):
    """Ink as a screen of dots."""

    name = "halftone"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Breaks dark places into dots."""
        y, x = np.mgrid[0 : pixels.shape[0], 0 : pixels.shape[1]].astype(np.float32)
        period = max(2.5, dpi / chance.uniform(55, 80))
        screen = np.sin((x + y) * 4.44 / period) * np.sin((x - y) * 4.44 / period)
        alpha = np.clip(screen, 0, 1) * self.pick(0.3, 0.5, 0.75)
        return blend(pixels, np.full_like(pixels, 255), alpha.astype(np.float32))


class GhostPrint(_Printing):
    """A pale second print beside the first."""

    name = "ghost_print"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Shifted by a fiftieth of an inch or so."""
        far = dpi * chance.uniform(0.01, 0.03)
        angle = chance.uniform(0, 6.28)
        move = np.array([[1, 0, far * np.cos(angle)], [0, 1, far * np.sin(angle)]], np.float32)
        size = (pixels.shape[1], pixels.shape[0])
        ghost = cv2.warpAffine(pixels, move, size, borderValue=(255, 255, 255))
        pale = 255 - (255 - ghost.astype(np.float32)) * self.pick(0.15, 0.28, 0.42)
        return shaded(pixels, pale / 255)


ALL = (FadedInk, InkBleed, ThinInk, InkDropout, TonerStreaks, Halftone, GhostPrint)
