"""Sensors and files: noise, few dots, few levels, lossy compression.

It does not know paper.
"""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np

from vanguard.documents.synth.degrade.contract import (
    Chance,
    Family,
    Transform,
    field,
    shaded,
    to_pixels,
)
from vanguard.documents.synth.draw.raster import Pixels


class _Digital(Transform):
    family: ClassVar[Family] = "digital"


class GaussianNoise(_Digital):
    """Noise of a sensor, alike in all colours."""

    name = "gaussian_noise"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """A deviation of 6, 14 or 26 levels."""
        del dpi
        noise = chance.standard_normal(pixels.shape[:2], dtype=np.float32) * self.pick(6, 14, 26)
        return to_pixels(pixels.astype(np.float32) + noise[..., None])


class ColourNoise(_Digital):
    """Noise of a telephone's camera in the dark, unlike in each colour."""

    name = "colour_noise"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Slightly smooth noise."""
        del dpi
        noise = cv2.GaussianBlur(
            chance.standard_normal(pixels.shape, dtype=np.float32), (0, 0), 0.8
        )
        return to_pixels(pixels.astype(np.float32) + noise * self.pick(12, 25, 45))


class SaltPepper(_Digital):
    """Dust: black and white dots."""

    name = "salt_pepper"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """In 0.2, 0.8 or 2 percent of the places."""
        del dpi
        drawn = chance.random(pixels.shape[:2], dtype=np.float32)
        share = self.pick(0.002, 0.008, 0.02) / 2
        changed = pixels.copy()
        changed[drawn < share] = 0
        changed[drawn > 1 - share] = 255
        return changed


class Speckle(_Digital):
    """Noise that is stronger where there is light."""

    name = "speckle"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Multiplies each place by about one."""
        del dpi
        noise = chance.standard_normal(pixels.shape[:2], dtype=np.float32)
        return shaded(pixels, 1 + noise * np.float32(self.pick(0.04, 0.09, 0.17)))


class Jpeg(_Digital):
    """Lossy compression."""

    name = "jpeg"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Quality about 50, 28 or 12."""
        del dpi
        quality = int(self.pick(50, 28, 12) + chance.integers(-5, 6))
        done, data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        if not done:
            raise ValueError("this OpenCV cannot write JPEG")
        read = cv2.imdecode(data, cv2.IMREAD_COLOR)
        if read is None:
            raise ValueError("this OpenCV cannot read JPEG")
        return np.ascontiguousarray(read[..., ::-1]).astype(np.uint8)


class LowResolution(_Digital):
    """Scanned with few dots, then enlarged."""

    name = "low_resolution"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """To 75, 58 or 45 percent and back; never below 60 dpi."""
        del chance
        part = min(1.0, max(self.pick(0.75, 0.58, 0.45), 60 / dpi))
        height, width = pixels.shape[:2]
        small = cv2.resize(
            pixels,
            (max(1, round(width * part)), max(1, round(height * part))),
            interpolation=cv2.INTER_AREA,
        )
        return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.uint8)


class FewLevels(_Digital):
    """Few levels of grey."""

    name = "few_levels"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Twelve, six or three of them, in each colour."""
        del chance, dpi
        levels = np.float32(self.pick(12, 6, 3) - 1)
        return to_pixels(np.rint(pixels.astype(np.float32) / 255 * levels) / levels * 255)


class Bilevel(_Digital):
    """Black and white as of a fax, with a threshold that is off."""

    name = "bilevel"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """A threshold off the middle by up to 15, 40 or 70 levels, with a little noise."""
        del dpi
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
        grey += chance.standard_normal(grey.shape, dtype=np.float32) * self.pick(4, 8, 14)
        off = self.pick(15, 40, 70) * chance.uniform(0.5, 1) * (1 if chance.random() < 0.5 else -1)
        black = np.where(grey < 140 + off, 0, 255).astype(np.uint8)
        return np.repeat(black[..., None], 3, axis=2)


class ScanLines(_Digital):
    """A scanner whose rows differ, and whose lamp flickers."""

    name = "scan_lines"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Each row is a little lighter or darker."""
        del dpi
        height, width = pixels.shape[:2]
        rows = chance.standard_normal((height, 1), dtype=np.float32) * np.float32(
            self.pick(0.015, 0.035, 0.07)
        )
        slow = (field(chance, (height, width), 12)[:, :1] - 0.5) * np.float32(
            self.pick(0.04, 0.08, 0.15)
        )
        return shaded(pixels, np.broadcast_to(1 + rows + slow, (height, width)))


ALL = (
    GaussianNoise,
    ColourNoise,
    SaltPepper,
    Speckle,
    Jpeg,
    LowResolution,
    FewLevels,
    Bilevel,
    ScanLines,
)
