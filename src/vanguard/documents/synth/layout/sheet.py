"""A page while it is being set: what is drawn where, and the blocks that it says.

It does not know what is set on it, nor files. Points from the top left corner, y down.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from vanguard.documents.page import Block, BlockKind, Box, Direction, Line, Page, Table
from vanguard.documents.synth.fonts.face import Face, Shaped

Colour = tuple[float, float, float]
BLACK: Colour = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Run:
    """Glyphs of one face on one baseline; `x` is where the pen starts."""

    face: Face
    size: float
    x: float
    baseline: float
    shaped: Shaped
    colour: Colour = BLACK

    @property
    def box(self) -> Box | None:
        """Around its ink; None for spaces."""
        ink = self.shaped.ink
        if ink is None:
            return None
        return Box(
            self.x + ink.left * self.size,
            self.baseline - ink.top * self.size,
            self.x + ink.right * self.size,
            self.baseline - ink.bottom * self.size,
        )


@dataclass(frozen=True)
class Area:
    """A filled rectangle, drawn below all text."""

    box: Box
    colour: Colour


@dataclass(frozen=True)
class Rule:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float = 0.6
    colour: Colour = BLACK


@dataclass
class Sheet:
    """A page being set.

    Attributes:
        lines: each is the runs of one line of print, from left to right.
        blocks: in reading order.
    """

    width: float
    height: float
    lines: list[tuple[Run, ...]] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    def say(
        self, kind: BlockKind, lines: list[Line], level: int = 0, direction: Direction = "rtl"
    ) -> None:
        """Adds a block of text, if there is any."""
        if lines:
            box = around([line.box for line in lines])
            self.blocks.append(Block(kind, tuple(lines), box, direction, level))

    def say_table(self, table: Table, box: Box) -> None:
        """Adds a table."""
        self.blocks.append(Block("table", (), box, table.direction, 0, table))

    def say_figure(self, box: Box) -> None:
        """Adds a figure."""
        self.blocks.append(Block("figure", (), box))

    def page(self, number: int = 1) -> Page:
        """What the page says."""
        return Page(number, self.width, self.height, tuple(self.blocks))


def around(boxes: list[Box | None]) -> Box | None:
    """The smallest box that holds all that are there."""
    there = [box for box in boxes if box is not None]
    if not there:
        return None
    result = there[0]
    for box in there[1:]:
        result = result.around(box)
    return result
