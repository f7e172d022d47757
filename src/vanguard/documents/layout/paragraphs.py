"""Lines of one column into paragraphs: by gaps, first lines set in, short last lines, and size.

It does not know kinds of blocks. Boxes are in pixels.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from vanguard.documents.images.sheet import Sheet
from vanguard.documents.page import Box, Line

_GAP = 1.45  # times the usual pitch of lines
_INDENT = 0.9  # heights of writing
_ROOM = 1.2  # beyond the next line's first word
_SIZE = 1.25  # times as large as the line before
# engines read a bullet as an Arabic zero, or as what else is small
_BULLET = re.compile(r"^[•●▪◦*»«٠·–—-]$")
_NUMBERED = re.compile(r"^\(?[\d٠-٩]{1,3}[).ـ-]$")


@dataclass(frozen=True)
class Letters:
    """How a piece of writing looks.

    Attributes:
        size: of its high letters, in pixels.
        weight: width of its strokes as a share of the size.
    """

    size: float
    weight: float


def letters(page: Sheet, box: Box) -> Letters:
    """Measures the ink in a box."""
    part = page.ink[
        max(0, int(box.top)) : int(box.bottom) + 1, max(0, int(box.left)) : int(box.right) + 1
    ]
    rows = np.flatnonzero(part.sum(axis=1) > 0.02 * part.shape[1]) if part.size else np.zeros(0)
    if rows.size == 0:
        return Letters(page.height, 0.0)
    filled = part > 0
    inner = filled[1:-1, 1:-1] & filled[:-2, 1:-1] & filled[2:, 1:-1]
    inner &= filled[1:-1, :-2] & filled[1:-1, 2:]
    area = float(filled.sum())
    rim = max(1.0, area - float(inner.sum()))
    size = float(rows[-1] - rows[0] + 1)
    return Letters(size, 2 * area / rim / size)


def is_item(text: str) -> bool:
    """Whether it begins as items of a list do."""
    first, _, rest = text.partition(" ")
    return bool(rest) and bool(_BULLET.match(first) or _NUMBERED.match(first))


def with_bullet(line: Line) -> Line:
    """An item's first line, its bullet as it is typed."""
    first, *rest = line.words
    if not rest or not _BULLET.match(first.text) or first.text in "-–—*":
        return line
    bullet = msgspec.structs.replace(first, text="•")
    return msgspec.structs.replace(line, words=(bullet, *rest))


def find_paragraphs(page: Sheet, lines: Sequence[Line], column: Box) -> list[list[Line]]:
    """Groups of lines, in their order."""
    if not lines:
        return []
    pitch = _pitch(lines)
    groups = [[lines[0]]]
    for before, line in itertools.pairwise(lines):
        if _starts(page, before, line, column, pitch):
            groups.append([line])
        else:
            groups[-1].append(line)
    return groups


def _pitch(lines: Sequence[Line]) -> float:
    bottoms = [line.box.bottom for line in lines if line.box is not None]
    steps = [b - a for a, b in itertools.pairwise(bottoms) if b > a]
    return float(np.percentile(steps, 35)) if steps else 0.0


def _starts(page: Sheet, before: Line, line: Line, column: Box, pitch: float) -> bool:
    """Whether a line is the first of its paragraph."""
    last, box = before.box, line.box
    if last is None or box is None:
        return False
    if is_item(line.text) or _rule_between(page, last, box):
        return True
    step = ((box.top + box.bottom) - (last.top + last.bottom)) / 2
    if pitch and step > _GAP * pitch:
        return True
    big, small = max(box.height, last.height), max(1.0, min(box.height, last.height))
    if big > 1.8 * small and big > 2 * page.height:
        return True
    # the side where lines begin
    begins = column.right - box.right if line.direction == "rtl" else box.left - column.left
    began = column.right - last.right if before.direction == "rtl" else last.left - column.left
    ended = last.left - column.left if before.direction == "rtl" else column.right - last.right
    if _is_centred(last, column, page.height) and _is_centred(box, column, page.height):
        return False
    if began < begins - _INDENT * page.height and begins < 6 * page.height and _full(line, column):
        return True
    first = line.words[0].box
    room = ended - (first.width if first is not None else 0.0)
    return room > _ROOM * page.height and ended > 2 * page.height


def _full(line: Line, column: Box) -> bool:
    return line.box is not None and line.box.width > 0.3 * column.width


def _is_centred(box: Box, column: Box, height: float) -> bool:
    left, right = box.left - column.left, column.right - box.right
    return min(left, right) > 1.5 * height and abs(left - right) < 1.5 * height


def _rule_between(page: Sheet, upper: Box, lower: Box) -> bool:
    middle = (upper.top + upper.bottom) / 2, (lower.top + lower.bottom) / 2
    return any(
        middle[0] < rule.top < middle[1] and rule.left < upper.right and rule.right > upper.left
        for rule in page.rules.across
    )
