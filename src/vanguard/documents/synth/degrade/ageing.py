"""What years do to paper: yellow, stains, folds, the other side shining through, worn edges.

It does not know the press.
"""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np

from vanguard.documents.synth.degrade.contract import (
    Chance,
    Family,
    Floats,
    Transform,
    blend,
    field,
    shaded,
)
from vanguard.documents.synth.draw.raster import Pixels


class _Ageing(Transform):
    family: ClassVar[Family] = "ageing"


_BROWN = np.array([0.25, 0.45, 0.85], np.float32)  # how much of each colour old paper takes away


def _browned(pixels: Pixels, amount: Floats) -> Pixels:
    return shaded(pixels, 1 - amount[..., None] * _BROWN)


class Yellowing(_Ageing):
    """Yellowed paper, more at its edges."""

    name = "yellowing"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Takes up to a tenth, a quarter or nearly half of the blue."""
        del dpi
        height, width = pixels.shape[:2]
        y = np.abs(np.linspace(-1, 1, height, dtype=np.float32))[:, None]
        x = np.abs(np.linspace(-1, 1, width, dtype=np.float32))[None, :]
        edge = 0.5 + 0.5 * np.maximum(x, y) ** 4
        uneven = 0.7 + 0.3 * field(chance, (height, width), 5)
        return _browned(pixels, (edge * uneven * self.pick(0.12, 0.28, 0.5)).astype(np.float32))


class Stains(_Ageing):
    """Rings of cups and drops."""

    name = "stains"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """One, two or four rings with a dark rim."""
        height, width = pixels.shape[:2]
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        amount = np.zeros((height, width), np.float32)
        wobble = (field(chance, (height, width), 8) - 0.5) * dpi * 0.08
        for _ in range(int(self.pick(1, 2, 4))):
            far = np.hypot(x - chance.uniform(0, width), y - chance.uniform(0, height)) + wobble
            radius = dpi * chance.uniform(0.25, 0.9)
            rim = np.exp(-(((far - radius) / (dpi * 0.04)) ** 2))
            amount = np.maximum(amount, 0.6 * rim + 0.25 * (far < radius))
        return _browned(pixels, (amount * self.pick(0.4, 0.6, 0.8)).astype(np.float32))


class Foxing(_Ageing):
    """Many small brown spots."""

    name = "foxing"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Forty, a hundred or two hundred and fifty spots."""
        height, width = pixels.shape[:2]
        spots = np.zeros((height, width), np.float32)
        for _ in range(int(self.pick(40, 100, 250))):
            centre = (int(chance.integers(width)), int(chance.integers(height)))
            radius = max(1, int(dpi * chance.exponential(0.012)))
            cv2.circle(spots, centre, radius, float(chance.uniform(0.2, 0.7)), -1, cv2.LINE_AA)
        return _browned(pixels, cv2.GaussianBlur(spots, (0, 0), max(0.6, dpi / 150)) * 0.9)


class Folds(_Ageing):
    """Creases across the page, with light on one side and shade on the other."""

    name = "folds"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """One, two or three creases."""
        height, width = pixels.shape[:2]
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        shade = np.ones((height, width), np.float32)
        for number in range(self.strength):
            lean = chance.normal(0, 0.015)
            part = chance.uniform(0.25, 0.75)
            far = (
                (y - height * part + lean * x) if number % 2 == 0 else (x - width * part + lean * y)
            )
            soft = dpi * 0.12
            shade *= 1 - self.pick(0.08, 0.13, 0.2) * np.exp(-np.abs(far) / soft) * np.sign(far)
            shade *= 1 - self.pick(0.2, 0.3, 0.45) * np.exp(-((far / (dpi * 0.008)) ** 2))
        return shaded(pixels, shade.astype(np.float32))


class BleedThrough(_Ageing):
    """The print of the other side, mirrored, shines through."""

    name = "bleed_through"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """The page's own image, mirrored, shifted, soft and pale."""
        other = cv2.GaussianBlur(pixels[:, ::-1], (0, 0), dpi / 110).astype(np.float32)
        move = tuple(int(v) for v in chance.integers(-dpi // 4, dpi // 4 + 1, 2))
        other = np.roll(other, move, axis=(0, 1))
        return shaded(pixels, 1 - (255 - other) / 255 * self.pick(0.12, 0.24, 0.4))


class WornEdges(_Ageing):
    """Dark and ragged edges."""

    name = "worn_edges"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Darkens a rim of a few millimetres."""
        height, width = pixels.shape[:2]
        y = np.minimum(np.arange(height), np.arange(height)[::-1]).astype(np.float32)[:, None]
        x = np.minimum(np.arange(width), np.arange(width)[::-1]).astype(np.float32)[None, :]
        ragged = field(chance, (height, width), 24) * dpi * self.pick(0.08, 0.14, 0.22)
        far = np.minimum(y, x) - ragged
        rim = np.exp(-np.clip(far, 0, None) / (dpi * 0.05))
        return _browned(pixels, (rim * self.pick(0.4, 0.65, 0.95)).astype(np.float32))


class Scratches(_Ageing):
    """Thin light and dark scratches."""

    name = "scratches"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Six, fifteen or forty of them."""
        height, width = pixels.shape[:2]
        mask = np.zeros((height, width), np.float32)
        for _ in range(int(self.pick(6, 15, 40))):
            start = chance.uniform(0, 1, 2) * [width, height]
            end = start + chance.normal(0, dpi * 0.6, 2)
            ends = [tuple(int(v) for v in point) for point in (start, end)]
            cv2.line(mask, ends[0], ends[1], float(chance.uniform(0.2, 0.8)), 1, cv2.LINE_AA)
        light = np.full_like(pixels, 255 if chance.random() < 0.6 else 70)
        return blend(pixels, light, mask)


ALL = (Yellowing, Stains, Foxing, Folds, BleedThrough, WornEdges, Scratches)
