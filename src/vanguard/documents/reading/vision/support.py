"""Whether what a model says can stand on the page: as much writing as there is ink, and what an engine is sure of.

It does not know models; an engine's reading is weighed only where that engine is sure.
"""

from __future__ import annotations

from vanguard.documents.arabic.letters import MARK, bare
from vanguard.documents.arabic.normal import searched
from vanguard.documents.page import Block, Reason, Word

# With these bounds the true text of 6 among 1,238 generated blocks was refused, most of them blocks of which
# the engine had lost lines.
_NARROWEST = 0.25  # a letter's width by its line's height
_SLACK_LETTERS = 12
_MOST_TIMES = 2.0  # as many letters as an engine read
_SURE_WORD = 0.9
_LEAST_SURE_WORDS = 5
_FOUND = 0.4  # of the words that an engine is sure of
_SURE_BLOCK = 0.7
_COMPLETE = 0.5  # of the letters that an engine read
_MARKED = 0.25  # marks per letter: vocalised


def most_letters(block: Block) -> int:
    """How many letters its ink can be at most, marks apart."""
    read = len(bare(block.text))
    room = sum(
        line.box.width / max(line.box.height, 0.1) / _NARROWEST
        for line in block.all_lines
        if line.box is not None
    )
    return round(max(_MOST_TIMES * read, room)) + _SLACK_LETTERS


def unsupported(text: str, block: Block) -> Reason | None:
    """Why this text cannot be what stands in the block; None where it can."""
    said, most = len(bare(text)), most_letters(block)
    if said > most:
        return Reason("invented", f"it has {said} letters where the ink is enough for {most}")
    read = len(bare(block.text))
    sure = (block.confidence or 0.0) >= _SURE_BLOCK
    if not said and sure:
        return Reason("empty", "it read nothing where an engine is sure of a text")
    if sure and said < _COMPLETE * read:
        return Reason("incomplete", f"it has {said} letters where an engine read {read}")
    sure_of = [searched(word.text) for word in _sure_words(block)]
    words = set(searched(text).split())
    found = sum(word in words for word in sure_of)
    if len(sure_of) >= _LEAST_SURE_WORDS and found < _FOUND * len(sure_of):
        says = f"it has {found} of {len(sure_of)} words that an engine is sure of"
        return Reason("contradicted", says)
    return None


def added_marks(text: str, block: Block) -> Reason | None:
    """A note where it is vocalised and the engine saw no marks: models restore them from memory."""
    if _marks_per_letter(text) < _MARKED or _marks_per_letter(block.text) > _MARKED / 5:
        return None
    return Reason("added_marks", "it is vocalised, and an engine saw hardly a vowel mark")


def _marks_per_letter(text: str) -> float:
    return len(MARK.findall(text)) / (len(bare(text)) or 1)


def _sure_words(block: Block) -> list[Word]:
    return [
        word
        for line in block.all_lines
        for word in line.words
        if (word.confidence or 0.0) >= _SURE_WORD and len(bare(word.text)) >= 3
    ]
