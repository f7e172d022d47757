"""Chance that can be repeated: generators seeded by what they are used for.

It does not know what is drawn. Each purpose has a generator of its own, so that drawing once more for
one of them changes nothing for the others.
"""

from __future__ import annotations

import hashlib
import random

import numpy as np

Dice = random.Random


def number(*parts: object) -> int:
    """A number of 64 bits that is always the same for the same parts, on any machine."""
    text = "\x1f".join(map(str, parts))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def dice(*parts: object) -> Dice:
    """A generator for small decisions."""
    return random.Random(number(*parts))  # noqa: S311 - pages, not secrets


def noise(*parts: object) -> np.random.Generator:
    """A generator for arrays."""
    return np.random.default_rng(number(*parts))


def one_in(share: int, *parts: object) -> bool:
    """Whether these parts are of the one in `share` that a held-out set keeps."""
    return number("one in", *parts) % share == 0
