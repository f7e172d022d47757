"""Lays a second reading beside the first: takes the better one, keeps the other where they differ, says why.

It does not know who the readers are, nor what is enough to trust a block. Boxes are the first reader's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from vanguard.documents.arabic.plausibility import plausibility
from vanguard.documents.page import Alternative, Block, Cell, Line, Reason, Word
from vanguard.documents.reading.second.align import Pair, agreement, pairs
from vanguard.documents.reading.values import Answer
from vanguard.documents.tables.forms import is_number, is_regular

Prefer = Literal["plausible", "second"]
"""Whose reading is taken where they differ: the more plausible one, or the second unless it is far less plausible."""

_BETTER_BY = 0.02  # plausibility, by which the second must be the better one
_MUCH_WORSE = 0.2  # plausibility, by which even the preferred one may not be the worse
_SURE_NUMBER = 0.7
_DIGIT = re.compile(r"\d")


class Combined(msgspec.Struct, frozen=True):
    """A block after its second reading.

    Attributes:
        agreement: share of letters in words that both read alike, 0 to 1; None where the second said
            nothing that can be weighed.
        digits_agree: words with digits are the same in both.
        doubts: of the answer, which a person should see whatever the agreement.
    """

    block: Block
    agreement: float | None = None
    digits_agree: bool = False
    doubts: tuple[Reason, ...] = ()


# what was done to an answer without a doubt about what is left of it
_HARMLESS = frozenset({"thoughts", "fences", "remarks", "markdown", "repaired", "turned_table"})


def combined(block: Block, answer: Answer, prefer: Prefer) -> Combined:
    """The block with the reading that is taken, the other as its alternative where they differ."""
    reasons = (*block.reasons, *answer.notes)
    if answer.problem is not None:
        kept = (*reasons, answer.problem)
        others = _other(answer.reader, answer.text, None)
        return Combined(msgspec.structs.replace(block, reasons=kept, alternatives=others))
    found = _pairs(block, answer)
    agreed = agreement(found)
    digits = all(pair.same for pair in found if _has_digits(pair))
    doubts = tuple(note for note in answer.notes if note.code not in _HARMLESS)
    if agreed == 1.0:
        reasons = (*reasons, Reason("agreed", f"{answer.reader} reads the same"))
        return Combined(msgspec.structs.replace(block, reasons=reasons), agreed, digits, doubts)
    taken, why = _taken(block, answer, prefer)
    reasons = (*reasons, Reason("arbiter", why))
    if taken:
        after = _with_answer(block, answer, reasons)
    else:
        others = _other(answer.reader, answer.text, _sure(answer.lines))
        after = msgspec.structs.replace(block, reasons=reasons, alternatives=others)
    return Combined(after, agreed, digits, doubts)


def _taken(block: Block, answer: Answer, prefer: Prefer) -> tuple[bool, str]:
    first, second = plausibility(block.text).value, plausibility(answer.text).value
    says = f"plausibility: {block.reader} {first:.2f}, {answer.reader} {second:.2f}"
    if prefer == "second" and second > first - _MUCH_WORSE:
        return True, f"{says}; the second reader is preferred"
    return second >= first + _BETTER_BY, says


def _pairs(block: Block, answer: Answer) -> tuple[Pair, ...]:
    if block.table is None or answer.table is None:
        return pairs(_words(block.all_lines), _words(answer.lines))
    others = {(cell.row, cell.column): cell for cell in answer.table.cells}
    found: list[Pair] = []
    for cell in block.table.cells:
        other = others.get((cell.row, cell.column))
        found += pairs(_words(cell.lines), _words(other.lines) if other is not None else [])
    return tuple(found)


def _words(lines: Iterable[Line]) -> list[Word]:
    return [word for line in lines for word in line.words]


def _has_digits(pair: Pair) -> bool:
    return any(word is not None and _DIGIT.search(word.text) for word in (pair.first, pair.second))


def _other(reader: str, text: str, sure: float | None) -> tuple[Alternative, ...]:
    return (Alternative(reader, text, sure),) if text.strip() else ()


def _sure(lines: Sequence[Line]) -> float | None:
    told = [
        (word.confidence, len(word.text)) for word in _words(lines) if word.confidence is not None
    ]
    weight = sum(long for _, long in told)
    return round(sum(one * long for one, long in told) / weight, 4) if weight else None


def _with_answer(block: Block, answer: Answer, reasons: tuple[Reason, ...]) -> Block:
    """The block in the second reader's words."""
    others = _other(block.reader, block.text, block.confidence)
    if block.table is not None and answer.table is not None:
        cells = {(cell.row, cell.column): cell for cell in answer.table.cells}
        mixed = tuple(_cell(one, cells.get((one.row, one.column))) for one in block.table.cells)
        return msgspec.structs.replace(
            block,
            table=msgspec.structs.replace(block.table, cells=mixed),
            reader=f"{block.reader}+{answer.reader}",
            reasons=reasons,
            alternatives=others,
        )
    return msgspec.structs.replace(
        block,
        lines=_on_lines(block, answer),
        reader=answer.reader,
        confidence=_sure(answer.lines),
        reasons=reasons,
        alternatives=others,
    )


def _cell(first: Cell, second: Cell | None) -> Cell:
    """Numbers that a reader of numbers is sure of stay; words are the second reader's."""
    if second is None or first.text == second.text or not second.lines:
        return first
    number = is_number(first.text) and is_regular(first.text)
    if number and (first.confidence or 0.0) >= _SURE_NUMBER:
        says = f"another reader says {second.text}"
        return msgspec.structs.replace(first, doubts=(*first.doubts, says))
    says = f"another reader says {first.text or 'nothing'}"
    return msgspec.structs.replace(second, doubts=(*first.doubts, says), confidence=None)


def _on_lines(block: Block, answer: Answer) -> tuple[Line, ...]:
    """The second reader's words on the first one's lines, each in the box of the word it stands for."""
    rows: list[list[Word]] = [[] for _ in block.lines]
    owner = {id(word): at for at, line in enumerate(block.lines) for word in line.words}
    at = 0
    for pair in pairs(_words(block.lines), _words(answer.lines)):
        if pair.first is not None:
            at = owner[id(pair.first)]
        if pair.second is not None:
            box = pair.first.box if pair.first is not None else None
            rows[at].append(Word(pair.second.text, box, pair.second.confidence))
    return tuple(
        Line(tuple(words), line.box, line.direction, _sure([Line(tuple(words))]))
        for line, words in zip(block.lines, rows, strict=True)
        if words
    )
