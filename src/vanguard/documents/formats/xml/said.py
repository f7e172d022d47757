"""What was said of a block besides its text, as labels that both XML forms can carry.

It does not know elements. Neither form has a place for a tier or a reason: both have labels with a type.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from vanguard.documents.formats.text import clean
from vanguard.documents.formats.xml.boxes import confidence
from vanguard.documents.page import Block, Cell, Page

CORRECTED = "corrected"  # the code of the reason that a correction leaves


class Label(NamedTuple):
    """One thing that is said.

    Attributes:
        type: `tier`, `reader`, `confidence`, `reason` or `doubt`.
        value: short; of a reason its code.
        says: for people; empty where the value says all.
    """

    type: str
    value: str
    says: str = ""


def of_block(block: Block) -> Iterator[Label]:
    """Tier, reader, confidence and reasons, of those what is known."""
    if block.tier is not None:
        yield Label("tier", block.tier)
    if clean(block.reader):
        yield Label("reader", clean(block.reader))
    if block.confidence is not None:
        yield Label("confidence", confidence(block.confidence))
    for reason in block.reasons:
        yield Label("reason", clean(reason.code), clean(reason.says))


def of_cell(cell: Cell) -> Iterator[Label]:
    """Confidence and what checks say against it."""
    if cell.confidence is not None:
        yield Label("confidence", confidence(cell.confidence))
    for doubt in cell.doubts:
        yield Label("doubt", "failed_check", clean(doubt))


def page_confidence(page: Page) -> float | None:
    """How sure readers were of the page: the mean of its blocks, by their letters; None where nobody said."""
    told = [
        (len(block.text), block.confidence)
        for block in page.blocks
        if block.confidence is not None and block.text
    ]
    letters = sum(count for count, _ in told)
    return sum(count * sure for count, sure in told) / letters if letters else None
