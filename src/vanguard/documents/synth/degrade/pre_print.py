"""Paper before anything is printed: colour, grain, patterns, rules, watermarks.

It does not know the text. Paper multiplies: it never makes ink lighter.
"""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np

from vanguard.documents.synth.degrade.contract import (
    Chance,
    Family,
    Transform,
    blank,
    field,
    shaded,
    stain,
)
from vanguard.documents.synth.draw.raster import Pixels


class _Paper(Transform):
    family: ClassVar[Family] = "pre_print"


class PaperTint(_Paper):
    """Coloured paper."""

    name = "paper_tint"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Takes up to 8, 18 or 35 percent of a colour away."""
        del dpi
        tint = 1 - chance.uniform(0, self.pick(0.08, 0.18, 0.35), 3)
        tint[chance.integers(3)] = 1 - self.pick(0.06, 0.14, 0.28)
        return shaded(pixels, np.broadcast_to(tint.astype(np.float32), pixels.shape))


class PaperGrain(_Paper):
    """Rough paper."""

    name = "paper_grain"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Grain of two sizes."""
        del dpi
        height, width = pixels.shape[:2]
        fine = chance.random((height, width), dtype=np.float32)
        grain = 0.6 * cv2.GaussianBlur(fine, (0, 0), 1.2) + 0.4 * field(chance, (height, width), 60)
        return shaded(pixels, 1 - (grain - grain.min()) * self.pick(0.15, 0.3, 0.5))


class PaperPattern(_Paper):
    """A printed background of crossing waves, as on certificates."""

    name = "paper_pattern"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Waves of a pale colour."""
        y, x = np.mgrid[0 : pixels.shape[0], 0 : pixels.shape[1]].astype(np.float32)
        period = chance.uniform(0.08, 0.2) * dpi
        wave = np.sin((x + 0.3 * period * np.sin(y / period)) * 6.28 / period)
        wave += np.sin((y + 0.3 * period * np.sin(x / period)) * 6.28 / period)
        depth = (self.pick(0.06, 0.14, 0.26) * chance.uniform(0.3, 1, 3)).astype(np.float32)
        return shaded(pixels, 1 - (wave[..., None] * 0.25 + 0.5) * depth)


class RuledPaper(_Paper):
    """Lined or squared paper."""

    name = "ruled_paper"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Lines half a centimetre to a centimetre apart."""
        drawn = blank(pixels.shape[:2])
        step = max(4, round(chance.uniform(0.2, 0.4) * dpi))
        pale = int(self.pick(225, 195, 160))
        colour = np.array([pale, pale, 235] if chance.random() < 0.5 else [pale] * 3, np.uint8)
        thick = max(1, dpi // 150)
        for row in range(thick):
            drawn[step + row :: step, :] = colour
            if chance.random() < 0.3:
                drawn[:, step + row :: step] = colour
        return stain(pixels, drawn)


class Watermark(_Paper):
    """Pale rings behind the text."""

    name = "watermark"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """One to three concentric rings in the middle half of the page."""
        height, width = pixels.shape[:2]
        drawn = blank((height, width))
        pale = self.pick(232, 210, 180)
        centre = (int(width * chance.uniform(0.3, 0.7)), int(height * chance.uniform(0.3, 0.7)))
        for ring in range(int(chance.integers(1, 4))):
            radius = int(min(height, width) * (0.1 + 0.09 * ring))
            cv2.circle(
                drawn, centre, radius, (pale, pale, pale + 10), max(2, dpi // 25), cv2.LINE_AA
            )
        return stain(pixels, drawn)


ALL = (PaperTint, PaperGrain, PaperPattern, RuledPaper, Watermark)
