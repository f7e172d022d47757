"""Lines that follow each other, gathered into paragraphs, each as sure as its reader was of its lines.

It does not know pictures or readers; lines come in reading order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

import msgspec

from vanguard.documents.page import Block, BlockKind, Direction, Line, Reason

_GAP = 0.9  # line heights between two lines, beyond which a paragraph ends
_SHORT = 0.75  # of the column's width: a line that ends so early ends its paragraph
_OTHER_SIZE = 1.35


def gather(
    lines: Sequence[Line],
    reader: str,
    reasons: tuple[Reason, ...],
    furniture: Mapping[int, BlockKind] | None = None,
) -> tuple[Block, ...]:
    """Blocks of these lines, those of furniture around the others; the first has the reasons.

    `furniture` has the kinds of lines that are, by their numbers.
    """
    around = furniture or {}
    text = [line for at, line in enumerate(lines) if at not in around]
    heights = [line.box.height for line in text if line.box is not None]
    usual = median(heights) if heights else 0.0
    blocks = [_block(part, reader) for part in _paragraphs(text, usual)]
    above, below = _around(lines, reader, around)
    return explained([*above, *blocks, *below], reasons)


def _around(
    lines: Sequence[Line], reader: str, furniture: Mapping[int, BlockKind]
) -> tuple[list[Block], list[Block]]:
    """Blocks of what runs above the text and below it, a line each."""
    boxes = [line.box for at, line in enumerate(lines) if at not in furniture and line.box]
    middle = median((box.top + box.bottom) / 2 for box in boxes) if boxes else 0.0
    above: list[Block] = []
    below: list[Block] = []
    for at in sorted(furniture):
        block = msgspec.structs.replace(_block([lines[at]], reader), kind=furniture[at])
        box = lines[at].box
        (above if box is not None and box.bottom < middle else below).append(block)
    return above, below


def explained(blocks: Sequence[Block], reasons: tuple[Reason, ...]) -> tuple[Block, ...]:
    """The blocks; the first has the reasons, before its own."""
    if not blocks or not reasons:
        return tuple(blocks)
    first = msgspec.structs.replace(blocks[0], reasons=(*reasons, *blocks[0].reasons))
    return (first, *blocks[1:])


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
