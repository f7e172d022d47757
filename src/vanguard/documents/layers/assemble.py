"""Glyphs of a page to lines of words in the order in which they are typed, by where each glyph stands.

It does not know which extractor found them, nor whether what they say is Arabic as it should be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import Final

import msgspec

from vanguard.documents.arabic.bidi import LEFT, RIGHT, kind, typed_order, typed_order_ltr
from vanguard.documents.arabic.letters import ARABIC, LATIN
from vanguard.documents.layers.contract import Glyph, Painted
from vanguard.documents.layers.marks import Unit, named_once, units_of
from vanguard.documents.layers.places.columns import reading_order
from vanguard.documents.layers.places.levels import levelled
from vanguard.documents.layers.places.seats import seated
from vanguard.documents.page import Box, Line, Word

# In sizes of the font: how far two baselines of one line are apart at most, from which gap on there is
# a space between two letters (in a text without spaces, and in one that paints its own), and from which
# gap on there are two lines side by side, columns or cells.
_BASELINE: Final = 0.35
# A row of so few units may be a raised piece of a line, when its baseline is no farther off than this.
_PIECE, _RAISED = 3, 0.75
_GAP, _GAP_BESIDE_SPACES = 0.14, 0.5
_COLUMN, _COLUMN_IF_PAINTED_APART = 1.9, 0.75
# A line paints its spaces when it has one for so many letters.
_LETTERS_PER_SPACE: Final = 20
# Glyphs painted so few apart belong together.
_NEAR: Final = 6
_BULLETS = frozenset("•‣▪●○■◦")
_STOPS = frozenset(".,:;!?،؛؟")
_BOLD = re.compile("bold|black|heavy", re.IGNORECASE)
_SAME_PLACE: Final = 0.08
_NOWHERE: Final = Box(0, 0, 0, 0)


class SetLine(Line, frozen=True, omit_defaults=True):
    """A line and how it is set.

    Attributes:
        size: of most of its letters, points; 0 where its letters do not stand upright.
        baseline: from the page's top, points.
        bold: most of its letters are.
    """

    size: float = 0.0
    baseline: float = 0.0
    bold: bool = False

    def plain(self) -> Line:
        """The line alone."""
        return Line(self.words, self.box, self.direction, self.confidence)


class _Placed(msgspec.Struct, frozen=True):
    """A line and when its first glyph was painted."""

    line: Line
    painted: int


def lines_of(page: Painted) -> tuple[Line, ...]:
    """The lines of a page, as painted down the page where it was painted so, else from its top.

    Glyphs of one line that stand far apart make several lines: columns and cells are put together by
    others, who look at boxes.
    """
    rtl = _mostly_arabic(glyph.text for glyph in page.glyphs)
    bold = frozenset(at for at, name in enumerate(page.fonts) if _BOLD.search(name))
    found: list[tuple[int, tuple[Line, ...]]] = []
    for turn in sorted({glyph.turn for glyph in page.glyphs}):
        numbered = [(at, glyph) for at, glyph in enumerate(page.glyphs) if glyph.turn == turn]
        upright = [(at, _upright(glyph, page)) for at, glyph in numbered]
        level = _in_order(_lines(seated(_once(named_once(upright))), bold, rtl=rtl), rtl=rtl)
        if level:
            lines = tuple(_turned_back(placed.line, turn, page) for placed in level)
            found.append((min(placed.painted for placed in level), lines))
    return tuple(line for _, lines in sorted(found, key=lambda one: one[0]) for line in lines)


def _mostly_arabic(texts: Iterator[str] | Sequence[str]) -> bool:
    arabic = latin = 0
    for text in texts:
        arabic += bool(ARABIC.search(text))
        latin += bool(LATIN.search(text))
    return arabic > 0 and 2 * arabic >= latin


def _upright(glyph: Glyph, page: Painted) -> Glyph:
    """The glyph on a page turned so that its line runs level."""
    if glyph.turn == 0:
        return glyph
    left, top, right, bottom = _box(
        glyph.turn, page, glyph.left, glyph.top, glyph.right, glyph.bottom
    )
    # the baseline that was told is a height on the page; the foot of the box serves for a turned line
    return msgspec.structs.replace(
        glyph, left=left, top=top, right=right, bottom=bottom, baseline=bottom
    )


def _box(
    turn: int, page: Painted, left: float, top: float, right: float, bottom: float
) -> tuple[float, float, float, float]:
    if turn == 90:  # its line runs upward
        return page.height - bottom, left, page.height - top, right
    if turn == 180:
        return page.width - right, page.height - bottom, page.width - left, page.height - top
    return top, page.width - right, bottom, page.width - left


def _turned_back(line: Line, turn: int, page: Painted) -> Line:
    if turn == 0:
        return line
    words = tuple(
        msgspec.structs.replace(word, box=_box_back(turn, page, word.box)) for word in line.words
    )
    return Line(words, _box_back(turn, page, line.box), line.direction)


def _box_back(turn: int, page: Painted, box: Box | None) -> Box | None:
    if box is None:
        return None
    if turn == 90:
        return Box(box.top, page.height - box.right, box.bottom, page.height - box.left)
    if turn == 180:
        return Box(
            page.width - box.right, page.height - box.bottom,
            page.width - box.left, page.height - box.top,
        )  # fmt: skip
    return Box(page.width - box.bottom, box.left, page.width - box.top, box.right)


def _once(numbered: Sequence[tuple[int, Glyph]]) -> list[tuple[int, Glyph]]:
    """Without what was painted twice in one place, as shadows and poor man's bold are."""
    seen: dict[tuple[str, int, int], Glyph] = {}
    kept: list[tuple[int, Glyph]] = []
    for at, glyph in numbered:
        step = max(glyph.size * _SAME_PLACE * 2, 0.5)
        across, down = round(glyph.left / step), round(glyph.baseline / step)
        near = [
            seen.get((glyph.text, across + x, down + y)) for x in (-1, 0, 1) for y in (-1, 0, 1)
        ]
        if any(
            other is not None
            and other.stroke != glyph.stroke
            and abs(other.left - glyph.left) <= glyph.size * _SAME_PLACE
            and abs(other.baseline - glyph.baseline) <= glyph.size * _SAME_PLACE
            for other in near
        ):
            continue
        seen[glyph.text, across, down] = glyph
        kept.append((at, glyph))
    return kept


