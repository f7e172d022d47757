"""The blocks of a text layer: tables, figures, and its lines as paragraphs, each of its kind.

It does not know extractors. Columns, tables, paragraphs and kinds are told by the same rules as on
pictures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Final

from vanguard.documents.layers.contract import Drawn
from vanguard.documents.layers.places.furniture import find_furniture
from vanguard.documents.layers.structure.flows import Numbered, alike, flows, has_beside
from vanguard.documents.layers.structure.sheet import Scaled, scaled
from vanguard.documents.layers.structure.tables import plain, take
from vanguard.documents.layout.kinds import (
    Paragraph,
    Surroundings,
    free_rules,
    kind_of,
    usual,
)
from vanguard.documents.layout.paragraphs import Letters, find_paragraphs
from vanguard.documents.layout.regions import Region, find_regions
from vanguard.documents.page import Block, BlockKind, Box, Direction, Line, Word
from vanguard.documents.tables.grid import Grid

_HEAVY: Final = 1.5  # strokes of a bold typeface beside those of a plain one
_ASCENT, _DESCENT = 0.75, 0.25  # of a font's size
_END = tuple('.!?؟:؛…»”"')
_FULL: Final = 0.9  # of its column's width: a line that reaches so far may go on elsewhere
_NEAR_SIZE: Final = 1.08
# Heights of a line: what is longer is no cell; and how many cells a table without rules has at least.
_CELL: Final = 9.0
_FEWEST_CELLS: Final = 6
_OVER: Final = 2.0  # what stands so near over a table is no header


@dataclass(frozen=True)
class _Piece:
    """A block, and the number of the line at which it is read."""

    at: int
    block: Block


@dataclass
class _Text:
    """A paragraph in pixels, with its own lines and how wide its column is, in points."""

    seen: Paragraph
    lines: list[Numbered]
    column: Box
    kind: BlockKind = "paragraph"
    level: int = 0
    more: list[_Text] = field(default_factory=list)


def blocks_of(
    lines: Sequence[Line],
    reader: str,
    drawn: Sequence[Drawn],
    size: tuple[float, float],
) -> tuple[Block, ...]:
    """The blocks in reading order; none where lines have no places.

    Args:
        lines: in reading order.
        reader: what they were read by.
        drawn: what is painted beside the text.
        size: of the page, points.
    """
    if any(line.box is None for line in lines):
        return ()
    page = scaled(lines, drawn, size)
    if page is None:
        return ()
    return _Page(page, list(lines), reader, drawn).blocks()


class _Page:
    """One page, taken apart."""

    def __init__(
        self, page: Scaled, lines: list[Line], reader: str, drawn: Sequence[Drawn]
    ) -> None:
        self._page = page
        self._lines: list[Line | None] = list(lines)
        self._reader = reader
        self._drawn = drawn
        self._furniture: Mapping[int, BlockKind] = {}
        self._solids: list[Box] = []

    def blocks(self) -> tuple[Block, ...]:
        pieces: list[_Piece] = []
        for region in self._solid_regions():
            if region.grid is not None:
                pieces += self._table(region.grid)
            else:
                self._solids.append(region.box)
        self._furniture = self._found_furniture()
        texts = self._texts()
        pieces += [self._text(one) for one in _joined(texts)]
        pieces.sort(key=lambda piece: piece.at)
        above, below = self._around()
        return (*above, *(piece.block for piece in pieces), *below)

    def _solid_regions(self) -> list[Region]:
        """Tables and figures; not looked for where nothing is drawn and no short lines stand in rows."""
        if not self._drawn and not _has_rows([line for line in self._lines if line is not None]):
            return []
        regions = find_regions(self._page.sheet).regions
        return [one for one in regions if one.what in ("table", "figure")]

    def _found_furniture(self) -> dict[int, BlockKind]:
        """Kinds of the lines that run around the text, by their numbers; rows of tables tell nothing of it."""
        left = [(at, line) for at, line in enumerate(self._lines) if line is not None]
        high = self._page.sheet.ink.shape[0] / self._page.scale
        rules = [
            self._page.box(rule) for rule in self._page.sheet.rules.across if not self._bounds(rule)
        ]
        found = find_furniture([line for _, line in left], high, rules)
        told = {left[place][0]: kind for place, kind in found.items()}
        return {at: kind for at, kind in told.items() if kind != "header" or not self._leads(at)}

    def _leads(self, at: int) -> bool:
        """Whether a line stands right over a table or a figure: then it speaks of that."""
        line = self._lines[at]
        if line is None or line.box is None:
            return False
        box, height = line.box.scaled(self._page.scale), self._page.sheet.height
        return any(
            -height < one.top - box.bottom < _OVER * height
            and one.left < box.right
            and box.left < one.right
            for one in self._solids
        )

    def _bounds(self, rule: Box) -> bool:
        """Whether a rule is a table's or a figure's own: then it parts nothing from the text."""
        near = self._page.sheet.height
        return any(
            one.top - near < rule.top < one.bottom + near
            and one.left < rule.right
            and rule.left < one.right
            for one in self._solids
        )

    def _table(self, grid: Grid) -> list[_Piece]:
        lines = [line if line is not None else _NOTHING for line in self._lines]
        ruled = any(
            grid.box.left < rule.left < grid.box.right and grid.box.top < rule.bottom
            and rule.top < grid.box.bottom
            for rule in self._page.sheet.rules.down
        )  # fmt: skip
        found = take(grid, self._page.scale, lines, ruled=ruled)
        if found is None:
            return []
        for at, rest in found.rest.items():
            self._lines[at] = rest
        self._solids.append(found.box.scaled(self._page.scale))
        table = found.table
        block = Block(
            "table", box=found.box, direction=table.direction, table=table, reader=self._reader
        )
        return [_Piece(found.first, block)]

    def _texts(self) -> list[_Text]:
        left = [
            (at, line)
            for at, line in enumerate(self._lines)
            if line is not None and at not in self._furniture
        ]
        texts: list[_Text] = []
        for flow in flows(left):
            column = _around([line for _, line in flow])
            for part in alike(flow):
                texts += self._paragraphs(part, column)
        sheet = self._page.sheet
        seen = [one.seen for one in texts]
        around = Surroundings(
            usual(seen, sheet.height),
            tuple(self._solids),
            free_rules(sheet.rules.across, seen, self._solids, sheet.height),
            float(sheet.ink.shape[0]),
            sheet.height,
        )
        for one, after in zip_longest(texts, seen[1:]):
            one.kind, one.level = kind_of(one.seen, around, after)
        return texts

    def _paragraphs(self, lines: Sequence[Numbered], column: Box) -> list[_Text]:
        scale = self._page.scale
        place = column.scaled(scale)
        made = [_pixels(line, scale) for _, line in lines]
        numbers = {id(one): pair for one, pair in zip(made, lines, strict=True)}
        texts = []
        for group in find_paragraphs(self._page.sheet, made, place):
            own = [numbers[id(one)] for one in group]
            sizes = sorted(_size(line) for _, line in own)
            bold = 2 * sum(getattr(line, "bold", False) for _, line in own) > len(own)
            letters = Letters(sizes[len(sizes) // 2] * scale, _HEAVY if bold else 1.0)
            texts.append(
                _Text(Paragraph(tuple(group), _around(group), place, letters), own, column)
            )
        return texts

    def _text(self, text: _Text) -> _Piece:
        lines = [plain(line) for one in (text, *text.more) for _, line in one.lines]
        box = _around([plain(line) for _, line in text.lines])
        way = _direction(lines)
        block = Block(text.kind, tuple(lines), box, way, text.level, reader=self._reader)
        return _Piece(text.lines[0][0], block)

    def _around(self) -> tuple[list[Block], list[Block]]:
        """Blocks of what runs above the text and below it, a line each."""
        middles = [
            (line.box.top + line.box.bottom) / 2
            for at, line in enumerate(self._lines)
            if line is not None and line.box is not None and at not in self._furniture
        ]
        middle = sorted(middles)[len(middles) // 2] if middles else 0.0
        above: list[Block] = []
        below: list[Block] = []
        for at in sorted(self._furniture):
            line = self._lines[at]
            if line is None:
                continue
            one = plain(line)
            block = Block(self._furniture[at], (one,), one.box, one.direction, reader=self._reader)
            (above if one.box is not None and one.box.bottom < middle else below).append(block)
        return above, below


_NOTHING: Final = Line((), None)


def _has_rows(lines: Sequence[Line]) -> bool:
    """Whether there are lines enough for a table that are as short as cells and stand side by side."""
    boxes = [line.box for line in lines if line.box is not None]
    short = [box for box in boxes if box.width <= _CELL * box.height]
    return sum(has_beside(box, short) for box in short) >= _FEWEST_CELLS


def _joined(texts: Sequence[_Text]) -> list[_Text]:
    """Paragraphs that go on in the next column as one, at the place where they begin."""
    joined: list[_Text] = []
    for one in texts:
        if joined and _goes_on(joined[-1], one):
            joined[-1].more.append(one)
        else:
            joined.append(one)
    return joined


def _goes_on(first: _Text, then: _Text) -> bool:
    last = (first.more or [first])[-1]
    if first.kind != "paragraph" or then.kind != "paragraph" or last.column == then.column:
        return False
    end, begin = last.lines[-1][1], then.lines[0][1]
    if end.box is None or begin.box is None or end.direction != begin.direction:
        return False
    if begin.box.top > end.box.top and min(end.box.right, begin.box.right) > max(
        end.box.left, begin.box.left
    ):
        return False  # it stands below, and was parted for another reason
    sizes = sorted((_size(end), _size(begin)))
    if sizes[1] > _NEAR_SIZE * sizes[0] or end.text.endswith(_END):
        return False
    rtl = begin.direction == "rtl"
    set_in = then.column.right - begin.box.right if rtl else begin.box.left - then.column.left
    return end.box.width >= _FULL * last.column.width and set_in < 0.5 * _size(begin)


def _size(line: Line) -> float:
    size = float(getattr(line, "size", 0.0))
    return size or (line.box.height * 0.7 if line.box is not None else 1.0)


def _pixels(line: Line, scale: float) -> Line:
    """The line in pixels, its box by its baseline: typefaces differ in the white above and below."""
    box, size = line.box, float(getattr(line, "size", 0.0))
    if box is not None and size:
        foot = float(getattr(line, "baseline", box.bottom))
        box = Box(box.left, foot - _ASCENT * size, box.right, foot + _DESCENT * size)
    words = tuple(
        Word(word.text, word.box.scaled(scale) if word.box is not None else None)
        for word in line.words
    )
    return Line(words, box.scaled(scale) if box is not None else None, line.direction)


def _around(lines: Sequence[Line]) -> Box:
    boxes = [line.box for line in lines if line.box is not None]
    whole = boxes[0]
    for box in boxes[1:]:
        whole = whole.around(box)
    return whole


def _direction(lines: Sequence[Line]) -> Direction:
    rtl = sum(line.direction == "rtl" for line in lines)
    return "rtl" if 2 * rtl >= len(lines) else "ltr"


def without_settings(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines as formats know them."""
    return tuple(plain(line) if type(line) is not Line else line for line in lines)
