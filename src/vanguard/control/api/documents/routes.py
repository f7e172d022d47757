"""Routes of documents: hand one in, see how far it is read, fetch what was read, delete it.

It does not know how documents are read or kept.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import IO, Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool

from vanguard.control.api.access import Actor, Service
from vanguard.control.api.documents.passwords import (
    PASSWORD,
    PASSWORD_HEADER,
    checked_password,
    password_of,
)
from vanguard.control.api.documents.schemas import DocumentList, DocumentOut, document_out
from vanguard.control.api.documents.uploads import Upload, harmless, receive
from vanguard.control.api.documents.wishes import FIELDS, wishes_of
from vanguard.control.documents.jobs import Submission
from vanguard.control.documents.keys import check_model
from vanguard.control.service import ControlService
from vanguard.core.errors import InvalidRequest, RouteNotFound
from vanguard.review.values import QUEUE_PATTERN
from vanguard.store.documents.intake import cursor_of
from vanguard.store.documents.records import DocumentRecord, Wishes

router = APIRouter(prefix="/api/documents", tags=["documents"])

_KEY = re.compile(r"[!-~]{1,255}")
_CHUNK_BYTES = 1 << 16
_CACHED = "private, max-age=300"
_UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        **{name: {"type": "string"} for name in FIELDS},
                        PASSWORD: {"type": "string", "format": "password"},
                    },
                }
            },
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    },
    "parameters": [
        {
            "name": PASSWORD_HEADER,
            "in": "header",
            "required": False,
            "schema": {"type": "string", "format": "password"},
            "description": "Of an encrypted PDF, percent-encoded UTF-8; or a form's field `password`.",
        }
    ],
}


@router.post("", status_code=202, openapi_extra=_UPLOAD)
async def submit(
    request: Request, response: Response, service: Service, actor: Actor
) -> DocumentOut:
    """Takes a document in: a form's `file`, or the body itself with `?name=`.

    Query or form fields say how it is read. With an `Idempotency-Key` the same file is taken once.
    """
    key = request.headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        raise InvalidRequest("Idempotency-Key has 1 to 255 visible ASCII characters")
    given = dict(request.query_params)
    name = given.pop("name", "")
    password = password_of(request.headers, given)
    documents, settings = service.documents, service.loaded.settings.documents
    await run_in_threadpool(documents.check, wishes_of(given))
    with documents.shelf.coming() as folder:
        most_bytes = settings.max_file_mb << 20
        came: Upload = await receive(request, documents.shelf, folder / "source", most_bytes)
        fields = dict(came.fields)
        password = checked_password(fields.pop(PASSWORD, "")) or password
        name = fields.pop("name", "") or name or came.name
        wishes = wishes_of({**given, **fields})
        await run_in_threadpool(_check, service, wishes, actor)
        seal = partial(service.document_keys.seal, password, loaded=service.loaded)
        submission = Submission(
            folder=folder,
            name=harmless(name),
            sha256=came.sha256,
            size_bytes=came.size_bytes,
            wishes=wishes,
            actor=actor,
            idempotency_key=key,
            seal=seal if password else None,
        )
        record = await run_in_threadpool(documents.submit, submission, settings)
    response.headers["location"] = f"/api/documents/{record.id}"
    return _out(service, record)


@router.get("")
def list_documents(
    service: Service,
    _actor: Actor,
    state: Literal["queued", "reading", "done", "failed"] | None = None,
    cursor: str = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> DocumentList:
    """Documents, newest first."""
    found = service.documents.some(state, cursor, limit + 1)
    more = cursor_of(found[limit - 1]) if len(found) > limit else None
    return DocumentList(documents=[_out(service, one) for one in found[:limit]], next=more)


@router.get("/corrections", response_class=Response)
def export_corrections(
    service: Service,
    _actor: Actor,
    format: Literal["jsonl", "zip"] = "jsonl",  # noqa: A002 - the name in the address
    queue: Annotated[str, Query(pattern=QUEUE_PATTERN)] = "documents",
    cursor: str = "",
) -> StreamingResponse:
    """What people decided about blocks, as pairs to train with; `zip` has their pictures too.

    A `zip` has at most 50,000; its manifest has the cursor of those that follow.
    """
    export = service.documents.pairs(queue, cursor)
    made = export.archive() if format == "zip" else export.lines()
    first = next(made, b"")  # what is wrong with the request or the store is still an answer
    media_type = "application/zip" if format == "zip" else "application/jsonl"
    headers = {"content-disposition": disposition(f"corrections-{queue}.", f".{format}")}
    return StreamingResponse(chain((first,), made), media_type=media_type, headers=headers)


@router.get("/{document_id}")
def read_document(document_id: str, service: Service, _actor: Actor) -> DocumentOut:
    """One document, and how far it is read."""
    return _out(service, service.documents.get(document_id))


@router.delete("/{document_id}")
def delete_document(document_id: str, service: Service, actor: Actor) -> DocumentOut:
    """Deletes a document for good: its bytes, and everything that was read in it."""
    return _out(service, service.documents.delete(document_id, actor))


@router.get("/{document_id}/result", response_class=Response)
def read_result(
    document_id: str,
    service: Service,
    _actor: Actor,
    format: str = "markdown",  # noqa: A002 - the name in the address
    corrected: bool = True,
) -> StreamingResponse:
    """What was read, with what was corrected since; `corrected=false` as it was read."""
    documents = service.documents
    record = documents.get(document_id)
    form = documents.form(format)
    out = tempfile.TemporaryFile()  # noqa: SIM115 - it ends with the answer
    try:
        with documents.shelf.writing():
            documents.write(record, format, out, corrected=corrected)
            size = out.tell()
            out.seek(0)
    except BaseException:
        out.close()
        raise
    headers = {
        "content-length": str(size),
        "content-disposition": disposition(record.name, form.suffix),
        "x-content-type-options": "nosniff",
        # a page of HTML that was read must not act as a page of this site
        "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    }
    return StreamingResponse(_pieces(out), media_type=form.media_type, headers=headers)


@router.get("/{document_id}/pages/{number}/image", response_class=FileResponse)
def read_page_image(document_id: str, number: int, service: Service, _actor: Actor) -> FileResponse:
    """A page as it was looked at, as PNG. Boxes are in points: the page's size is in the headers."""
    image, path = service.documents.page_image(document_id, number)
    try:
        found = path.stat()
    except FileNotFoundError:
        raise RouteNotFound("the document is being deleted", param="id") from None
    headers = {
        "x-page-width": f"{image.width:g}",
        "x-page-height": f"{image.height:g}",
        "cache-control": _CACHED,
        "x-content-type-options": "nosniff",
    }
    return FileResponse(path, media_type="image/png", headers=headers, stat_result=found)


def _check(service: ControlService, wishes: Wishes, actor: str) -> None:
    """Whether a document can be read so, by whom it wishes for; what is missing for that is made."""
    service.documents.check(wishes)
    check_model(wishes, service.catalogue)
    if wishes.model:
        service.document_keys.ready_to_ask(actor, service.loaded)


def disposition(name: str, suffix: str) -> str:
    """The head that names a file to be saved: its own name with another suffix (RFC 6266)."""
    stem = name.rpartition(".")[0] or name
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", stem) + suffix
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(stem + suffix, safe='')}"


def _pieces(out: IO[bytes]) -> Iterator[bytes]:
    with out:
        while chunk := out.read(_CHUNK_BYTES):
            yield chunk


def _out(service: ControlService, record: DocumentRecord) -> DocumentOut:
    return document_out(record, service.loaded.settings.documents.retention_days)
