"""What one file may cost who reads it.

It does not know files.
"""

from __future__ import annotations

import msgspec

from vanguard.documents.layers.contract import Limits


class ReadingLimits(msgspec.Struct, frozen=True):
    """Bounds of one file.

    Attributes:
        pages: of a file; a longer one is refused.
        file_bytes: of the file.
        pixels: of a page's picture.
        page_s: seconds for the text layers of one page; what the whole page may take is its runner's.
    """

    pages: int = 5_000
    file_bytes: int = 512 << 20
    pixels: int = 120_000_000
    page_s: float = 20.0

    @property
    def layers(self) -> Limits:
        """The same, for extractors of text layers."""
        return Limits(pages=self.pages, file_bytes=self.file_bytes, page_s=self.page_s)
