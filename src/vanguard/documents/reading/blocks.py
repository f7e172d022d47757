"""Lines that follow each other, gathered into paragraphs, each judged by how sure its reader was.

It does not know pictures or readers; lines come in reading order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

import msgspec

from vanguard.documents.page import Block, Direction, Line, Tier

_GAP = 0.9  # line heights between two lines, beyond which a paragraph ends
_SHORT = 0.75  # of the column's width: a line that ends so early ends its paragraph
_OTHER_SIZE = 1.35
# by the readers' own confidence; docs/guide/documents-read.md says what was measured
ACCEPTED, REVIEWED = 0.85, 0.5


def gather(lines: Sequence[Line], reader: str, reasons: tuple[str, ...]) -> tuple[Block, ...]:
    """Blocks of these lines; the first has the reasons."""
    heights = [line.box.height for line in lines if line.box is not None]
    usual = median(heights) if heights else 0.0
    return judged([_block(part, reader) for part in _paragraphs(lines, usual)], reasons)


def judged(blocks: Sequence[Block], reasons: tuple[str, ...]) -> tuple[Block, ...]:
    """The blocks with their tiers; the first has the reasons."""
    tiers = [msgspec.structs.replace(one, tier=tier_of(one.confidence)) for one in blocks]
    if tiers and reasons:
        tiers[0] = msgspec.structs.replace(tiers[0], reasons=(*reasons, *tiers[0].reasons))
    return tuple(tiers)


def tier_of(confidence: float | None) -> Tier | None:
    """Whether a text of which its reader is so sure can be trusted."""
    if confidence is None:
        return None
    if confidence >= ACCEPTED:
        return "accept"
    return "review" if confidence >= REVIEWED else "reject"


def _paragraphs(lines: Sequence[Line], usual: float) -> Iterator[list[Line]]:
    part: list[Line] = []
    for line in lines:
        if part and _begins(part, line, usual):
            yield part
            part = []
        part.append(line)
    if part:
        yield part


def _begins(part: Sequence[Line], line: Line, usual: float) -> bool:
    above, below = part[-1].box, line.box
    if above is None or below is None or not usual:
        return False
    gap = below.top - above.bottom
    if gap > _GAP * usual or below.top < above.top - usual / 2:
        return True
    larger = max(above.height, below.height) / max(min(above.height, below.height), 0.1)
    if larger > _OTHER_SIZE * 1.5:
        return True
    widest = max((one.box.width for one in (*part, line) if one.box is not None), default=0.0)
    return len(part) > 1 and above.width < _SHORT * widest


def _block(lines: Sequence[Line], reader: str) -> Block:
    box = None
    for line in lines:
        if line.box is not None:
            box = line.box if box is None else box.around(line.box)
    letters = [(len(line.text), line.confidence) for line in lines if line.confidence is not None]
    weight = sum(count for count, _ in letters)
    sure = round(sum(count * one for count, one in letters) / weight, 4) if weight else None
    rtl = sum(line.direction == "rtl" for line in lines) * 2 >= len(lines)
    way: Direction = "rtl" if rtl else "ltr"
    return Block("paragraph", tuple(lines), box, way, reader=reader, confidence=sure)
