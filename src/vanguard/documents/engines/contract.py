"""What an OCR engine is to the rest: a block of writing in, lines of words out.

It does not know any engine.
"""

from __future__ import annotations

from typing import Literal, Protocol

from vanguard.documents.images.raster import Grey
from vanguard.documents.page import Line

Shape = Literal["page", "block", "line", "strip"]
"""What is to be seen: anything, one column of lines, a single line, or one that fills the image's height."""


class Engine(Protocol):
    """Reads what is on an image."""

    @property
    def name(self) -> str:
        """As it stands in `Block.reader`."""
        ...

    def read(self, grey: Grey, shape: Shape) -> tuple[Line, ...]:
        """Lines in reading order, words in logical order; boxes in pixels of the image.

        Confidences are the engine's own, 0 to 1. Nothing is read where nothing is written.
        """
        ...
