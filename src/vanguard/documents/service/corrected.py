"""A read document with what people decided about its blocks since.

It does not know who decided, nor where that is kept; the document itself stays as it was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Literal

import msgspec

from vanguard.documents.page import (
    Block,
    Box,
    Cell,
    Direction,
    Document,
    Line,
    Reason,
    Table,
    Tier,
    Word,
)

_MOST_COMPARED = 4_000_000  # pairs of words; beyond, words are new and without a place

CORRECTED = Reason("corrected", "corrected by a person")
ACCEPTED = Reason("accepted", "accepted by a person")
REJECTED = Reason("rejected", "no text, says a person")
UNPLACED = Reason(
    "unplaced_correction",
    "a correction has another number of lines than the table's cells, and is left out",
)


class Decided(msgspec.Struct, frozen=True):
    """What a person decided about a block.

    Attributes:
        page: its number, from 1.
        block: its place on the page, from 0.
        text: the right one, where it was corrected.
    """

    page: int
    block: int
    verdict: Literal["accept", "correct", "reject"]
    text: str = ""


def corrected(document: Document, decisions: Iterable[Decided], *, keep_rejected: bool) -> Document:
    """The document with these decisions; those about blocks that there are not change nothing.

    Args:
        document: as it was read.
        decisions: one for each block at most; of several the last counts.
        keep_rejected: blocks that are no text stay, with tier `reject`; else they are left out.
    """
    by_place = {(one.page, one.block): one for one in decisions}
    if not by_place:
        return document
    pages = []
    for page in document.pages:
        blocks = []
        for number, block in enumerate(page.blocks):
            decision = by_place.get((page.number, number))
            if decision is None:
                blocks.append(block)
            elif decision.verdict != "reject" or keep_rejected:
                blocks.append(_decided(block, decision))
        pages.append(msgspec.structs.replace(page, blocks=tuple(blocks)))
    return msgspec.structs.replace(document, pages=tuple(pages))


def _decided(block: Block, decision: Decided) -> Block:
    if decision.verdict == "accept":
        return _judged(block, "accept", ACCEPTED)
    if decision.verdict == "reject":
        return _judged(block, "reject", REJECTED)
    texts = [line for line in map(str.strip, decision.text.splitlines()) if line]
    if block.table is None:
        lines = tuple(_lines(block.lines, texts, block.direction))
        return _judged(
            msgspec.structs.replace(block, lines=lines, confidence=None), "accept", CORRECTED
        )
    table = _table(block.table, texts)
    if table is None:
        return _judged(block, "review", UNPLACED)
    return _judged(
        msgspec.structs.replace(block, table=table, confidence=None), "accept", CORRECTED
    )


def _judged(block: Block, tier: Tier, reason: Reason) -> Block:
    return msgspec.structs.replace(block, tier=tier, reasons=(*block.reasons, reason))


def _table(table: Table, texts: Sequence[str]) -> Table | None:
    """The table with other texts, line by line as they stand in `Block.text`; None where they do not fit."""
    if sum(len(cell.lines) for cell in table.cells) != len(texts):
        return None
    rest = iter(texts)
    cells = []
    for cell in table.cells:
        lines = tuple(_line(line, next(rest)) for line in cell.lines)
        cells.append(_cell(cell, lines))
    return msgspec.structs.replace(table, cells=tuple(cells))


def _cell(cell: Cell, lines: tuple[Line, ...]) -> Cell:
    if lines == cell.lines:
        return cell
    return msgspec.structs.replace(cell, lines=lines, confidence=None, doubts=())


def _lines(old: Sequence[Line], texts: Sequence[str], way: Direction) -> Iterable[Line]:
    if len(old) == len(texts):
        for line, text in zip(old, texts, strict=True):
            yield _line(line, text)
        return
    # lines were joined or broken: words keep their places, lines are around them
    words = _words([word for line in old for word in line.words], " ".join(texts).split())
    begin = 0
    for text in texts:
        part = words[begin : begin + len(text.split())]
        begin += len(part)
        yield Line(tuple(part), _around(part), way)


def _line(line: Line, text: str) -> Line:
    if line.text == text:
        return line
    words = tuple(_words(line.words, text.split()))
    return msgspec.structs.replace(line, words=words, confidence=None)


def _words(old: Sequence[Word], texts: Sequence[str]) -> list[Word]:
    """Words that stayed keep their place; as many in the place of others take over theirs."""
    if len(old) * len(texts) > _MOST_COMPARED:
        return [Word(text) for text in texts]
    compared = SequenceMatcher(None, [word.text for word in old], texts, autojunk=False)
    found: list[Word] = []
    for what, first, last, begin, end in compared.get_opcodes():
        if what == "equal":
            found += old[first:last]
        elif last - first == end - begin:
            pairs = zip(old[first:last], texts[begin:end], strict=True)
            found += [Word(text, word.box) for word, text in pairs]
        else:
            place = _around(old[first:last]) if end - begin == 1 else None
            found += [Word(text, place) for text in texts[begin:end]]
    return found


def _around(words: Sequence[Word]) -> Box | None:
    box = None
    for word in words:
        if word.box is not None:
            box = word.box if box is None else box.around(word.box)
    return box
