"""A model's answer about a whole page, which is Markdown, shared out among the blocks that were found on it.

It does not know how the model was asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from vanguard.documents.evaluate.sources.content import table_html
from vanguard.documents.evaluate.sources.markdown import content
from vanguard.documents.page import Block, Line, Page, Word
from vanguard.documents.reading.second.align import agreement, pairs
from vanguard.documents.reading.values import Answer
from vanguard.documents.reading.vision.answers import (
    answer_of,
    answer_with,
    lines_of_text,
    transcript,
)
from vanguard.documents.reading.vision.contract import Said

_TOGETHER = 0.2  # readings that share fewer letters cannot be laid beside each other


def whole_page(
    said: Said, page: Page, places: Sequence[int], reader: str
) -> tuple[Answer, ...] | None:
    """An answer for each block at these places; None where blocks are better asked for one by one."""
    text, notes, problem = transcript(said, page.text)
    if problem is not None or said.end == "loop":
        return None
    written = content(text)
    tables = [table_html(grid) for grid in written.grids]
    of_tables = [at for at in places if page.blocks[at].table is not None]
    if len(tables) != len(of_tables):
        return None
    answers = {
        at: answer_of(Said(table), page.blocks[at], at, reader)
        for at, table in zip(of_tables, tables, strict=True)
    }
    of_text = [at for at in places if page.blocks[at].table is None]
    shared = _shared_out(lines_of_text(written.body, said), page, of_text)
    if shared is None:
        return None
    for at, words in shared.items():
        lines = (_like(page.blocks[at], words),) if words else ()
        answers[at] = answer_with(lines, page.blocks[at], at, reader, (notes, None))
    return tuple(answers[at] for at in places)


def _shared_out(
    lines: Sequence[Line], page: Page, places: Sequence[int]
) -> dict[int, list[Word]] | None:
    """The model's words by block: each beside the engine's word that it stands for."""
    words: list[Word] = []
    owners: dict[int, int] = {}
    for at in places:
        for line in page.blocks[at].all_lines:
            for word in line.words:
                owners[id(word)] = at
                words.append(word)
    found = pairs(words, [word for line in lines for word in line.words])
    if words and agreement(found) < _TOGETHER:
        return None
    shared: dict[int, list[Word]] = {at: [] for at in places}
    owner = places[0] if places else None
    for pair in found:
        if pair.first is not None:
            owner = owners[id(pair.first)]
        if pair.second is not None and owner is not None:
            shared[owner].append(pair.second)
    return shared


def _like(block: Block, words: Sequence[Word]) -> Line:
    return Line(tuple(words), None, block.direction)
