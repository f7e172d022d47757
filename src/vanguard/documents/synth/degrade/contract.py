"""What a transform is: a strength from 0 to 3, and a change of pixels that chance may vary.

It does not know any transform. Strength 0 changes nothing.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import cv2
import numpy as np
import numpy.typing as npt

from vanguard.documents.synth.draw.raster import Pixels

Family = Literal[
    "pre_print", "print", "human_marks", "ageing", "geometry", "light", "blur", "digital"
]
# the order in which they happen to a page
FAMILIES: tuple[Family, ...] = (
    "pre_print",
    "print",
    "human_marks",
    "ageing",
    "geometry",
    "light",
    "blur",
    "digital",
)
STRONGEST = 3
Floats = npt.NDArray[np.float32]
Chance = np.random.Generator


@dataclass(frozen=True)
class Transform:
    """One change of a page's image.

    Attributes:
        strength: 0 to 3.
    """

    strength: int
    name: ClassVar[str]
    family: ClassVar[Family]

    def __post_init__(self) -> None:
        if not 0 <= self.strength <= STRONGEST:
            raise ValueError(
                f"{self.name}: strength {self.strength} is not within 0 and {STRONGEST}"
            )

    def apply(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """The changed image, of the same size; the one given stays as it is."""
        if self.strength == 0:
            return pixels
        return self.change(pixels, chance, dpi)

    @abstractmethod
    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """As `apply`, at a strength of 1 or more."""

    def pick(self, *values: float) -> float:
        """The value for this strength: the first is for 1, the third for 3."""
        return values[self.strength - 1]


@dataclass(frozen=True)
class Mapping:
    """Where points of a page go.

    Attributes:
        forward: points (n × 2, x and y in pixels) to where they are then.
        warp: the image, moved likewise.
    """

    forward: Callable[[Floats], Floats]
    warp: Callable[[Pixels], Pixels]


class Warp(Transform):
    """A transform that moves points; its colours stay."""

    family: ClassVar[Family] = "geometry"

    @abstractmethod
    def mapping(self, size: tuple[int, int], chance: Chance) -> Mapping:
        """Where points go; `size` is height and width in pixels."""

    def change(self, pixels: Pixels, chance: Chance, dpi: int) -> Pixels:
        """The warped image."""
        del dpi
        return self.mapping(pixels.shape[:2], chance).warp(pixels)


def to_pixels(values: npt.NDArray[np.floating]) -> Pixels:
    """Floats as pixels, cut to 0 and 255."""
    pixels: Pixels = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return pixels


def shaded(pixels: Pixels, shade: npt.NDArray[np.floating]) -> Pixels:
    """Pixels times a shade (height × width, or × 3), where 1 changes nothing."""
    factor = shade if shade.ndim == 3 else shade[..., None]
    return to_pixels(pixels.astype(np.float32) * factor)


def field(chance: Chance, size: tuple[int, int], cells: int) -> Floats:
    """A smooth random field from 0 to 1, height × width; `cells` says how lumpy it is."""
    coarse = chance.random((cells + 1, cells + 1), dtype=np.float32)
    smooth = cv2.resize(coarse, (size[1], size[0]), interpolation=cv2.INTER_CUBIC)
    return np.clip(smooth, 0, 1).astype(np.float32)


def blank(size: tuple[int, int], value: int = 255) -> Pixels:
    """A grey image."""
    return np.full((*size, 3), value, np.uint8)


def blend(pixels: Pixels, drawn: Pixels, alpha: Floats | float) -> Pixels:
    """`drawn` over pixels; alpha is a number or height × width."""
    weight = alpha[..., None] if isinstance(alpha, np.ndarray) else alpha
    base = pixels.astype(np.float32)
    return to_pixels(base + (drawn.astype(np.float32) - base) * weight)


def stain(pixels: Pixels, drawn: Pixels) -> Pixels:
    """As ink soaks in: each colour at most as light as both."""
    return to_pixels(pixels.astype(np.float32) * (drawn.astype(np.float32) / 255))
