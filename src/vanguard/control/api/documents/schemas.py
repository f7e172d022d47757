"""The shapes that the routes of documents give.

It does not know where values come from.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, Field

from vanguard.control.api.schemas import moment, moment_or_none
from vanguard.store.documents.records import DocumentRecord


class DocumentError(BaseModel):
    """Why a document could not be read."""

    type: str = Field(description="Such as `document_locked` or `document_unreadable`.")
    message: str


class PagesOut(BaseModel):
    """How far it is read."""

    all: int | None = Field(description="None until that is known.")
    done: int
    failed: int = Field(description="Of those that are done; the result says why.")
    unasked: int = Field(
        description="Of those that are done: read by OCR alone, for the model could not be asked."
    )


class DocumentOut(BaseModel):
    """A document that was handed in."""

    id: str
    name: str
    state: Literal["queued", "reading", "done", "failed"]
    pages: PagesOut
    error: DocumentError | None
    sha256: str
    size_bytes: int
    languages: str
    text_layers: bool
    review: bool
    queue: str
    reader: Literal["ocr", "vision", "both"]
    model: str | None
    ask_by: Literal["region", "page"]
    created: datetime
    started: datetime | None
    finished: datetime | None
    expires: datetime | None = Field(description="When it is deleted; None for never.")


class DocumentList(BaseModel):
    """Documents, newest first."""

    documents: list[DocumentOut]
    next: str | None = Field(description="The cursor of what follows; None at the end.")


def document_out(record: DocumentRecord, retention_days: float) -> DocumentOut:
    """A document as it is shown."""
    created = moment(record.created_at_ms)
    error = None
    if record.error_type is not None:
        error = DocumentError(type=record.error_type, message=record.error or "")
    return DocumentOut(
        id=record.id,
        name=record.name,
        state=record.state,
        pages=PagesOut(
            all=record.pages or None,
            done=record.pages_done,
            failed=record.pages_failed,
            unasked=record.pages_unasked,
        ),
        error=error,
        sha256=record.sha256,
        size_bytes=record.size_bytes,
        languages=record.wishes.languages,
        text_layers=record.wishes.text_layers,
        review=record.wishes.review,
        queue=record.wishes.queue,
        reader=record.wishes.reader,
        model=record.wishes.model or None,
        ask_by=record.wishes.ask_by,
        created=created,
        started=moment_or_none(record.started_at_ms),
        finished=moment_or_none(record.finished_at_ms),
        expires=created + timedelta(days=retention_days) if retention_days else None,
    )
