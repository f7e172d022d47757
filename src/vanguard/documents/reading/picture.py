"""Reads the picture of a page: prepared, taken apart, and each part read by an engine.

It does not know where the picture comes from, nor whether the page has a text layer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from vanguard.documents.engines.contract import Engine
from vanguard.documents.engines.latin import with_latin
from vanguard.documents.engines.upright import upright
from vanguard.documents.images.raster import Raster
from vanguard.documents.layout.analyse import analyse
from vanguard.documents.page import Block, Line, Original
from vanguard.documents.tables.numbers import NumberReader

# Tesseract's Arabic data hold Latin punctuation too, and take one for the other
_COMMAS = {",": "،", ";": "؛", "?": "؟"}
_AFTER_ARABIC = re.compile(r"(?<=[\u0620-\u064a])[,;?](?=$|[\s»\")\]])")


class Picture(msgspec.Struct, frozen=True):
    """What a picture says.

    Attributes:
        blocks: in reading order, boxes in points of the page when it is upright and flat.
        steps: what was done to the picture before it was read.
        size: width and height of that page, in points.
        original: where it lay in the picture; None where it fills it, upright.
    """

    blocks: tuple[Block, ...]
    steps: tuple[str, ...]
    size: tuple[float, float] = (0.0, 0.0)
    original: Original | None = None

    @property
    def text(self) -> str:
        """Its blocks, one below the other."""
        return "\n".join(block.text for block in self.blocks if block.text)


def read_picture(
    page: Raster,
    engine: Engine,
    numbers: Sequence[NumberReader] = (),
    latin: Engine | None = None,
) -> Picture:
    """Everything that is written on the picture; no blocks where nothing is.

    Args:
        page: as it was taken.
        engine: reads lines.
        numbers: read again what may be a number in a table.
        latin: reads again what may be a Latin word.
    """
    found = upright(page, (engine,) if latin is None else (engine, latin))
    prepared = found.prepared
    if prepared.blank:
        return Picture((), (*prepared.steps, "blank"), found.size, found.original)
    blocks = analyse(prepared.raster, engine, numbers)
    if latin is not None:
        blocks = with_latin(blocks, prepared.raster, latin)
    read = tuple(_with_arabic_marks(block) for block in blocks)
    return Picture(read, prepared.steps, found.size, found.original)


def _with_arabic_marks(block: Block) -> Block:
    lines = tuple(_line(line) for line in block.lines)
    table = block.table
    if table is not None:
        cells = (
            msgspec.structs.replace(cell, lines=tuple(_line(line) for line in cell.lines))
            for cell in table.cells
        )
        table = msgspec.structs.replace(table, cells=tuple(cells))
    return msgspec.structs.replace(block, lines=lines, table=table)


def _line(line: Line) -> Line:
    words = (msgspec.structs.replace(word, text=arabic_marks(word.text)) for word in line.words)
    return msgspec.structs.replace(line, words=tuple(words))


def arabic_marks(word: str) -> str:
    """The word with Arabic commas and question marks, where it is Arabic that they follow."""
    return _AFTER_ARABIC.sub(lambda found: _COMMAS[found[0]], word)
