"""Breaks words into lines and sets them into a column, as far as they fit.

It does not know what comes before or after.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from vanguard.documents.page import BlockKind, Box, Direction
from vanguard.documents.synth.layout.line import Align, Type, set_line, width
from vanguard.documents.synth.layout.sheet import Sheet

# where the baseline lies in the height that a line takes
BASELINE = 0.66


@dataclass
class Column:
    """A place for text, filled from the top; `y` is where the next thing begins."""

    left: float
    right: float
    top: float
    bottom: float
    y: float = 0.0

    def __post_init__(self) -> None:
        self.y = max(self.y, self.top)

    @property
    def width(self) -> float:
        """From edge to edge."""
        return self.right - self.left

    @property
    def room(self) -> float:
        """How much height is left."""
        return self.bottom - self.y


class Item(Protocol):
    """Something that can be put into columns."""

    def place(self, sheet: Sheet, column: Column) -> Item | None:
        """Puts what fits; returns what is left for the next column, None when all is placed."""


@dataclass(frozen=True)
class Paragraph:
    """Words to be set.

    Attributes:
        indent: of the first line.
        after: room below the last line.
        keep: lines that must fit below it too, so that no heading stands alone.
    """

    words: tuple[str, ...]
    type: Type
    align: Align = "right"
    kind: BlockKind = "paragraph"
    level: int = 0
    indent: float = 0.0
    after: float = 0.0
    keep: int = 0
    base: Direction = "rtl"

    def place(self, sheet: Sheet, column: Column) -> Item | None:
        """Puts as many lines as fit."""
        lines = list(broken(self.words, self.type, column.width, self.indent))
        count = min(len(lines), int(column.room / self.type.pitch))
        if not lines:
            return None
        if count == 0 or (
            count == len(lines) and column.room < (count + self.keep) * self.type.pitch
        ):
            return self
        said = []
        for number, words in enumerate(lines[:count]):
            # the last line of a paragraph is not stretched, nor one that goes on in the next column
            last = number == len(lines) - 1
            align: Align = "right" if self.base == "rtl" else "left"
            align = align if last and self.align == "justify" else self.align
            place = self._edges(column, first=number == 0)
            baseline = column.y + self.type.pitch * BASELINE
            said.append(set_line(sheet, words, self.type, (*place, baseline), align, self.base))
            column.y += self.type.pitch
        sheet.say(self.kind, said, self.level, self.base)
        if count == len(lines):
            column.y += self.after
            return None
        rest = tuple(word for words in lines[count:] for word in words)
        return replace(self, words=rest, indent=0.0)

    def _edges(self, column: Column, *, first: bool) -> tuple[float, float]:
        indent = self.indent if first else 0.0
        if self.base == "rtl":
            return column.left, column.right - indent
        return column.left + indent, column.right


@dataclass(frozen=True)
class Gap:
    """Empty room."""

    height: float

    def place(self, sheet: Sheet, column: Column) -> Item | None:
        """Takes the room, as far as there is some."""
        del sheet
        column.y += min(self.height, max(column.room, 0.0))
        return None


def broken(
    words: Sequence[str], kind: Type, room: float, indent: float = 0.0
) -> Iterator[list[str]]:
    """Words as lines no wider than the room.

    Left out are words that are wider than that, and those that neither face can print: what is not
    on paper must not be in the truth.
    """
    line: list[str] = []
    used, limit = 0.0, room - indent
    for word in words:
        wide = width(word, kind)
        if wide > room - indent or not kind.prints(word):
            continue
        if line and used + kind.space + wide > limit:
            yield line
            line, used, limit = [], 0.0, room
        used += wide + (kind.space if line else 0.0)
        line.append(word)
    if line:
        yield line


def pour(sheet: Sheet, columns: Sequence[Column], items: Iterator[Item]) -> None:
    """Fills columns, in their order, until they are full or nothing is left."""
    waiting = iter(columns)
    column = next(waiting)
    for item in items:
        rest = item.place(sheet, column)
        while rest is not None:
            found = next(waiting, None)
            if found is None:
                return
            column = found
            rest = rest.place(sheet, column)


def place_box(column: Column, height: float) -> Box:
    """Takes a rectangle of the column's width from it."""
    box = Box(column.left, column.y, column.right, column.y + height)
    column.y += height
    return box
