"""The stages that a service needs beside those of reading: what a file is, and a picture of each page.

They do not know who asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import cv2
import msgspec
import numpy as np

from vanguard.core.errors import DocumentUnreadable, ReadingError
from vanguard.documents.images.ink import find_ink
from vanguard.documents.images.pose.flat import as_read
from vanguard.documents.images.raster import Raster
from vanguard.documents.images.skew import find_skew
from vanguard.documents.page import POINTS_PER_INCH, Original
from vanguard.documents.reading.files import close_layers, count_pages, kind_of, picture_of
from vanguard.documents.reading.limits import ReadingLimits
from vanguard.documents.reading.values import PageOfFile, SourceFile
from vanguard.flow.ports import Blobs
from vanguard.flow.stage import Made

_MOST_SHOWN_PX = 4_000
_COMPRESSION = 3  # of PNG: a third larger than the most, in a quarter of the time


class Examined(msgspec.Struct, frozen=True):
    """What a file is.

    Attributes:
        pages: how many; 0 where it cannot be read.
        error_type, error: why it cannot; empty where it can.
    """

    pages: int
    error_type: str = ""
    error: str = ""


class Shown(msgspec.Struct, frozen=True):
    """A picture of a page; `image` is its blob's hash, the rest as in the store's `PageImage`."""

    number: int
    image: str
    image_width: int
    image_height: int
    width: float
    height: float
    turned: float


class PageToShow(PageOfFile, frozen=True, omit_defaults=True):
    """A page of a file, and how it was laid when it was read."""

    original: Original | None = None


@dataclass(frozen=True)
class Examine:
    """Whether a file can be read, and how many pages it has; errors are answers here."""

    password: str = ""
    limits: ReadingLimits = field(default_factory=ReadingLimits)
    name: ClassVar[str] = "documents.examine"
    version: ClassVar[int] = 1
    takes: ClassVar[type[SourceFile]] = SourceFile
    whole: ClassVar[bool] = False

    def process(self, values: Sequence[SourceFile], blobs: Blobs) -> Iterable[Made]:
        """One `Examined`."""
        (source,) = values
        path = blobs.path(source.sha256)
        try:
            kind_of(path)
            pages = count_pages(path, self.password, self.limits)
        except ReadingError as error:
            yield Made(Examined(0, error.code, error.message))
            return
        if pages < 1:
            yield Made(Examined(0, DocumentUnreadable.code, "The file has no pages."))
            return
        yield Made(Examined(pages))


@dataclass(frozen=True)
class ShowPage:
    """A page as it was read, upright and flat, as a grey PNG that fills it.

    Attributes:
        dots_per_inch: at which pages of PDFs are drawn.
    """

    dots_per_inch: float = 200.0
    limits: ReadingLimits = field(default_factory=ReadingLimits)
    name: ClassVar[str] = "documents.show_page"
    version: ClassVar[int] = 2
    takes: ClassVar[type[PageToShow]] = PageToShow
    whole: ClassVar[bool] = False

    def process(self, values: Sequence[PageToShow], blobs: Blobs) -> Iterable[Made]:
        """One `Shown`.

        Raises:
            DocumentUnreadable, DocumentTooLarge: the page cannot be drawn.
        """
        (page,) = values
        path = blobs.path(page.sha256)
        close_layers()  # its text is read; a process that stays must not hold a file that may be deleted
        given = picture_of(path, page.kind, page.number, self.dots_per_inch, self.limits)
        drawn = as_read(given, page.original)
        height, width = (
            round(POINTS_PER_INCH / drawn.dots_per_inch * side, 2) for side in drawn.grey.shape
        )
        grey = _small_enough(drawn)
        fits, data = cv2.imencode(".png", grey, (cv2.IMWRITE_PNG_COMPRESSION, _COMPRESSION))
        if not fits:
            raise DocumentUnreadable(f"Page {page.number} cannot be written as PNG.")
        blob = blobs.put(data.tobytes())
        turned = find_skew(find_ink(grey))
        high, wide = grey.shape
        yield Made(Shown(page.number, blob.sha256, wide, high, width, height, turned))


def _small_enough(drawn: Raster) -> np.ndarray:
    grey = drawn.grey
    factor = _MOST_SHOWN_PX / max(grey.shape)
    if factor >= 1:
        return grey
    return np.asarray(cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))
