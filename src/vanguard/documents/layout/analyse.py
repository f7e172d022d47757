"""A prepared page read into blocks: regions found, each read in its way, kinds told.

It does not know files; `vanguard.documents.images.prepare` makes what it is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce
from statistics import median

from vanguard.documents.engines.contract import Engine
from vanguard.documents.engines.strips import LineReader, Measure, measure_of, strips_of
from vanguard.documents.images.ink import is_vocalised
from vanguard.documents.images.raster import Raster
from vanguard.documents.images.sheet import Sheet, sheet
from vanguard.documents.layout.kinds import (
    Paragraph,
    Surroundings,
    free_rules,
    furniture_kind,
    kind_of,
    usual,
)
from vanguard.documents.layout.paragraphs import find_paragraphs, letters, with_bullet
from vanguard.documents.layout.regions import Plan, Region, find_regions
from vanguard.documents.page import Block, BlockKind, Box, Direction, Line, Table
from vanguard.documents.tables.numbers import NumberReader
from vanguard.documents.tables.read import read_table

# by the engine's confidence: a page on which lines of less are no lines
_WELL_READ, _DIRT = 0.7, 0.35
_OTHER_ROOMS = (0.8, 1.25)  # of the page's own: in what else a line is read before it is given up
_FEW_LINES = 3  # of text; with fewer, those of tables tell the measure, too


def analyse(
    raster: Raster,
    engine: Engine,
    numbers: Sequence[NumberReader] = (),
) -> tuple[Block, ...]:
    """The blocks of a page in reading order, boxes in points of the page; none on an empty page.

    Args:
        raster: level lines, writing at the size that the engine reads best.
        engine: reads lines.
        numbers: read again what may be a number in a table, each the digits that it is good at.
    """
    page = sheet(raster)
    if page is None:
        return ()
    plan = find_regions(page)
    reader = _line_reader(plan, page, engine)
    texts = {
        index: list(_paragraphs(plan, region, reader))
        for index, region in enumerate(plan.regions)
        if region.what == "text"
    }
    texts = _without_dirt(texts, plan.text, reader)
    solids = tuple(one.box for one in plan.regions if one.what in ("table", "figure"))
    written = [one for some in texts.values() for one in some]
    around = Surroundings(
        usual(written, page.height),
        solids,
        free_rules(page.rules.across, written, solids, page.height),
        float(page.ink.shape[0]),
        page.height,
    )
    below = dict(zip(map(id, written), [*written[1:], None], strict=False))
    blocks: list[Block] = []
    for index, region in enumerate(plan.regions):
        if region.what == "text":
            blocks += [
                _text_block(one, page, kind_of(one, around, below[id(one)]), engine)
                for one in texts[index]
            ]
        else:
            blocks += _other(region, page, reader, numbers)
    return tuple(blocks)


def _without_dirt(
    texts: dict[int, list[Paragraph]], page: Sheet, reader: LineReader
) -> dict[int, list[Paragraph]]:
    """Texts without lines that are none, on a page that is read well: dirt and drawings are read as letters."""
    lines = [line for some in texts.values() for one in some for line in one.lines]
    usual = median(line.confidence or 0.0 for line in lines) if lines else 0.0
    if usual < _WELL_READ:
        return texts
    kept: dict[int, list[Paragraph]] = {}
    for index, some in texts.items():
        kept[index] = []
        for one in some:
            surest = (_surest(line, page, reader) for line in one.lines)
            known = tuple(line for line in surest if (line.confidence or 0.0) >= _DIRT)
            if known:
                kept[index].append(replace(one, lines=known))
    return kept


def _surest(line: Line, page: Sheet, reader: LineReader) -> Line:
    """A line as it is, or, where it would be given up, as it is read in another room."""
    if (line.confidence or 0.0) >= _DIRT or line.box is None:
        return line
    rooms = (Measure(share * reader.measure.room_px) for share in _OTHER_ROOMS)
    others = [LineReader(reader.engine, room).read(page, line.box) for room in rooms]
    whole = [found[0] for found in others if len(found) == 1]
    return max((line, *whole), key=lambda one: one.confidence or 0.0)


def _line_reader(plan: Plan, page: Sheet, engine: Engine) -> LineReader:
    strips = [
        strip
        for region in plan.regions
        if region.what == "text"
        for strip in strips_of(plan.text, region.box)
    ]
    if len(strips) < _FEW_LINES:
        strips += [
            strip
            for region in plan.regions
            if region.grid is not None
            for place in region.grid.places
            for strip in strips_of(page, place.box)
        ]
    vocalised = is_vocalised(page.ink, page.height)
    return LineReader(engine, measure_of(strips, vocalised=vocalised))


def _paragraphs(plan: Plan, region: Region, reader: LineReader) -> Iterator[Paragraph]:
    page = plan.text
    for group in find_paragraphs(page, reader.read(page, region.box), region.box):
        box = _around(group) or region.box
        sizes = sorted(
            (letters(page, line.box) for line in group if line.box is not None),
            key=lambda one: one.size,
        )
        if sizes:
            yield Paragraph(tuple(group), box, region.box, sizes[len(sizes) // 2])


def _text_block(
    paragraph: Paragraph, page: Sheet, found: tuple[BlockKind, int], engine: Engine
) -> Block:
    kind, level = found
    lines = paragraph.lines
    if kind == "list_item":
        lines = (with_bullet(lines[0]), *lines[1:])
    return _block(lines, page, engine, kind, level)


def _block(
    lines: Sequence[Line], page: Sheet, engine: Engine, kind: BlockKind, level: int = 0
) -> Block:
    box = _around(lines)
    return Block(
        kind,
        tuple(page.on_page(line) for line in lines),
        None if box is None else page.raster.page_box(box),
        _direction(lines),
        level,
        reader=engine.name,
        confidence=_confidence(lines),
    )


def _other(
    region: Region, page: Sheet, reader: LineReader, numbers: Sequence[NumberReader]
) -> Iterator[Block]:
    engine = reader.engine
    box = page.raster.page_box(region.box)
    if region.grid is not None:
        table = read_table(region.grid, page, reader, numbers)
        names = (engine.name, *(one.name for one in numbers))
        yield Block(
            "table",
            box=box,
            direction=table.direction,
            table=table,
            reader="+".join(dict.fromkeys(names)),
            confidence=_table_confidence(table),
        )
    elif region.what in ("header", "footer"):
        lines = reader.read(page, region.box)
        if lines:
            text = " ".join(line.text for line in lines)
            kind = furniture_kind(region.what, text, region.box.width, page.height)
            yield _block(lines, page, engine, kind)
    else:
        yield Block("figure", box=box)


def _around(lines: Sequence[Line]) -> Box | None:
    boxes = [line.box for line in lines if line.box is not None]
    return reduce(Box.around, boxes) if boxes else None


def _direction(lines: Sequence[Line]) -> Direction:
    right = sum(len(line.text) for line in lines if line.direction == "rtl")
    return "rtl" if 2 * right >= sum(len(line.text) for line in lines) else "ltr"


def _confidence(lines: Sequence[Line]) -> float | None:
    known = [(line.confidence, len(line.text)) for line in lines if line.confidence is not None]
    total = sum(long for _, long in known)
    return round(sum(sure * long for sure, long in known) / total, 4) if total else None


def _table_confidence(table: Table) -> float | None:
    return _confidence([line for cell in table.cells for line in cell.lines])
