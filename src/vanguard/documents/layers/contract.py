"""What an extractor of text layers takes and gives.

It does not know any extractor. Lengths are points from the top left corner of the page as it is looked
at, its rotation applied.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Protocol

import msgspec

from vanguard.documents.page import Line


class Limits(msgspec.Struct, frozen=True):
    """What one file may cost.

    Attributes:
        pages: of a file; a longer one is refused.
        file_bytes: of the file.
        glyphs: of a page.
        page_s: seconds for all extractors on one page, and for opening the file.
        memory_bytes: of the process that reads, address space.
    """

    pages: int = 5_000
    file_bytes: int = 512 << 20
    glyphs: int = 200_000
    page_s: float = 20.0
    memory_bytes: int = 2 << 30


class Glyph(msgspec.Struct, frozen=True, array_like=True):
    """What is painted by one character code: a letter, a mark, a ligature; or one span of ActualText.

    Attributes:
        text: what it stands for, in the order in which that is typed; U+FFFD where the file does not say.
        left, top, right, bottom: its advance by its font's height, not its ink.
        baseline: of its origin, downward from the top.
        size: of its font, points.
        turn: degrees, counter-clockwise, by which its line is turned: 0, 90, 180 or 270.
        stroke: number of the operation that painted it; one operation paints text of one direction.
        hidden: painted invisibly, as the text that an OCR lays below a scan.
        font: its place among `Painted.fonts`.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    baseline: float
    size: float
    turn: int = 0
    stroke: int = 0
    hidden: bool = False
    font: int = 0


class Drawn(msgspec.Struct, frozen=True, array_like=True):
    """What is painted beside text: a rule, an area of one colour, an image, another drawing; or pale text.

    Attributes:
        what: "pale" is text in the colour of paper, or seen through: what lies below it tells whether
            it can be read.
        shade: 0 black to 255 white.
    """

    what: Literal["rule", "area", "image", "drawing", "pale"]
    left: float
    top: float
    right: float
    bottom: float
    shade: int = 0


class Painted(msgspec.Struct, frozen=True):
    """The text of one page as one extractor found it.

    Attributes:
        glyphs: in the order in which they were painted, where the extractor gives single ones.
        lines: else its lines; their words may be out of order, and lack boxes.
        fonts: names of the fonts of its glyphs, those that are bold with the word in them.
        drawn: in the order in which it was painted, where the extractor looks at it.
        problem: why the extractor found nothing, where it failed; empty otherwise.
    """

    extractor: str
    width: float
    height: float
    glyphs: tuple[Glyph, ...] = ()
    lines: tuple[Line, ...] = ()
    problem: str = ""
    fonts: tuple[str, ...] = ()
    drawn: tuple[Drawn, ...] = ()


class Opened(Protocol):
    """An open file."""

    @property
    def pages(self) -> int:
        """How many."""
        ...

    def read(self, page: int) -> Painted:
        """The text of a page, from 0."""
        ...

    def close(self) -> None:
        """Lets the file go."""
        ...


class Extractor(Protocol):
    """A library that reads the text layers of PDFs."""

    name: str

    def open(self, path: Path, password: str, limits: Limits) -> Opened:
        """Opens a file.

        Raises:
            DocumentLocked: it is encrypted and the password is not right.
            DocumentUnreadable: it is broken.
        """
        ...
