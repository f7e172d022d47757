"""What people leave on a page: pens, markers, stamps, holes, staples.

It does not know where words are, as people who scribble do not care.
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
    blank,
    blend,
    stain,
)
from vanguard.documents.synth.draw.raster import Pixels

_PENS = ((40, 60, 160), (30, 30, 40), (170, 30, 40), (20, 110, 60))


class _Mark(Transform):
    family: ClassVar[Family] = "human_marks"

    def pen(self, chance: Chance) -> tuple[int, int, int]:
        """A colour of a pen."""
        return _PENS[int(chance.integers(len(_PENS)))]


def _stroke(drawn: Pixels, points: Floats, colour: tuple[int, int, int], thick: int) -> None:
    cv2.polylines(drawn, [np.rint(points).astype(np.int32)], False, colour, thick, cv2.LINE_AA)


def _wavy(chance: Chance, start: tuple[float, float], long: float, rough: float) -> Floats:
    count = 24
    x = start[0] + np.linspace(0, long, count)
    y = start[1] + np.cumsum(chance.normal(0, rough, count))
    return np.stack([x, y], axis=1).astype(np.float32)


class PenUnderline(_Mark):
    """Lines under words."""

    name = "pen_underline"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Two, four or seven lines."""
        height, width = pixels.shape[:2]
        drawn, colour = blank((height, width)), self.pen(chance)
        for _ in range(int(self.pick(2, 4, 7))):
            start = (chance.uniform(0.1, 0.6) * width, chance.uniform(0.1, 0.9) * height)
            line = _wavy(chance, start, chance.uniform(0.1, 0.35) * width, dpi / 250)
            _stroke(drawn, line, colour, max(1, dpi // 70))
        return stain(pixels, drawn)


class Highlighter(_Mark):
    """Broad strokes that let the text be seen."""

    name = "highlighter"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """One, three or six strokes."""
        height, width = pixels.shape[:2]
        drawn = blank((height, width))
        colour = [(255, 245, 90), (150, 255, 150), (255, 170, 210)][int(chance.integers(3))]
        for _ in range(int(self.pick(1, 3, 6))):
            start = (chance.uniform(0.1, 0.5) * width, chance.uniform(0.1, 0.9) * height)
            line = _wavy(chance, start, chance.uniform(0.15, 0.4) * width, dpi / 300)
            _stroke(drawn, line, colour, max(3, dpi // 7))
        return stain(pixels, drawn)


class PenScribble(_Mark):
    """A scribble, mostly at the margin."""

    name = "pen_scribble"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Loops of a pen."""
        height, width = pixels.shape[:2]
        drawn = blank((height, width))
        for _ in range(int(self.pick(1, 2, 4))):
            side = (
                chance.uniform(0.02, 0.07) if chance.random() < 0.5 else chance.uniform(0.93, 0.98)
            )
            centre = np.array([side * width, chance.uniform(0.1, 0.9) * height])
            turn = np.linspace(0, 6.28 * chance.uniform(1, 4), 60)
            reach = (
                dpi * chance.uniform(0.1, 0.3) * (1 + 0.4 * np.sin(turn * chance.uniform(0.3, 0.8)))
            )
            loop = centre + np.stack([np.cos(turn) * reach, np.sin(turn) * reach * 0.6], axis=1)
            _stroke(drawn, loop.astype(np.float32), self.pen(chance), max(1, dpi // 90))
        return stain(pixels, drawn)


class Stamp(_Mark):
    """A round stamp, unevenly inked."""

    name = "stamp"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Two rings with spokes, somewhere in the lower half."""
        height, width = pixels.shape[:2]
        drawn, colour = blank((height, width)), self.pen(chance)
        centre = (int(width * chance.uniform(0.2, 0.8)), int(height * chance.uniform(0.5, 0.9)))
        radius = int(dpi * chance.uniform(0.4, 0.65))
        for part in (1.0, 0.7):
            cv2.circle(drawn, centre, int(radius * part), colour, max(1, dpi // 60), cv2.LINE_AA)
        for turn in np.arange(0, 6.28, 0.3) + chance.uniform(0, 1):
            ends = [
                (int(centre[0] + np.cos(turn) * r), int(centre[1] + np.sin(turn) * r))
                for r in (radius * 0.76, radius * 0.93)
            ]
            cv2.line(drawn, ends[0], ends[1], colour, max(1, dpi // 80), cv2.LINE_AA)
        worn = (chance.random((height, width)) < 0.75).astype(np.float32)
        inked = blend(blank((height, width)), drawn, worn * self.pick(0.3, 0.55, 0.85))
        return stain(pixels, inked)


class Signature(_Mark):
    """A signature at the foot of the page."""

    name = "signature"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """One to three smooth strokes."""
        height, width = pixels.shape[:2]
        drawn, colour = blank((height, width)), self.pen(chance)
        for _ in range(int(self.pick(1, 2, 3))):
            knots = chance.normal(0, 1, (6, 2)) * [dpi * 0.45, dpi * 0.14]
            knots += [width * chance.uniform(0.15, 0.5), height * chance.uniform(0.85, 0.93)]
            along = np.linspace(0, 5, 80)
            curve = np.stack(
                [np.interp(along, range(6), knots[:, axis]) for axis in (0, 1)], axis=1
            )
            smooth = cv2.GaussianBlur(curve.astype(np.float32), (1, 13), 0)
            _stroke(drawn, smooth.astype(np.float32), colour, max(1, dpi // 75))
        return stain(pixels, drawn)


class PunchHoles(_Mark):
    """Holes for a binder, and what lies behind them."""

    name = "punch_holes"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """Two holes of 6 mm, or a torn hole more."""
        height, width = pixels.shape[:2]
        drawn = pixels.copy()
        x = int(0.45 * dpi) if chance.random() < 0.5 else width - int(0.45 * dpi)
        x = min(max(x, 1), width - 1)
        grey = int(self.pick(190, 120, 30))
        for offset in (-1, 1) if self.strength < 3 else (-3, -1, 1, 3):
            centre = (x, int(height / 2 + offset * min(1.57 * dpi, height / 8)))
            cv2.circle(drawn, centre, max(2, int(0.12 * dpi)), (grey,) * 3, -1, cv2.LINE_AA)
        return drawn


class Staple(_Mark):
    """Staples in a corner, with their shadow."""

    name = "staple"

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """One to three of them."""
        height, width = pixels.shape[:2]
        drawn = pixels.copy()
        for _ in range(self.strength):
            x, y = width * chance.uniform(0.03, 0.12), height * chance.uniform(0.02, 0.06)
            turn = chance.uniform(-0.8, 0.8)
            reach = np.array([np.cos(turn), np.sin(turn)]) * dpi * 0.22
            for shift, grey in ((dpi * 0.015, 170), (0.0, 95)):
                ends = np.array(
                    [[x + shift, y + shift], [x + shift + reach[0], y + shift + reach[1]]]
                )
                _stroke(drawn, ends.astype(np.float32), (grey,) * 3, max(1, dpi // 50))
        return drawn


ALL = (PenUnderline, Highlighter, PenScribble, Stamp, Signature, PunchHoles, Staple)
