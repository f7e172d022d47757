"""A searchable PDF, from whatever there is to put the text under: the PDF that was read, or images.

It does not know how either is done.
"""

from __future__ import annotations

from typing import BinaryIO

from vanguard.core.errors import InvalidRequest
from vanguard.documents.formats.pdf.overlay import write_overlay
from vanguard.documents.formats.pdf.scans import write_scans
from vanguard.documents.formats.wishes import Wishes
from vanguard.documents.page import Document

# ISO 32000-1, annex C.2
_LEAST_SIDE, _MOST_SIDE = 3, 14_400


def write(document: Document, out: BinaryIO, wishes: Wishes) -> None:
    """Writes the document; see `registry.Writer`."""
    for page in document.pages:
        given = page.original or page
        if not all(_LEAST_SIDE <= side <= _MOST_SIDE for side in (given.width, given.height)):
            raise InvalidRequest(
                f"page {page.number} is {given.width:g} × {given.height:g} points; the side of a page "
                f"in a PDF has {_LEAST_SIDE} to {_MOST_SIDE:,}"
            )
    if wishes.pdf is not None:
        write_overlay(document, wishes.pdf, out, over_text=wishes.over_text)
    elif wishes.images is not None:
        write_scans(document, wishes.images, out)
    else:
        raise InvalidRequest("a searchable PDF needs the PDF that was read, or images of its pages")
