"""Parts of page images, level and as PNG, for training.

It does not know what is written there. The images are this platform's own, see `stages.ShowPage`.
"""

from __future__ import annotations

import io
import math
from functools import lru_cache
from pathlib import Path

from PIL import Image

from vanguard.documents.page import Box

_MARGIN_PX = 4
_LEAST_DEGREES = 0.1
_WHITE = 255


def crop(image: Path, box: Box, page: tuple[float, float], turned: float) -> bytes:
    """What is in a box of a page.

    Args:
        image: of the page, a PNG that fills it.
        box: in points.
        page: width and height in points.
        turned: degrees by which its lines fall to the right.
    """
    whole = _opened(image)
    across, down = whole.width / page[0], whole.height / page[1]
    left, right = box.left * across, box.right * across
    top, bottom = box.top * down, box.bottom * down
    if abs(turned) < _LEAST_DEGREES:
        part = _cut(whole, left, top, right, bottom)
    else:
        part = _level(
            whole, ((left + right) / 2, (top + bottom) / 2), (right - left, bottom - top), turned
        )
    out = io.BytesIO()
    part.save(out, "PNG")
    return out.getvalue()


def _level(
    whole: Image.Image, middle: tuple[float, float], around: tuple[float, float], degrees: float
) -> Image.Image:
    """The part turned level about its middle; the box that was around it was larger than it is."""
    wide, high = inner_size(around, degrees)
    reach = math.hypot(*around) / 2 + _MARGIN_PX
    x, y = middle
    square = _cut(whole, x - reach, y - reach, x + reach, y + reach, padded=True)
    level = square.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=_WHITE)
    x, y = level.width / 2, level.height / 2
    return _cut(level, x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)


def inner_size(around: tuple[float, float], degrees: float) -> tuple[float, float]:
    """Width and height of what was turned, of which this is the size of the upright box around it."""
    radians = abs(math.radians(degrees))
    cos, sin, both = math.cos(radians), math.sin(radians), math.cos(2 * radians)
    wide = (around[0] * cos - around[1] * sin) / both
    high = (around[1] * cos - around[0] * sin) / both
    if wide < 1 or high < 1:  # the box was not around something that was turned
        return around
    return wide, high


def _cut(
    image: Image.Image,
    left: float,
    top: float,
    right: float,
    bottom: float,
    *,
    padded: bool = False,
) -> Image.Image:
    margin = 0 if padded else _MARGIN_PX
    box = [math.floor(left) - margin, math.floor(top) - margin]
    box += [math.ceil(right) + margin, math.ceil(bottom) + margin]
    if padded:
        size = (max(1, box[2] - box[0]), max(1, box[3] - box[1]))
        paper = Image.new("L", size, _WHITE)
        inside = (
            max(0, box[0]),
            max(0, box[1]),
            min(image.width, box[2]),
            min(image.height, box[3]),
        )
        if inside[0] < inside[2] and inside[1] < inside[3]:
            paper.paste(image.crop(inside), (inside[0] - box[0], inside[1] - box[1]))
        return paper
    x, y = min(max(0, box[0]), image.width - 1), min(max(0, box[1]), image.height - 1)
    x2, y2 = max(x + 1, min(image.width, box[2])), max(y + 1, min(image.height, box[3]))
    return image.crop((x, y, x2, y2))


@lru_cache(maxsize=2)
def _opened(path: Path) -> Image.Image:
    """Blocks of one page are asked for one after the other."""
    with Image.open(path, formats=("PNG",)) as image:
        return image.convert("L")
