"""How a page comes to lie askew: rotation, perspective, curl, waves, shifts, stretches.

It does not know what is printed. Each tells where points go, so that boxes can follow; pixels that
come from beyond the page repeat its edge, as a scanner's lid would.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from vanguard.documents.synth.degrade.contract import Chance, Floats, Mapping, Warp
from vanguard.documents.synth.draw.raster import Pixels


def _linear(matrix: Floats) -> Mapping:
    """A homography, 3 × 3, from old places to new ones."""

    def forward(points: Floats) -> Floats:
        moved = np.concatenate([points, np.ones((len(points), 1), np.float32)], axis=1) @ matrix.T
        return (moved[:, :2] / moved[:, 2:]).astype(np.float32)

    def warp(pixels: Pixels) -> Pixels:
        size = (pixels.shape[1], pixels.shape[0])
        return cv2.warpPerspective(
            pixels, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        ).astype(np.uint8)

    return Mapping(forward, warp)


Shift = Callable[[Floats], Floats]


def _bent(shift_y: Shift, squeeze_x: Shift, unsqueeze_x: Shift) -> Mapping:
    """Columns of pixels moved up or down by `shift_y(old x)`, after x went to `squeeze_x(x)`."""

    def forward(points: Floats) -> Floats:
        x, y = points[:, 0], points[:, 1]
        return np.stack([squeeze_x(x), y + shift_y(x)], axis=1).astype(np.float32)

    def warp(pixels: Pixels) -> Pixels:
        height, width = pixels.shape[:2]
        old_x = unsqueeze_x(np.arange(width, dtype=np.float32)).astype(np.float32)
        map_x = np.broadcast_to(old_x, (height, width)).astype(np.float32)
        rows = np.arange(height, dtype=np.float32)[:, None]
        map_y = (rows - shift_y(old_x)[None, :]).astype(np.float32)
        return cv2.remap(
            pixels, map_x, map_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        ).astype(np.uint8)

    return Mapping(forward, warp)


def _same(values: Floats) -> Floats:
    return values


class Skew(Warp):
    """A page laid askew on the glass."""

    name = "skew"

    def mapping(self, size: tuple[int, int], chance: Chance) -> Mapping:
        """Turned about its middle by up to 1.2, 2.5 or 4.5 degrees, never by less than half of that."""
        most = self.pick(1.2, 2.5, 4.5)
        angle = chance.uniform(0.5, 1) * most * (1 if chance.random() < 0.5 else -1)
        matrix = np.eye(3, dtype=np.float32)
        matrix[:2] = cv2.getRotationMatrix2D((size[1] / 2, size[0] / 2), angle, 1)
        return _linear(matrix)


class Perspective(Warp):
    """A page seen from the side."""

    name = "perspective"

    def mapping(self, size: tuple[int, int], chance: Chance) -> Mapping:
        """Each corner moves inwards by up to 1.5, 3 or 5 percent."""
        height, width = size
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        inwards = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]], np.float32)
        part = chance.uniform(0, self.pick(0.015, 0.03, 0.05), (4, 2)).astype(np.float32)
        moved = corners + inwards * part * np.array([width, height], np.float32)
        return _linear(cv2.getPerspectiveTransform(corners, moved).astype(np.float32))


class Curl(Warp):
    """A page of an open book, bent towards its spine."""

    name = "curl"

    def mapping(self, size: tuple[int, int], chance: Chance) -> Mapping:
        """Lines bend and letters narrow towards one side."""
        width = size[1]
        depth = self.pick(0.012, 0.024, 0.04) * size[0]
        narrow = self.pick(0.01, 0.02, 0.035)
        at_left = chance.random() < 0.5
        old = np.arange(width + 1, dtype=np.float32)
        part = (1 - old / width) if at_left else old / width
        new = old + (narrow * width * part**3) * (1 if at_left else -1)

        def near(x: Floats) -> Floats:
            p = np.clip((1 - x / width) if at_left else x / width, 0, 1)
            return (-depth * p**3).astype(np.float32)

        return _bent(
            near,
            lambda x: np.interp(x, old, new).astype(np.float32),
            lambda x: np.interp(x, new, old).astype(np.float32),
        )


class Wave(Warp):
    """Damp paper that lies in waves."""

    name = "wave"

    def mapping(self, size: tuple[int, int], chance: Chance) -> Mapping:
        """Lines go up and down once to three times."""
        height, width = size
        high = self.pick(0.0015, 0.003, 0.006) * height
        phase, turns = chance.uniform(0, 6.28), chance.uniform(1, 3)
        return _bent(
            lambda x: (high * np.sin(x * (6.28 * turns / width) + phase)).astype(np.float32),
            _same,
            _same,
        )


class Offset(Warp):
    """A page laid beside its place on the glass."""

    name = "offset"

    def mapping(self, size: tuple[int, int], chance: Chance) -> Mapping:
        """Moved by up to 1, 2 or 4 percent."""
        most = self.pick(0.01, 0.02, 0.04)
        part = chance.uniform(0.3, 1, 2) * most * np.where(chance.random(2) < 0.5, -1, 1)
        matrix = np.eye(3, dtype=np.float32)
        matrix[:2, 2] = part * np.array([size[1], size[0]])
        return _linear(matrix)


class Stretch(Warp):
    """A scanner or a fax whose two directions differ."""

    name = "stretch"

    def mapping(self, size: tuple[int, int], chance: Chance) -> Mapping:
        """One direction shrinks by up to 2, 5 or 10 percent."""
        least = 1 - chance.uniform(0.4, 1) * self.pick(0.02, 0.05, 0.1)
        matrix = np.eye(3, dtype=np.float32)
        axis = int(chance.integers(2))
        matrix[axis, axis] = least
        matrix[axis, 2] = (1 - least) / 2 * (size[1] if axis == 0 else size[0])
        return _linear(matrix)


ALL = (Skew, Perspective, Curl, Wave, Offset, Stretch)
