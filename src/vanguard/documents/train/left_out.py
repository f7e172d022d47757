"""Which pages a model must not learn from: what a benchmark has, and what is held out to measure it.

It does not know models. The fingerprints are those of the page generator's guard.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from vanguard.documents.synth import guard
from vanguard.documents.train.examples import Example, digest

# Forms of generated letters and bills share up to a quarter of their word sequences whatever the
# split (measured over 56 pages of each side); the same page with another look shares all.
MOST_SHARED = 0.5


class Sifted(msgspec.Struct, frozen=True):
    """What may be learnt from, and how much was left out for which reason."""

    kept: tuple[Example, ...]
    benchmark: int
    held_out: int


def sift(examples: Sequence[Example], held_out: Sequence[Example], avoid: Sequence[Path]) -> Sifted:
    """Leaves out pages of which a benchmark has eight words in a row, and pages that are held out.

    A page is held out when its image is the same, or half of its word sequences are in held-out pages.

    Raises:
        SettingsError: a benchmark's folder is missing or has no text.
    """
    refuse = guard.read(avoid) if avoid else None
    prints = {mark for one in held_out for mark in guard.fingerprints(one.answer.splitlines())}
    looks = _Looks(held_out)
    kept: list[Example] = []
    benchmark = shared = 0
    for one in examples:
        if refuse is not None and refuse(one.answer):
            benchmark += 1
        elif _share(one, prints) >= MOST_SHARED or one.image in looks:
            shared += 1
        else:
            kept.append(one)
    return Sifted(tuple(kept), benchmark, shared)


class _Looks:
    """The images of pages; another file is read only where its size is that of one of them."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self._sizes = {one.image.stat().st_size for one in examples}
        self._digests = {digest(one.image) for one in examples}

    def __contains__(self, image: Path) -> bool:
        return image.stat().st_size in self._sizes and digest(image) in self._digests


def _share(example: Example, prints: set[int]) -> float:
    own = set(guard.fingerprints(example.answer.splitlines()))
    return len(own & prints) / len(own) if own else 0.0
