"""Sets words on one line: shaped, in visual order, aligned or justified, with a box for each word.

It does not know paragraphs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from vanguard.documents.page import Box, Direction, Line, Word
from vanguard.documents.synth.fonts.face import Face, Shaped
from vanguard.documents.synth.layout.order import levels, visual
from vanguard.documents.synth.layout.sheet import BLACK, Colour, Run, Sheet, around

Align = Literal["right", "left", "centre", "justify"]
# wider gaps than this, in ordinary spaces, look wrong: such a line is not justified
WIDEST_SPACE = 3.2


@dataclass(frozen=True)
class Type:
    """How text is set.

    Attributes:
        spare: a face for characters that `face` lacks, such as Latin letters.
        leading: from baseline to baseline, in sizes.
        spare_size: of the spare face, in sizes.
    """

    face: Face
    spare: Face
    size: float
    leading: float = 1.5
    colour: Colour = BLACK
    spare_size: float = 1.0

    @property
    def pitch(self) -> float:
        """From baseline to baseline, in points."""
        return self.size * self.leading

    @property
    def space(self) -> float:
        """An ordinary space, in points."""
        return self.face.space * self.size

    def prints(self, word: str) -> bool:
        """Whether one of the two faces has each character."""
        known, spare = self.face.characters, self.spare.characters
        return all(ord(character) in known or ord(character) in spare for character in word)

    def sized(self, factor: float) -> Type:
        """The same in another size."""
        return replace(self, size=self.size * factor)

    def size_of(self, face: Face) -> float:
        """The size that one of the two faces is set in."""
        return self.size if face is self.face else self.size * self.spare_size


@dataclass(frozen=True)
class Span:
    """A piece of a line: of one word (or a space), one level and one face."""

    word: int
    level: int
    face: Face
    shaped: Shaped


def width(word: str, kind: Type) -> float:
    """How wide a word will be, in points."""
    return sum(
        face.shape(text, "rtl" if level % 2 else "ltr").advance * kind.size_of(face)
        for text, level, face in _split(word, levels(word), kind)
    )


def set_line(
    sheet: Sheet,
    words: Sequence[str],
    kind: Type,
    place: tuple[float, float, float],
    align: Align = "right",
    base: Direction = "rtl",
) -> Line:
    """Sets words and tells their boxes; `place` is left edge, right edge and baseline."""
    left, right, baseline = place
    spans = _spans(words, kind, base)
    natural = sum(span.shaped.advance * kind.size_of(span.face) for span in spans)
    gaps = len(words) - 1
    room = right - left - natural
    extra = 0.0
    if align == "justify" and gaps and 0 < room / gaps <= kind.space * (WIDEST_SPACE - 1):
        extra, room = room / gaps, 0.0
    if align == "centre":
        x = left + room / 2
    else:
        at_right = align == "right" or (align == "justify" and base == "rtl")
        x = left + (room if at_right else 0.0)
    runs: list[Run] = []
    boxes: list[list[Box | None]] = [[] for _ in words]
    for span in visual(spans, [span.level for span in spans]):
        size = kind.size_of(span.face)
        run = Run(span.face, size, x, baseline, span.shaped, kind.colour)
        runs.append(run)
        x += span.shaped.advance * size
        if span.word < 0:
            x += extra
        else:
            boxes[span.word].append(run.box)
    sheet.lines.append(tuple(runs))
    said = tuple(Word(word, around(box)) for word, box in zip(words, boxes, strict=True))
    return Line(said, around([word.box for word in said]), base)


def _spans(words: Sequence[str], kind: Type, base: Direction) -> list[Span]:
    text = " ".join(words)
    known = levels(text, base)
    space = kind.face.shape(" ", "ltr")
    spans, start = [], 0
    for index, word in enumerate(words):
        if index:
            spans.append(Span(-1, known[start - 1], kind.face, space))
        for piece, level, face in _split(word, known[start : start + len(word)], kind):
            shaped = face.shape(piece, "rtl" if level % 2 else "ltr")
            spans.append(Span(index, level, face, shaped))
        start += len(word) + 1
    return spans


def _split(word: str, their_levels: Sequence[int], kind: Type) -> list[tuple[str, int, Face]]:
    """A word as pieces of one level and one face, in logical order."""
    pieces: list[tuple[str, int, Face]] = []
    for character, level in zip(word, their_levels, strict=True):
        face = kind.face if ord(character) in kind.face.characters else kind.spare
        if pieces and pieces[-1][1] == level and pieces[-1][2] is face:
            pieces[-1] = (pieces[-1][0] + character, level, face)
        else:
            pieces.append((character, level, face))
    return pieces
