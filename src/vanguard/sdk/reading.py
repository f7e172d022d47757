"""What the client takes and gives about documents, as frozen values.

They do not know how they travel. Times are UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypedDict

import msgspec

ResultFormat = Literal["markdown", "html", "json", "text", "alto", "page", "pdf"]


class ReadingOptions(TypedDict, total=False):
    """How a document is read; what is not said is as the platform has it."""

    languages: str
    text_layers: bool
    review: bool
    queue: str
    licence: str
    reader: Literal["ocr", "vision", "both"]
    model: str
    ask_by: Literal["region", "page"]


class PageCount(msgspec.Struct, frozen=True):
    """How far a document is read; `all` is None until that is known.

    Attributes:
        unasked: read by OCR alone, for the model that was wished for could not be asked.
    """

    all: int | None = None
    done: int = 0
    failed: int = 0
    unasked: int = 0


class DocumentFault(msgspec.Struct, frozen=True):
    """Why a document could not be read."""

    type: str
    message: str


class Document(msgspec.Struct, frozen=True):
    """A document that was handed in."""

    id: str
    name: str
    state: Literal["queued", "reading", "done", "failed"]
    created: datetime
    pages: PageCount = PageCount()
    error: DocumentFault | None = None
    sha256: str = ""
    size_bytes: int = 0
    started: datetime | None = None
    finished: datetime | None = None
    expires: datetime | None = None

    @property
    def is_over(self) -> bool:
        """Nothing more will come: it is read, or cannot be."""
        return self.state in ("done", "failed")


class DocumentPage(msgspec.Struct, frozen=True):
    """Some documents, newest first; `next` is the cursor of what follows, None at the end."""

    documents: tuple[Document, ...]
    next: str | None = None


def reading_query(options: ReadingOptions) -> dict[str, str]:
    """The options as fields of a query."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in options.items()
    }
