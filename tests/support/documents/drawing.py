"""Pages drawn with Pillow, for tests that need writing of a known size at a known place."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

LINES = (
    "the quick brown fox jumps over",
    "the lazy dog and runs away to",
    "a place that nobody knows of",
)


def drawn(lines=LINES, *, size_px=24, wide=700, margin=40, paper=250, ink=20):
    """Lines of Latin text in Pillow's own font, one below the other; shape (height, width)."""
    font = ImageFont.load_default(size_px)
    pitch = round(size_px * 1.6)
    image = Image.new("L", (wide, 2 * margin + pitch * len(lines)), paper)
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        pen.text((margin, margin + number * pitch), line, fill=ink, font=font)
    return np.array(image)
