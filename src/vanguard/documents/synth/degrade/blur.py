"""Lenses and hands: out of focus, moved, sharpened too much.

It does not know the light.
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
    to_pixels,
)
from vanguard.documents.synth.draw.raster import Pixels


class _Blur(Transform):
    family: ClassVar[Family] = "blur"

    def sigma(self, dpi: int) -> float:
        """How soft, in pixels: the same on paper whatever the resolution."""
        return self.pick(0.5, 0.85, 1.3) * max(dpi, 72) / 150


class Defocus(_Blur):
    """Out of focus."""

    name = "defocus"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Evenly."""
        del chance
        return cv2.GaussianBlur(pixels, (0, 0), self.sigma(dpi)).astype(np.uint8)


class MotionBlur(_Blur):
    """The camera moved."""

    name = "motion_blur"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Along a line of some pixels."""
        long = max(3, round(self.sigma(dpi) * 5) | 1)
        kernel = np.zeros((long, long), np.float32)
        kernel[long // 2] = 1
        turn = cv2.getRotationMatrix2D((long // 2, long // 2), chance.uniform(0, 180), 1)
        turned = cv2.warpAffine(kernel, turn, (long, long))
        weights = (turned / max(float(turned.sum()), 1e-3)).astype(np.float32)
        return cv2.filter2D(pixels, -1, weights).astype(np.uint8)


class PartialDefocus(_Blur):
    """In focus in places only."""

    name = "partial_defocus"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """A soft copy blended in by a smooth field."""
        soft = cv2.GaussianBlur(pixels, (0, 0), self.sigma(dpi) * 1.5).astype(np.uint8)
        return blend(pixels, soft, field(chance, pixels.shape[:2], 2))


class OverSharpened(_Blur):
    """A camera's sharpening leaves halos."""

    name = "over_sharpened"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Unsharp masking, too strong, of a slightly soft image."""
        del chance
        soft = cv2.GaussianBlur(pixels, (0, 0), 0.6 * self.sigma(dpi) + 0.2).astype(np.float32)
        wide = cv2.GaussianBlur(soft, (0, 0), 1.5 + self.sigma(dpi))
        return to_pixels((soft + (soft - wide) * self.pick(0.8, 1.6, 3.0)).astype(np.float32))


ALL = (Defocus, MotionBlur, PartialDefocus, OverSharpened)
