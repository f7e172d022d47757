"""What a file is, how many pages it has, and each of them as layers and picture.

It does not know what is made of a page. It is meant for a process of its own, see `flow.local`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from vanguard.core.errors import DocumentTooLarge, DocumentUnreadable
from vanguard.documents.images.raster import Raster
from vanguard.documents.layers.child import ERRORS, Ask, Reader, Start
from vanguard.documents.layers.contract import Painted
from vanguard.documents.reading import images, pictures
from vanguard.documents.reading.limits import ReadingLimits

Kind = Literal["pdf", "image"]
_PDF_HEAD = b"%PDF-"
_HEAD_BYTES: Final = 1024  # within which readers look for it


def kind_of(path: Path) -> Kind:
    """By its first bytes: names lie.

    Raises:
        DocumentUnreadable: it cannot be opened, or is empty.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise DocumentUnreadable(
            f"The file cannot be opened: {error.strerror or error}."
        ) from error
    if not head:
        raise DocumentUnreadable("The file is empty.")
    return "pdf" if _PDF_HEAD in head else "image"


def count_pages(path: Path, password: str, limits: ReadingLimits) -> int:
    """How many pages a file has.

    Raises:
        DocumentUnreadable, DocumentLocked, DocumentTooLarge: it cannot be read, or not within limits.
    """
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise DocumentTooLarge(f"The file has {size:,} bytes; {limits.file_bytes:,} are allowed.")
    if kind_of(path) == "image":
        return images.count_frames(path, limits)
    reader = Reader(Start(str(path), password, limits.layers))
    try:
        answer = reader.pages()
    finally:
        reader.close()
    if answer.error:
        raise ERRORS.get(answer.error, DocumentUnreadable)(answer.message)
    return answer.pages


class PdfLayers:
    """The text layers of an open PDF, read in this process."""

    def __init__(self, path: Path, password: str, limits: ReadingLimits) -> None:
        self._reader = Reader(Start(str(path), password, limits.layers))

    def read(self, extractor: str, page: int) -> Painted:
        """The text of a page, from 0, as one extractor finds it.

        Raises:
            ReadingError: this extractor cannot read it.
        """
        answer = self._reader.read(Ask(extractor, page))
        if answer.error or answer.painted is None:
            raise ERRORS.get(answer.error, DocumentUnreadable)(answer.message)
        return answer.painted

    def close(self) -> None:
        """Lets the file go."""
        self._reader.close()


_open: dict[tuple[Path, str, ReadingLimits], PdfLayers] = {}


def layers_of(path: Path, password: str, limits: ReadingLimits) -> PdfLayers:
    """The layers of a file; it stays open, for its next page is likely to be asked for next."""
    key = (path, password, limits)
    if key not in _open:
        close_layers()
        _open[key] = PdfLayers(path, password, limits)
    return _open[key]


def close_layers() -> None:
    """Lets the file go that was asked for last."""
    while _open:
        _open.popitem()[1].close()


def picture_of(
    path: Path,
    kind: Kind,
    number: int,
    dots_per_inch: float,
    limits: ReadingLimits,
    password: str = "",
) -> Raster:
    """A page's picture; `number` is from 1, resolution and password are for PDFs.

    Raises:
        DocumentUnreadable, DocumentTooLarge: it cannot be drawn.
    """
    if kind == "image":
        return images.read_frame(path, number, limits)
    return pictures.draw_page(path, number, dots_per_inch, limits, password)
