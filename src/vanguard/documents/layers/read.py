"""Reads the text layer of a page: asks extractors, the strongest first, until what they say is settled.

It does not know the extractors, nor how layers are weighed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from vanguard.core.errors import ReadingError
from vanguard.documents.arabic.lexicon import Lexicon
from vanguard.documents.arabic.plausibility import plausibility
from vanguard.documents.layers.choice import Choice, Layer, best_layer, layer, settled
from vanguard.documents.layers.contract import Painted
from vanguard.documents.layers.extractors.poppler import program

# pdfminer tells most about each glyph; PDFium is fast and forgives; the others are asked in doubt.
ORDER: Final = ("pdfminer", "pdfium", "pypdf", "poppler")


class Asked(Protocol):
    """An open file that any extractor can be asked about; a `Session` is one."""

    def read(self, extractor: str, page: int) -> Painted:
        """The text of a page, from 0.

        Raises:
            ReadingError: this extractor cannot read it.
        """
        ...


def read_layer(
    session: Asked,
    page: int,
    *,
    lexicon: Lexicon | None = None,
    extractors: Sequence[str] = ORDER,
) -> Choice:
    """What the text layers of a page say.

    Args:
        session: the open file.
        page: from 0.
        lexicon: the packaged one where none is given.
        extractors: to ask, in this order; poppler is left out where it is not installed.

    Returns:
        the choice; not trusted when there is no layer that can be. An extractor that fails is named in
        the reasons, and never ends the reading.
    """
    layers: list[Layer] = []
    for name in extractors:
        if name == "poppler" and program() is None:
            continue
        layers.append(_read(session, name, page, lexicon))
        if settled([one for one in layers if one.lines]):
            break
        if len(layers) == 2 and not any(one.lines or one.problem for one in layers):
            break  # two strong ones find no text: the page is a picture
    return best_layer(layers, lexicon)


def _read(session: Asked, name: str, page: int, lexicon: Lexicon | None) -> Layer:
    try:
        return layer(session.read(name, page), lexicon)
    except ReadingError as error:
        return Layer(name, (), plausibility(""), problem=error.message)


def size_of(session: Asked, page: int) -> tuple[float, float]:
    """Width and height of a page as it is looked at, points.

    Raises:
        DocumentUnreadable: PDFium cannot read the page.
    """
    painted: Painted = session.read("pdfium", page)
    return painted.width, painted.height
