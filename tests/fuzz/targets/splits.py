"""The ways in which the same bytes may arrive; they follow from the bytes, so that a find stays found."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import pairwise
from zlib import crc32

_HEAD_OF_CHUNK = re.compile(rb"(?<=\n)[0-9A-Fa-f]{1,3}\r\n")


def splits(data: bytes) -> Iterator[list[bytes]]:
    """Pieces at two sets of places, by chunks, then one byte at a time; never an empty piece."""
    dice = random.Random(crc32(data))
    for most in (3, 12):
        cuts = sorted({dice.randrange(len(data) + 1) for _ in range(most)} | {0, len(data)})
        yield [data[start:stop] for start, stop in pairwise(cuts)]
    chunks = [found.start() for found in _HEAD_OF_CHUNK.finditer(data)]
    yield [data[start:stop] for start, stop in pairwise([0, *chunks, len(data)])]
    if len(data) <= 1_000:
        yield [data[place : place + 1] for place in range(len(data))]
