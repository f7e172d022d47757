"""Light on the page when its picture is taken: uneven, shaded, glaring, too much, too little.

It does not know the page.
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


class _Light(Transform):
    family: ClassVar[Family] = "light"


class UnevenLight(_Light):
    """One side of the page is darker."""

    name = "uneven_light"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """A slope with some unevenness, down to 85, 65 or 45 percent."""
        del dpi
        height, width = pixels.shape[:2]
        turn = chance.uniform(0, 6.28)
        y = np.linspace(-1, 1, height, dtype=np.float32)[:, None] * np.sin(turn)
        x = np.linspace(-1, 1, width, dtype=np.float32)[None, :] * np.cos(turn)
        slope = (x + y) / 2.83 + 0.5 + 0.25 * (field(chance, (height, width), 3) - 0.5)
        return shaded(
            pixels, (1 - np.clip(slope, 0, 1) * self.pick(0.15, 0.35, 0.55)).astype(np.float32)
        )


class Shadow(_Light):
    """The shadow of a hand or a telephone."""

    name = "shadow"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """A soft-edged polygon from one edge."""
        height, width = pixels.shape[:2]
        mask = np.zeros((height, width), np.float32)
        x = chance.uniform(0, 1, 4) * width
        corners = np.array(
            [[x[0], 0], [x[1], 0], [x[2], height * chance.uniform(0.4, 1)], [x[3], height * 0.4]]
        )
        cv2.fillConvexPoly(mask, cv2.convexHull(corners.astype(np.int32)), 1.0)
        soft = cv2.GaussianBlur(mask, (0, 0), dpi * 0.12)
        return shaded(pixels, 1 - soft * self.pick(0.15, 0.3, 0.48))


class Vignette(_Light):
    """Dark corners."""

    name = "vignette"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Darker with the distance from a point near the middle."""
        del dpi
        height, width = pixels.shape[:2]
        y = np.linspace(-1, 1, height, dtype=np.float32)[:, None] - chance.uniform(-0.2, 0.2)
        x = np.linspace(-1, 1, width, dtype=np.float32)[None, :] - chance.uniform(-0.2, 0.2)
        return shaded(
            pixels,
            (1 - np.clip((x**2 + y**2) / 2, 0, 1) * self.pick(0.2, 0.4, 0.65)).astype(np.float32),
        )


class Gutter(_Light):
    """The dark gutter of an open book."""

    name = "gutter"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Dark along one long edge."""
        del dpi
        width = pixels.shape[1]
        far = np.arange(width, dtype=np.float32)
        far = far if chance.random() < 0.5 else far[::-1]
        dark = np.exp(-far / (width * self.pick(0.05, 0.07, 0.1))) * self.pick(0.4, 0.6, 0.85)
        return shaded(pixels, np.broadcast_to((1 - dark).astype(np.float32), pixels.shape[:2]))


class Glare(_Light):
    """A lamp mirrored by glossy paper."""

    name = "glare"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """A bright, soft spot."""
        del dpi
        height, width = pixels.shape[:2]
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        far = np.hypot(x - width * chance.uniform(0.2, 0.8), y - height * chance.uniform(0.2, 0.8))
        spot = np.exp(-((far / (width * chance.uniform(0.12, 0.25))) ** 2))
        return blend(
            pixels, np.full_like(pixels, 255), (spot * self.pick(0.3, 0.5, 0.75)).astype(np.float32)
        )


class LowContrast(_Light):
    """Grey ink on grey paper."""

    name = "low_contrast"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Squeezes the range to 75, 55 or 35 percent."""
        del dpi
        part, low = self.pick(0.75, 0.55, 0.35), chance.uniform(0.3, 0.8)
        return to_pixels(pixels.astype(np.float32) * part + 255 * (1 - part) * low)


class Overexposed(_Light):
    """Too much light: thin strokes go pale."""

    name = "overexposed"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Lightens the dark."""
        del chance, dpi
        power = 1 / self.pick(1.4, 1.9, 2.7)
        return to_pixels(
            255
            * (pixels.astype(np.float32) / 255 + self.pick(0.02, 0.06, 0.12)) ** np.float32(power)
        )


ALL = (UnevenLight, Shadow, Vignette, Gutter, Glare, LowContrast, Overexposed)