def _lines(
    numbered: Sequence[tuple[int, Glyph]], bold: frozenset[int], *, rtl: bool
) -> list[_Placed]:
    found = []
    units = units_of(numbered, bold)
    levelled(units)
    for row in _rows(units):
        for part in _columns(row):
            placed = _line(part, rtl=rtl)
            if placed is not None:
                found.append(placed)
    return found


def _rows(units: Sequence[Unit]) -> list[list[Unit]]:
    """Units by their baselines, each row from left to right."""
    rows: list[list[Unit]] = []
    for unit in sorted(units, key=lambda one: one.baseline):
        row = rows[-1] if rows else None
        if row and unit.baseline - row[0].baseline <= _BASELINE * max(unit.size, row[0].size):
            row.append(unit)
        else:
            rows.append([unit])
    rows = _gathered(rows)
    return [_from_the_left(row) for row in rows]


def _from_the_left(row: Sequence[Unit]) -> list[Unit]:
    """By where the pen stood, stacked letters overhanging one another; strokes that overlap stay whole.

    The words of an OCR's layer often do, by a letter or so.
    """
    row = sorted(row, key=lambda one: (one.left, one.right))
    strokes: dict[int, list[Unit]] = {}
    for unit in row:
        strokes.setdefault(unit.stroke, []).append(unit)
    groups = sorted(strokes.values(), key=lambda group: group[0].left)
    reach = float("-inf")
    for group in groups:
        right = max(unit.right for unit in group)
        if right <= reach:  # it lies within another
            return row
        reach = right
    return [unit for group in groups for unit in group]


def _gathered(rows: Sequence[list[Unit]]) -> list[list[Unit]]:
    """Raised and lowered pieces of a line put into the row that they lie across."""
    kept: list[list[Unit]] = []
    small: list[list[Unit]] = []
    for row in rows:
        (small if len(row) <= _PIECE else kept).append(row)
    for piece in small:
        home = next((row for row in kept if _lies_across(piece, row)), None)
        if home is None:
            kept.append(piece)
        else:
            home.extend(piece)
    return kept


def _lies_across(piece: Sequence[Unit], row: Sequence[Unit]) -> bool:
    if len(row) <= _PIECE:
        return False
    size = max(unit.size for unit in piece)
    if abs(piece[0].baseline - row[0].baseline) > _RAISED * max(size, row[0].size):
        return False
    return all(
        any(unit.left - size <= other.right and other.left <= unit.right + size for other in row)
        for unit in piece
    )


def _columns(row: Sequence[Unit]) -> Iterator[list[Unit]]:
    """A row's parts that stand far apart, or apart and painted at different times."""
    part: list[Unit] = []
    edge = None
    for unit in row:
        if unit.space:
            if part:
                part.append(unit)
            continue
        if part and edge is not None:
            gap = (unit.left - edge.right) / max(unit.size, edge.size, 1e-6)
            if gap > _COLUMN or (gap > _COLUMN_IF_PAINTED_APART and not _near(part, unit)):
                yield part
                part = []
        part.append(unit)
        edge = unit if edge is None or len(part) == 1 or unit.right > edge.right else edge
    if part:
        yield part


