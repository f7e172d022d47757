"""What is kept of a document that was handed in to be read.

It does not know files; those lie in a folder with the document's id.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from sqlalchemy import RowMapping

State = Literal["queued", "reading", "done", "failed"]
Reader = Literal["ocr", "vision", "both"]
AskBy = Literal["region", "page"]


class Wishes(msgspec.Struct, frozen=True):
    """How a document is to be read, and what is done with doubtful blocks.

    Attributes:
        languages: of the engine's data, joined by "+", the main one first.
        text_layers: a PDF's own text is looked at; else its pictures alone.
        review: doubtful blocks become tasks for people.
        queue: of those tasks.
        licence: under which the document may be used, for training pairs; empty where nobody said.
        reader: who reads pictures; `vision` and `both` ask a model too.
        model: that is asked, by its public name; empty where none is.
        ask_by: what a question to it shows.
    """

    languages: str = "ara"
    text_layers: bool = True
    review: bool = True
    queue: str = "documents"
    licence: str = ""
    reader: Reader = "ocr"
    model: str = ""
    ask_by: AskBy = "region"


class NewDocument(msgspec.Struct, frozen=True):
    """A document that is handed in.

    Attributes:
        name: for people.
        actor: who handed it in.
        idempotency_key: of the request; None for none.
    """

    id: str
    name: str
    actor: str
    sha256: str
    size_bytes: int
    wishes: Wishes
    created_at_ms: int
    idempotency_key: str | None = None


class DocumentRecord(msgspec.Struct, frozen=True):
    """A document and how far it is read. Times are UTC milliseconds.

    Attributes:
        pages: how many it has; 0 until that is known.
        pages_failed: of those that are done.
        pages_unasked: of those that are done; about which the model that was wished for could not be asked.
        result: hash of the read document's blob; None until it is done.
        error_type, error: why it failed; None unless it did.
        attempts: to read it, since the last page.
        lease: whoever knows it may write what was read; None while nobody reads it.
    """

    id: str
    name: str
    state: State
    actor: str
    sha256: str
    size_bytes: int
    wishes: Wishes
    idempotency_key: str | None
    pages: int
    pages_done: int
    pages_failed: int
    pages_unasked: int
    result: str | None
    error_type: str | None
    error: str | None
    attempts: int
    lease: str | None
    created_at_ms: int
    started_at_ms: int | None
    finished_at_ms: int | None


class PageImage(msgspec.Struct, frozen=True):
    """A picture of a page.

    Attributes:
        number: of the page, from 1.
        image: hash of a PNG's blob.
        image_width, image_height: in pixels.
        width, height: of the page, in points: what boxes are measured in.
        turned: degrees by which its lines have to be turned to be level, counter-clockwise.
    """

    number: int
    image: str
    image_width: int
    image_height: int
    width: float
    height: float
    turned: float = 0.0


def record_of(row: RowMapping) -> DocumentRecord:
    """A row of the table as a value."""
    fields: dict[str, Any] = {name: row[name] for name in DocumentRecord.__struct_fields__}
    fields["wishes"] = msgspec.convert(row["wishes"], Wishes)
    return DocumentRecord(**fields)
