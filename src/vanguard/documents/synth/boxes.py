"""Walks over all boxes of a page.

It does not know why they change.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from vanguard.documents.page import Block, Box, Cell, Line, Page, Word

_DECIMALS = 2


def with_boxes(page: Page, change: Callable[[Box], Box]) -> Page:
    """The page with each box changed: of blocks, lines, words and cells."""

    def move(box: Box | None) -> Box | None:
        return None if box is None else change(box)

    def word(one: Word) -> Word:
        return msgspec.structs.replace(one, box=move(one.box))

    def line(one: Line) -> Line:
        return msgspec.structs.replace(one, box=move(one.box), words=tuple(map(word, one.words)))

    def cell(one: Cell) -> Cell:
        return msgspec.structs.replace(one, box=move(one.box), lines=tuple(map(line, one.lines)))

    def block(one: Block) -> Block:
        table = one.table
        if table is not None:
            table = msgspec.structs.replace(table, cells=tuple(map(cell, table.cells)))
        return msgspec.structs.replace(
            one, box=move(one.box), lines=tuple(map(line, one.lines)), table=table
        )

    return msgspec.structs.replace(page, blocks=tuple(map(block, page.blocks)))


def rounded(page: Page) -> Page:
    """Boxes to a hundredth of a point: what is finer is noise, and long."""
    return with_boxes(
        page,
        lambda box: Box(
            round(box.left, _DECIMALS),
            round(box.top, _DECIMALS),
            round(box.right, _DECIMALS),
            round(box.bottom, _DECIMALS),
        ),
    )
