"""What somebody who asks for a format can wish, and what some formats need besides the document.

It does not know formats; each takes what concerns it.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

# by a page's number the bytes of an image file; None where there is none
PageImages = Callable[[int], bytes | None]


class Wishes(msgspec.Struct, frozen=True):
    """Everything has a default.

    Attributes:
        furniture: headers, footers and page numbers too, where a format leaves them out.
        direction_marks: in Markdown, see `MarkdownStyle`.
        words: in HTML, each word with its confidence and its box.
        dpi: of the page images that boxes in XML should fit.
        images: of the pages, for HTML and PDF.
        pdf: the file that was read, for PDF.
        over_text: in that PDF, also pages that have a text of their own.
    """

    furniture: bool = False
    direction_marks: bool = False
    words: bool = False
    dpi: float | None = None
    images: PageImages | None = None
    pdf: bytes | None = None
    over_text: bool = False
