"""All strips of a training in one array, in batches of like width, varied a little each time.

It does not know nets.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vanguard.documents.images.raster import Grey
from vanguard.documents.recognise.alphabet import classes
from vanguard.documents.recognise.strips import HEIGHT_PX, STEP_PX
from vanguard.documents.recognise.train.chips import Chip

_STRETCH = (0.85, 1.15)
_SHIFT_PX = 1
_GAMMA = (0.6, 1.6)
_NOISE = 12.0


@dataclass(frozen=True)
class Batch:
    """Strips of one width.

    Attributes:
        strips: (n, 1, height, width), 0 to 1.
        labels: the classes of all, one after the other; `lengths`: how many of each.
    """

    strips: NDArray[np.float32]
    labels: NDArray[np.int64]
    lengths: NDArray[np.int64]


class Corpus:
    """Strips side by side in one array, which costs a byte a pixel."""

    def __init__(self, chips: Iterable[Chip]) -> None:
        kept = [chip for chip in chips if _fits(chip)]
        nothing = np.zeros((HEIGHT_PX, 0), np.uint8)
        self._pixels = np.concatenate([nothing, *(chip.strip for chip in kept)], axis=1)
        self._ends = np.cumsum([chip.strip.shape[1] for chip in kept], dtype=np.int64)
        self.texts = [chip.text for chip in kept]
        self._labels = [np.array(classes(chip.text), np.int64) for chip in kept]

    def __len__(self) -> int:
        return len(self.texts)

    def strip(self, index: int) -> Grey:
        """One strip."""
        start = self._ends[index - 1] if index else 0
        return self._pixels[:, start : self._ends[index]]

    def batches(self, size: int, chance: np.random.Generator) -> Iterator[Batch]:
        """All of them once, in another order each time."""
        widths = np.diff(self._ends, prepend=0)
        # alike in width, yet not the same ones together each time
        order = np.argsort(widths * chance.uniform(0.9, 1.1, len(self)))
        groups = [order[start : start + size] for start in range(0, len(order), size)]
        for at in chance.permutation(len(groups)):
            yield self._batch(groups[at], chance)

    def _batch(self, group: NDArray[np.int64], chance: np.random.Generator) -> Batch:
        varied = [vary(self.strip(int(index)), chance) for index in group]
        labels = [self._labels[index] for index in group]
        return Batch(
            stacked(varied),
            np.concatenate(labels),
            np.array([len(one) for one in labels], np.int64),
        )


def stacked(strips: Sequence[Grey]) -> NDArray[np.float32]:
    """Strips as one array, paper at the right of the narrower ones."""
    wide = -(-max(one.shape[1] for one in strips) // STEP_PX) * STEP_PX
    out = np.zeros((len(strips), 1, HEIGHT_PX, wide), np.float32)
    for place, one in enumerate(strips):
        out[place, 0, :, : one.shape[1]] = one
    return np.asarray(out / 255, np.float32)


def vary(strip: Grey, chance: np.random.Generator) -> Grey:
    """The strip a little wider or narrower, higher or lower, darker or lighter, with some grain."""
    wide = max(STEP_PX, round(strip.shape[1] * chance.uniform(*_STRETCH)))
    moved = np.array(
        [[wide / strip.shape[1], 0, 0], [0, 1, chance.integers(-_SHIFT_PX, _SHIFT_PX + 1)]]
    )
    out = np.asarray(cv2.warpAffine(strip, moved, (wide, HEIGHT_PX)), np.float64)
    out = 255 * (out / 255) ** chance.uniform(*_GAMMA)
    if chance.random() < 0.5:
        out += chance.normal(0, chance.uniform(0, _NOISE), out.shape)
    return np.clip(np.rint(out), 0, 255).astype(np.uint8)


def _fits(chip: Chip) -> bool:
    """Whether a net that says one thing in each two columns can say the text at all."""
    labels = classes(chip.text)
    twice = sum(one == other for one, other in itertools.pairwise(labels))
    return bool(labels) and len(labels) + twice <= 0.8 * chip.strip.shape[1] / 2
