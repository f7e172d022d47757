"""Reads the text layer of a page: asks extractors, the strongest first, until what they say is settled.

It does not know the extractors, nor how layers are weighed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from vanguard.core.errors import ReadingError
from vanguard.documents.arabic.lexicon import Lexicon
from vanguard.documents.arabic.plausibility import plausibility
from vanguard.documents.layers.choice import (
    Choice,
    Layer,
    best_layer,
    confirmed,
    layer,
    settled,
)
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


def glance(session: Asked, page: int) -> Painted:
    """Size, all letters and the drawing of a page, from 0, as it is looked at.

    Raises:
        DocumentUnreadable: PDFium cannot read the page.
    """
    return session.read("glance", page)


def read_layer(
    session: Asked,
    page: int,
    *,
    lexicon: Lexicon | None = None,
    extractors: Sequence[str] = ORDER,
    seen: Painted | None = None,
) -> Choice:
    """What the text layers of a page say.

    Args:
        session: the open file.
        page: from 0.
        lexicon: the packaged one where none is given.
        extractors: to ask, in this order; poppler is left out where it is not installed.
        seen: what `glance` said of the page, where it was asked before.

    Returns:
        the choice; not trusted when there is no layer that can be. An extractor that fails is named in
        the reasons, and never ends the reading. Others than the first are asked where it is in doubt, or
        a glance sees other letters.
    """
    seen = seen or _glanced(session, page)
    layers: list[Layer] = []
    for name in extractors:
        if name == "poppler" and program() is None:
            continue
        layers.append(_read(session, name, page, lexicon, seen))
        if confirmed(layers, seen) or settled([one for one in layers if one.lines]):
            break
        if len(layers) == 2 and not any(one.lines or one.problem for one in layers):
            break  # two strong ones find no text: the page is a picture
    return best_layer(layers, lexicon, seen)


def _glanced(session: Asked, page: int) -> Painted | None:
    try:
        return glance(session, page)
    except ReadingError:
        return None  # extractors say what is wrong


def _read(
    session: Asked, name: str, page: int, lexicon: Lexicon | None, seen: Painted | None
) -> Layer:
    try:
        return layer(session.read(name, page), lexicon, seen)
    except ReadingError as error:
        return Layer(name, (), plausibility(""), problem=error.message)
