"""Reading order: whether what comes first on the page comes first in what was read.

It does not know how either side was cut into blocks: each block of the truth is looked for in the
whole text that was read, by its beginning, so that a reader that joins or splits blocks loses
nothing. Two figures: the edit distance between the found order and the right one over the number of
blocks found (as OmniDocBench counts, arXiv 2412.07626, 2024-12-10), and the share of pairs of blocks
that stand in the right order.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

# Long enough to tell blocks apart, short enough for one machine word.
ANCHOR_CHARS = 60
# A page number is found anywhere.
MIN_CHARS = 6
MIN_LIKENESS = 75.0
MAX_BLOCKS = 400
MAX_TEXT_CHARS = 60_000
_USED = "\0"


class Order(msgspec.Struct, frozen=True):
    """The order of one page.

    Attributes:
        blocks: of the truth, long enough to be looked for.
        found: how many were.
        distance: edit distance of the sequence of those found, at most `found`.
        pairs: pairs of blocks that were found.
        right_pairs: pairs in the right order.
    """

    blocks: int = 0
    found: int = 0
    distance: int = 0
    pairs: int = 0
    right_pairs: int = 0


def compare(prediction: str, blocks: Sequence[str]) -> Order:
    """The order of a truth's blocks within a text; both in one normal form.

    At most `MAX_BLOCKS` blocks are looked for in the first `MAX_TEXT_CHARS` characters.
    """
    known = [block for block in blocks if len(block) >= MIN_CHARS][:MAX_BLOCKS]
    places = _places(prediction[:MAX_TEXT_CHARS], known)
    ranks = [rank for _, rank in sorted((place, rank) for rank, place in places.items())]
    right = sum(one < other for number, one in enumerate(ranks) for other in ranks[number + 1 :])
    return Order(
        blocks=len(known),
        found=len(ranks),
        distance=Levenshtein.distance(ranks, sorted(ranks)),
        pairs=len(ranks) * (len(ranks) - 1) // 2,
        right_pairs=right,
    )


def _places(text: str, blocks: Sequence[str]) -> dict[int, int]:
    """Where each block begins, by its rank; long ones choose first, and no place is used twice."""
    found: dict[int, int] = {}
    for rank in sorted(range(len(blocks)), key=lambda rank: (-len(blocks[rank]), rank)):
        anchor = blocks[rank][:ANCHOR_CHARS]
        place = text.find(anchor)
        length = len(anchor)
        if place < 0 and len(text) >= length:
            near = fuzz.partial_ratio_alignment(anchor, text, score_cutoff=MIN_LIKENESS)
            if near is not None and near.dest_end - near.dest_start >= length // 2:
                place, length = near.dest_start, near.dest_end - near.dest_start
        if place >= 0:
            found[rank] = place
            text = text[:place] + _USED * length + text[place + length :]
    return found
