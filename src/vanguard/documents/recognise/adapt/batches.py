"""Lines of like width as one array, as Tesseract shows them to its network, varied a little each time.

It does not know nets.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vanguard.documents.images.raster import Grey
from vanguard.documents.recognise.adapt.lines import Example
from vanguard.documents.recognise.adapt.net import HEIGHT_PX, STEP_PX

Labelled = tuple[Grey, list[int]]
"""A line, and the classes of its letters."""
_STRETCH = (0.94, 1.06)
_GAMMA = (0.7, 1.4)
_NOISE = 9.0
_BLURRED, _GRAINY, _SHIFTED = 0.2, 0.4, 0.3
_ROOM = 1.1  # steps for each letter, at least: a net that says one thing a step could not say the text else


@dataclass(frozen=True)
class Batch:
    """Lines of one width.

    Attributes:
        lines: (n, 1, height, width), -1 for ink and 1 for paper.
        labels: the classes of all, one after the other; `lengths`: how many of each.
    """

    lines: NDArray[np.float32]
    labels: NDArray[np.int64]
    lengths: NDArray[np.int64]


def contrasted(grey: Grey) -> NDArray[np.float32]:
    """Ink to -1 and paper to 1, by the row of pixels in the middle, as Tesseract does it."""
    row = grey[len(grey) // 2].astype(np.int64)
    before, here, behind = row[:-2], row[1:-1], row[2:]
    low = here[((here < before) & (here <= behind)) | ((here <= before) & (here < behind))]
    high = here[((here > before) & (here >= behind)) | ((here >= before) & (here > behind))]
    black = float(np.percentile(low, 25)) if low.size else 0.0
    white = float(np.percentile(high, 75)) if high.size else 255.0
    half = (white - black) / 2 if white > black else 1.0
    return np.asarray(np.clip((grey - black) / half - 1, -1, 1), np.float32)


def labelled(examples: Sequence[Example], letters: Sequence[str]) -> list[Labelled]:
    """Those that can be said with these letters, with the numbers of their letters."""
    known = {letter: number for number, letter in enumerate(letters)}
    found = []
    for one in examples:
        labels = [known[letter] for letter in one.text if letter in known]
        twice = sum(a == b for a, b in itertools.pairwise(labels))
        enough = one.grey.shape[1] / STEP_PX >= _ROOM * (len(labels) + twice)
        if len(labels) == len(one.text) and labels and enough:
            found.append((one.grey, labels))
    return found


def batches(lines: Sequence[Labelled], pixels: int, chance: np.random.Generator) -> Iterator[Batch]:
    """All of them once, in another order each time; so many columns of pixels in one batch."""
    widths = np.array([grey.shape[1] for grey, _ in lines])
    # alike in width, yet not the same ones together each time
    order = np.argsort(widths * chance.uniform(0.97, 1.03, len(widths)))
    groups: list[list[int]] = []
    for index in order.tolist():
        if not groups or (len(groups[-1]) + 1) * widths[index] > pixels:
            groups.append([])
        groups[-1].append(index)
    for place in chance.permutation(len(groups)):
        yield _batch([lines[index] for index in groups[place]], chance)


def _batch(group: Sequence[Labelled], chance: np.random.Generator) -> Batch:
    mean = float(np.mean([grey.shape[1] for grey, _ in group]))
    wide = max(1, round(mean * chance.uniform(*_STRETCH) / STEP_PX)) * STEP_PX
    return Batch(
        np.stack([contrasted(vary(grey, wide, chance))[None] for grey, _ in group]),
        np.concatenate([np.array(labels, np.int64) for _, labels in group]),
        np.array([len(labels) for _, labels in group], np.int64),
    )


def vary(grey: Grey, wide: int, chance: np.random.Generator) -> Grey:
    """The line as wide as asked, a little higher or lower, darker, softer or grainier."""
    out = np.asarray(
        cv2.resize(grey, (wide, HEIGHT_PX), interpolation=cv2.INTER_LINEAR), np.float32
    )
    if chance.random() < _SHIFTED:
        moved = np.array([[1, 0, 0], [0, 1, chance.uniform(-2, 2)]])
        out = np.asarray(
            cv2.warpAffine(out, moved, (wide, HEIGHT_PX), borderMode=cv2.BORDER_REPLICATE),
            np.float32,
        )
    if chance.random() < _BLURRED:
        out = np.asarray(cv2.GaussianBlur(out, (0, 0), chance.uniform(0.3, 0.9)), np.float32)
    out = np.asarray(255 * (out.clip(0, 255) / 255) ** chance.uniform(*_GAMMA), np.float32)
    if chance.random() < _GRAINY:
        grain = chance.normal(0, chance.uniform(0, _NOISE), out.shape)
        out = np.asarray(out + grain, np.float32)
    return np.clip(np.rint(out), 0, 255).astype(np.uint8)
