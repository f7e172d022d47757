"""Lines of a text layer as flows: lines below each other in one column, as they are read.

It does not know paragraphs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from vanguard.documents.page import Box, Line

_UP: Final = 0.5  # of a line's height: what stands so much higher begins another column
_SIZE: Final = 1.2
_LOOK: Final = 3  # lines before and behind that tell how wide a column is
_NARROWER: Final = 0.7
_BESIDE: Final = 0.5  # of a line's height

Numbered = tuple[int, Line]


def flows(lines: Sequence[Numbered]) -> Iterator[list[Numbered]]:
    """Lines with boxes, in reading order, parted where the next one begins another column."""
    boxes = [line.box for _, line in lines if line.box is not None]
    beside = [has_beside(line.box, boxes) for _, line in lines]
    flow: list[Numbered] = []
    for place, one in enumerate(lines):
        if flow and _begins(lines, beside, place):
            yield flow
            flow = []
        flow.append(one)
    if flow:
        yield flow


def has_beside(box: Box | None, boxes: Sequence[Box]) -> bool:
    """Whether one of the boxes stands on a line with it."""
    return box is not None and any(
        min(box.bottom, other.bottom) - max(box.top, other.top)
        > _BESIDE * min(box.height, other.height)
        and (other.left >= box.right or other.right <= box.left)
        for other in boxes
    )


def _begins(lines: Sequence[Numbered], beside: Sequence[bool], place: int) -> bool:
    above, below = lines[place - 1][1].box, lines[place][1].box
    if above is None or below is None:
        return False
    if below.top < above.top - _UP * above.height:
        return True
    if min(above.right, below.right) <= max(above.left, below.left):
        return True
    if beside[place - 1] == beside[place]:
        return False
    before = _width(lines[max(0, place - _LOOK) : place])
    behind = _width(lines[place : place + _LOOK])
    return min(before, behind) < _NARROWER * max(before, behind)


def _width(lines: Sequence[Numbered]) -> float:
    return max((line.box.width for _, line in lines if line.box is not None), default=0.0)


def alike(lines: Sequence[Numbered]) -> Iterator[list[Numbered]]:
    """A flow parted where size or weight of its lines change: a heading from its text."""
    part = [lines[0]]
    for (_, one), (at, two) in pairwise(lines):
        sizes = sorted((getattr(one, "size", 0.0), getattr(two, "size", 0.0)))
        bold = getattr(one, "bold", False) != getattr(two, "bold", False)
        if bold or (sizes[0] > 0 and sizes[1] > _SIZE * sizes[0]):
            yield part
            part = []
        part.append((at, two))
    yield part
