"""Boxes and confidences as both XML forms want them.

It does not know elements.
"""

from __future__ import annotations

from functools import reduce

from vanguard.documents.page import Box, Line


def known_box(line: Line) -> Box | None:
    """The line's box, or the one around those of its words; None where nobody said."""
    boxes = [word.box for word in line.words if word.box is not None]
    return line.box or (reduce(Box.around, boxes) if boxes else None)


def units(length: float, scale: float) -> int:
    """A length in whole units of the form, from 0 to 2^31 - 1, which readers take for an integer."""
    return round(min(max(length * scale, 0.0), float(2**31 - 1)))


def confidence(value: float) -> str:
    """A confidence from 0 to 1, as a number that both forms take."""
    return f"{min(max(value, 0.0), 1.0):.3f}"