def _near(part: Sequence[Unit], unit: Unit) -> bool:
    """Whether a unit was painted just before or after one of the last of its neighbours."""
    return any(
        abs(other.painted - unit.painted) <= _NEAR + other.glyphs + unit.glyphs
        for other in part[-40:]
    )


def _line(part: Sequence[Unit], *, rtl: bool) -> _Placed | None:
    ink = [unit for unit in part if not unit.space]
    if not ink:
        return None
    units = list(_with_spaces(part, _gap(part)))
    texts = [unit.text if unit else " " for unit in units]
    arabic = any(kind(text) == RIGHT for text in texts)
    latin = any(map(LATIN.search, texts))
    right_to_left = (arabic and (rtl or _mostly_arabic(texts))) or (
        rtl and (not latin or _ends_at_left(texts))
    )
    order = typed_order(texts, _strokes(units)) if right_to_left else typed_order_ltr(texts)
    words = tuple(_words([units[at] for at in order]))
    box = _around(ink)
    line = SetLine(
        words,
        box,
        "rtl" if right_to_left else "ltr",
        size=median(unit.size for unit in ink),
        baseline=median(unit.baseline for unit in ink),
        bold=2 * sum(unit.bold for unit in ink) > len(ink),
    )
    return _Placed(line, min(unit.painted for unit in ink))


def _gap(part: Sequence[Unit]) -> float:
    """From which gap on there is a space: a wide one where the line paints its spaces itself."""
    spaces = sum(unit.space for unit in part)
    return _GAP_BESIDE_SPACES if spaces * _LETTERS_PER_SPACE > len(part) else _GAP


def _ends_at_left(texts: Sequence[str]) -> bool:
    """Latin alone, in a right-to-left paragraph: its full stop stands on the left."""
    return len(texts) > 1 and texts[0] in _STOPS and texts[-1] not in _STOPS


def _strokes(units: Sequence[Unit | None]) -> list[int]:
    """For each unit the stroke that painted it; a space that nobody painted belongs to none."""
    return [unit.stroke if unit else -at - 1 for at, unit in enumerate(units)]


def _with_spaces(part: Sequence[Unit], gap: float) -> Iterator[Unit | None]:
    """The units with one space, painted or None, between words."""
    edge: Unit | None = None
    space: Unit | None = None
    for unit in part:
        if unit.space:
            space = unit
            continue
        if edge is not None:
            if space is not None and _covered(space, edge, unit):
                space = None
            limit = min(gap, _GAP) if _turns(edge, unit) else gap
            wide = unit.left - edge.right > limit * max(unit.size, edge.size)
            if space is not None or wide or {unit.text, edge.text} & _BULLETS:
                yield space
        yield unit
        space = None
        edge = unit if edge is None or unit.right > edge.right else edge


def _turns(before: Unit, behind: Unit) -> bool:
    """Whether direction changes between two letters: spaces between those are often painted elsewhere."""
    return {kind(before.text), kind(behind.text)} == {LEFT, RIGHT}


def _covered(space: Unit, before: Unit, behind: Unit) -> bool:
    """Whether a space is painted on the letters of its own stroke: it ended the line, and has no place."""
    return space.stroke == before.stroke == behind.stroke and space.middle < before.right


def _words(units: Sequence[Unit | None]) -> Iterator[Word]:
    word: list[Unit] = []
    for unit in [*units, None]:
        if unit is not None and not unit.space:
            word.append(unit)
        elif word:
            yield Word("".join(one.text for one in word), _around(word))
            word = []


def _around(units: Sequence[Unit]) -> Box:
    return Box(
        min(unit.left for unit in units),
        min(unit.top for unit in units),
        max(unit.right for unit in units),
        max(unit.bottom for unit in units),
    )


def _in_order(found: Sequence[_Placed], *, rtl: bool) -> list[_Placed]:
    """As painted, unless that jumps up the page more often than columns explain."""
    painted = sorted(found, key=lambda placed: placed.painted)
    tops = [placed.line.box.top if placed.line.box else 0.0 for placed in painted]
    jumps = sum(after < before - 1 for before, after in pairwise(tops))
    if jumps <= max(3, len(found) // 5):
        return painted
    boxes = [placed.line.box or _NOWHERE for placed in found]
    return [found[at] for at in reading_order(boxes, "rtl" if rtl else "ltr")]
