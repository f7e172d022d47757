"""What the management of documents needs of those who read them, and of those who correct them.

It does not know who they are; they are bound where the process is put together.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO, Protocol

import msgspec

from vanguard.core.errors import NotInstalled
from vanguard.store.documents.records import Wishes


class Correction(msgspec.Struct, frozen=True):
    """What a person decided about a part of a document.

    Attributes:
        subject: of the task, such as `doc_…/p3/b7`.
        value: what it was corrected to, such as `{"text": "…"}`.
    """

    subject: str
    verdict: str
    value: Any = None


class Read(msgspec.Struct, frozen=True):
    """A document that was read.

    Attributes:
        document: as JSON, as it was read.
        source: the file.
        corrections: decided since.
    """

    document: bytes
    source: Path
    corrections: tuple[Correction, ...] = ()


class Crop(msgspec.Struct, frozen=True):
    """A part of a page's picture.

    Attributes:
        image: the picture, a PNG that fills the page.
        box: left, top, right and bottom, in points from the page's top left corner.
        page_size: width and height, in points.
        turned: degrees by which the page's lines fall to the right.
    """

    image: Path
    box: tuple[float, float, float, float]
    page_size: tuple[float, float]
    turned: float


class Form(msgspec.Struct, frozen=True):
    """A format of results: its media type, and the suffix of a file's name."""

    media_type: str
    suffix: str


class Tools(Protocol):
    """What only the libraries of documents can do."""

    def missing(self) -> str:
        """The package without which nothing can be read; empty when all are there."""
        ...

    def check(self, wishes: Wishes, /) -> None:
        """Whether a document could be read so.

        Raises:
            InvalidRequest: it could not.
        """
        ...

    def form(self, name: str, /) -> Form:
        """The format of that name.

        Raises:
            InvalidRequest: there is none.
        """
        ...

    def write(self, read: Read, form: str, out: BinaryIO, /) -> None:
        """Writes a document in a format.

        Raises:
            InvalidRequest: the format cannot hold it.
            ReadingError: its file cannot be read any more.
            PlatformError: a package is missing.
        """
        ...

    def crop(self, part: Crop, /) -> bytes:
        """A part of a page, its lines level, as PNG.

        Raises:
            FileNotFoundError: the picture is gone.
        """
        ...


class NoTools:
    """The libraries of documents are not there."""

    def missing(self) -> str:
        """All of them."""
        return "vanguard-ai[documents]"

    def check(self, _wishes: Wishes) -> None:
        """Nothing can be read, whatever is wished."""
        raise not_installed(self.missing())

    def form(self, _name: str) -> Form:
        """There is none."""
        raise not_installed(self.missing())

    def write(self, _read: Read, _form: str, _out: BinaryIO) -> None:
        """Nothing is written."""
        raise not_installed(self.missing())

    def crop(self, _part: Crop) -> bytes:
        """Nothing is drawn."""
        raise not_installed(self.missing())


def not_installed(package: str) -> NotInstalled:
    """The error that says what to install; the caller raises it."""
    return NotInstalled(
        f"reading documents needs a package that is not installed ({package}):"
        " pip install 'vanguard-ai[documents]', then restart"
    )
