"""What goes from stage to stage: a file, its pages, a page that was read, and what others say of it.

It does not know the stages.
"""

from __future__ import annotations

import msgspec

from vanguard.documents.page import Line, Page, Reason, Table
from vanguard.documents.reading.files import Kind


class SourceFile(msgspec.Struct, frozen=True):
    """A file to be read; `sha256` is its blob's."""

    sha256: str


class PageOfFile(msgspec.Struct, frozen=True):
    """One page of a file, from 1."""

    sha256: str
    kind: Kind
    number: int


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a second reader says of one block.

    Attributes:
        block: its place among the page's blocks.
        lines: without boxes; words have the reader's confidence where it told one.
        table: of a block that is a table, on the same grid; it then has no lines.
        notes: what was done to the answer, or is to be known about it.
        problem: why it must not be taken; what it said is kept for people all the same.
    """

    block: int
    reader: str
    lines: tuple[Line, ...] = ()
    table: Table | None = None
    notes: tuple[Reason, ...] = ()
    problem: Reason | None = None

    @property
    def text(self) -> str:
        """Its lines, one below the other; of a table its cells, in their order."""
        if self.table is not None:
            return "\n".join(cell.text for cell in self.table.cells if cell.lines)
        return "\n".join(line.text for line in self.lines)


class PageRead(Page, frozen=True, omit_defaults=True):
    """A page with what it was read from.

    Attributes:
        source: None where there is none, as in tests of what comes after.
        by_layer: its text layer was taken, and can be trusted.
        answers: of a second reader, at most one for each block.
        model_failed: why the second reader could not be asked; empty when it could.
    """

    source: PageOfFile | None = None
    by_layer: bool = False
    answers: tuple[Answer, ...] = ()
    model_failed: str = ""
