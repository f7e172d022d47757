"""What a model said of a block, as an answer: cleaned, put in order, and doubted where there is cause.

It does not know how the model was asked, nor whose reading will be taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vanguard.documents.arabic.letters import ARABIC
from vanguard.documents.arabic.repair import repair
from vanguard.documents.page import Block, Line, Reason, Word
from vanguard.documents.reading.second.align import pairs
from vanguard.documents.reading.values import Answer
from vanguard.documents.reading.vision.clean import cleaned
from vanguard.documents.reading.vision.contract import Said
from vanguard.documents.reading.vision.probabilities import sure_words
from vanguard.documents.reading.vision.support import added_marks, unsupported
from vanguard.documents.reading.vision.tables import placed

# the text is to be as it was printed: these would change it, not its order
_NOT_REPAIRED = frozenset({"tatweel", "spaces"})


def answer_of(said: Said, block: Block, place: int, reader: str) -> Answer:
    """The answer for the block at a place of its page."""
    text, notes, problem = transcript(said, block.text)
    if block.table is not None:
        found = placed(text, block.table)
        problem = problem or found.problem
        if found.table is None:
            lines = lines_of_text(text, said)
            return Answer(place, reader, lines, None, (*notes, *found.notes), problem)
        seen = "\n".join(cell.text for cell in found.table.cells)
        problem = problem or unsupported(seen, block)
        return Answer(place, reader, (), found.table, (*notes, *found.notes), problem)
    return answer_with(lines_of_text(text, said), block, place, reader, (notes, problem))


def answer_with(
    lines: tuple[Line, ...],
    block: Block,
    place: int,
    reader: str,
    known: tuple[tuple[Reason, ...], Reason | None],
) -> Answer:
    """The answer with these lines, with what the page says against them."""
    notes, problem = known
    text = "\n".join(line.text for line in lines)
    marks = added_marks(text, block)
    if marks is not None:
        notes = (*notes, marks)
    return Answer(place, reader, lines, None, notes, problem or unsupported(text, block))


def transcript(said: Said, seen: str) -> tuple[str, tuple[Reason, ...], Reason | None]:
    """The text, what was done to it, and why it is none where it is none; `seen` is an engine's reading."""
    if said.refusal:
        return "", (), Reason("refused", "the model refused to read it")
    clean = cleaned(said.text, seen)
    if clean.refused:
        return said.text, clean.notes, Reason("refused", "the model refused to read it")
    mended = repair(clean.text.split("\n"), skip=_NOT_REPAIRED)
    notes = [*clean.notes, *_repaired(list(dict.fromkeys(one.name for one in mended.repairs)))]
    problem = None
    if said.end == "loop":
        notes.append(Reason("loop", "it repeated itself, and was cut where that began"))
    elif said.end == "length":
        problem = Reason("truncated", "it reached its greatest length before its end")
    elif said.end == "filter":
        problem = Reason("filtered", "a filter of its provider cut it")
    return mended.text, tuple(notes), problem


def _repaired(names: Sequence[str]) -> Iterator[Reason]:
    if names:
        yield Reason("repaired", f"repaired: {', '.join(names)}")


def lines_of_text(text: str, said: Said) -> tuple[Line, ...]:
    """Lines of words, each as sure as the model was of the same word in what it said."""
    rows = [line.split() for line in text.split("\n") if line.strip()]
    words = [Word(word) for row in rows for word in row]
    told = [
        pair.second.confidence if pair.same and pair.second is not None else None
        for pair in pairs(words, sure_words(said.text, said.tokens))
        if pair.first is not None
    ]
    known = iter(told)
    return tuple(_line([Word(word, None, next(known)) for word in row]) for row in rows)


def _line(words: Sequence[Word]) -> Line:
    rtl = any(ARABIC.search(word.text) for word in words)
    told = [(word.confidence, len(word.text)) for word in words if word.confidence is not None]
    weight = sum(long for _, long in told)
    sure = round(sum(one * long for one, long in told) / weight, 4) if weight else None
    return Line(tuple(words), None, "rtl" if rtl else "ltr", sure)
