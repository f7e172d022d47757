"""A read page: blocks in reading order, their lines, words and tables, and how sure the reader was.

It does not know files, engines or formats. Lengths are points (1/72 inch), from the page's top left
corner as it is looked at; text is in logical order, as it is typed.
"""

from __future__ import annotations

from typing import Literal

import msgspec

BlockKind = Literal[
    "title",
    "heading",
    "paragraph",
    "list_item",
    "table",
    "figure",
    "caption",
    "footnote",
    "header",
    "footer",
    "page_number",
]
# what runs around a page's text and is no part of it
FURNITURE: frozenset[BlockKind] = frozenset({"header", "footer", "page_number"})
Direction = Literal["rtl", "ltr"]
Tier = Literal["accept", "review", "reject"]
POINTS_PER_INCH = 72


class Box(msgspec.Struct, frozen=True, array_like=True):
    """A rectangle: `left <= right`, `top <= bottom`, in points from the page's top left corner."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right, in points."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom, in points."""
        return self.bottom - self.top

    def around(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def scaled(self, factor: float) -> Box:
        """The same box on a page that is `factor` times as large."""
        return Box(self.left * factor, self.top * factor, self.right * factor, self.bottom * factor)


class Word(msgspec.Struct, frozen=True, omit_defaults=True):
    """One word.

    Attributes:
        confidence: 0 to 1, as measured or told by the reader; None where nobody said.
    """

    text: str
    box: Box | None = None
    confidence: float | None = None


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of words, in logical order.

    Attributes:
        confidence: 0 to 1; None where nobody said.
    """

    words: tuple[Word, ...]
    box: Box | None = None
    direction: Direction = "rtl"
    confidence: float | None = None

    @property
    def text(self) -> str:
        """The words with one space between them."""
        return " ".join(word.text for word in self.words)


class Cell(msgspec.Struct, frozen=True, omit_defaults=True):
    """One cell of a table.

    Attributes:
        row, column: of its first place; column 0 is the first that is read, in a right-to-left
            table the rightmost.
        row_span, column_span: places that it covers, at least 1.
        lines: nothing when the cell is empty.
        header: it names a row or a column.
        doubts: what checks say against its content, for people.
    """

    row: int
    column: int
    lines: tuple[Line, ...] = ()
    row_span: int = 1
    column_span: int = 1
    header: bool = False
    box: Box | None = None
    confidence: float | None = None
    doubts: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Its lines, one below the other."""
        return "\n".join(line.text for line in self.lines)


class Table(msgspec.Struct, frozen=True, omit_defaults=True):
    """Cells on a grid; places that no cell covers are not there."""

    rows: int
    columns: int
    cells: tuple[Cell, ...]
    direction: Direction = "rtl"


class Reason(msgspec.Struct, frozen=True):
    """Why a block has its reader or its tier.

    Attributes:
        code: for programs, such as `unsure_words`; docs/guide/documents-read.md lists them.
        says: for people.
    """

    code: str
    says: str


class Alternative(msgspec.Struct, frozen=True, omit_defaults=True):
    """What another reader said of the same place, where it did not say the same.

    Attributes:
        confidence: 0 to 1; None where it did not tell.
    """

    reader: str
    text: str
    confidence: float | None = None


class Block(msgspec.Struct, frozen=True, omit_defaults=True):
    """What belongs together on a page.

    Attributes:
        level: of a heading, 1 to 6; else 0.
        table: of a block of kind `table`, which then has no lines.
        reader: what its text was read by, such as `pdfium` or `tesseract`.
        tier: whether it can be trusted; None where nobody judged.
        reasons: why this reader and this tier.
        alternatives: what other readers said, who did not agree.
    """

    kind: BlockKind
    lines: tuple[Line, ...] = ()
    box: Box | None = None
    direction: Direction = "rtl"
    level: int = 0
    table: Table | None = None
    reader: str = ""
    confidence: float | None = None
    tier: Tier | None = None
    reasons: tuple[Reason, ...] = ()
    alternatives: tuple[Alternative, ...] = ()

    @property
    def all_lines(self) -> tuple[Line, ...]:
        """Its lines; of a table those of its cells, in their order."""
        if self.table is None:
            return self.lines
        return tuple(line for cell in self.table.cells for line in cell.lines)

    @property
    def text(self) -> str:
        """Its lines, one below the other; of a table its cells, in their order."""
        if self.table is not None:
            return "\n".join(cell.text for cell in self.table.cells if cell.lines)
        return "\n".join(line.text for line in self.lines)


Point = tuple[float, float]
"""From the left and from the top, in points."""


class Original(msgspec.Struct, frozen=True):
    """The page of the file, where the one that was read is not just that: it was turned, or a photograph flattened.

    Attributes:
        width, height: of the file's page as it is looked at there, in points.
        turned: degrees, clockwise, by which it was turned to be upright.
        corners: of the page that was read, on the file's page: what is its top left corner when it
            is upright, then the top right, the bottom right and the bottom left one.
    """

    width: float
    height: float
    turned: Literal[0, 90, 180, 270]
    corners: tuple[Point, Point, Point, Point]


class Page(msgspec.Struct, frozen=True, omit_defaults=True):
    """One page, its blocks in reading order.

    Attributes:
        number: from 1.
        width, height: in points, as the page is looked at when it is upright and flat.
        failed: why nothing could be read; empty when it could.
        original: where all this stands on the file's page; None where that is this one.
    """

    number: int
    width: float
    height: float
    blocks: tuple[Block, ...] = ()
    failed: str = ""
    original: Original | None = None

    @property
    def text(self) -> str:
        """Its blocks, one below the other."""
        return "\n".join(block.text for block in self.blocks if block.text)


class Document(msgspec.Struct, frozen=True, omit_defaults=True):
    """All pages of one file.

    Attributes:
        source: the file's name, without its folder.
        sha256: of the file's bytes, in hexadecimal; empty where there was no file.
    """

    pages: tuple[Page, ...]
    source: str = ""
    sha256: str = ""
