"""Degrades an image step by step, and lets the boxes of its page follow what moves.

It does not know which steps are wise. Where a move would push words off the image, a weaker one is
tried; the steps that were really taken are given back.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from vanguard.documents.page import POINTS_PER_INCH, Box, Page
from vanguard.documents.synth.boxes import with_boxes
from vanguard.documents.synth.degrade.contract import Floats, Warp
from vanguard.documents.synth.degrade.plan import TRANSFORMS, Steps
from vanguard.documents.synth.dice import noise
from vanguard.documents.synth.draw.raster import Pixels

# points of an edge that are followed: bent edges reach furthest somewhere between corners
_ALONG = 7


@dataclasses.dataclass(frozen=True)
class Degraded:
    """What became of a page."""

    pixels: Pixels
    page: Page
    steps: Steps
    moved: bool


def degrade(pixels: Pixels, page: Page, steps: Steps, dpi: int, seed: object) -> Degraded:
    """Applies transforms in their order; the same seed gives the same pixels."""
    taken: list[tuple[str, int]] = []
    moved = False
    for name, wanted in steps:
        strength = wanted
        transform = TRANSFORMS[name](strength)
        if isinstance(transform, Warp):
            found = _warped(transform, pixels, page, dpi, seed)
            if found is None:
                continue
            pixels, page, strength = found
            moved = True
        else:
            pixels = transform.apply(pixels, noise(seed, name), dpi)
        taken.append((name, strength))
    return Degraded(pixels, page, tuple(taken), moved)


def _warped(
    transform: Warp, pixels: Pixels, page: Page, dpi: int, seed: object
) -> tuple[Pixels, Page, int] | None:
    """The strongest move, up to the wanted one, that keeps all words on the image."""
    height, width = pixels.shape[:2]
    for strength in range(transform.strength, 0, -1):
        tried = dataclasses.replace(transform, strength=strength)
        mapping = tried.mapping((height, width), noise(seed, transform.name))
        after = moved_page(page, mapping.forward, dpi / POINTS_PER_INCH)
        if all(_inside(block.box, page) for block in after.blocks):
            return mapping.warp(pixels), after, strength
    return None


def _inside(box: Box | None, page: Page) -> bool:
    return box is None or (
        box.left >= 0 and box.top >= 0 and box.right <= page.width and box.bottom <= page.height
    )


def moved_page(page: Page, forward: Callable[[Floats], Floats], scale: float) -> Page:
    """The page with each box around where its edges went; `scale` is pixels per point."""
    return with_boxes(page, lambda box: _moved(box, forward, scale))


def _moved(box: Box, forward: Callable[[Floats], Floats], scale: float) -> Box:
    x = np.linspace(box.left, box.right, _ALONG)
    y = np.linspace(box.top, box.bottom, _ALONG)
    edges = [
        *((value, edge) for value in x for edge in (box.top, box.bottom)),
        *((edge, value) for value in y for edge in (box.left, box.right)),
    ]
    points = forward(np.array(edges, np.float32) * np.float32(scale)) / scale
    left, top = points.min(axis=0)
    right, bottom = points.max(axis=0)
    return Box(float(left), float(top), float(right), float(bottom))
