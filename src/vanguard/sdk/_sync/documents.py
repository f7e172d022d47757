# Made from src/vanguard/sdk/_async/documents.py by tools/unasync.py; change that file, not this one.
"""Documents that a platform reads. It does not know how requests travel."""

from __future__ import annotations

import time
from typing import Unpack
from urllib.parse import quote

from vanguard.core.clock import SystemClock
from vanguard.core.errors import UpstreamTimeout
from vanguard.sdk._sync.http import Http
from vanguard.sdk.reading import (
    Document,
    DocumentPage,
    ReadingOptions,
    ResultFormat,
    reading_query,
)
from vanguard.sdk.replies import read

_POLL_S = 0.5


class Documents:
    """Hands documents in and fetches what was read. Everything here needs an admin key."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def submit(
        self,
        data: bytes,
        name: str,
        *,
        idempotency_key: str = "",
        password: str = "",
        **options: Unpack[ReadingOptions],
    ) -> Document:
        """Hands a file in; with the key of an earlier one that document is given again.

        Args:
            data: the file.
            name: as people call it.
            idempotency_key: 1 to 255 visible ASCII characters; empty for none.
            password: of an encrypted PDF; it is kept, sealed, until the file is opened.
            options: see `ReadingOptions`.
        """
        headers = {"content-type": "application/octet-stream"}
        if idempotency_key:
            headers["idempotency-key"] = idempotency_key
        if password:
            headers["x-document-password"] = quote(password, safe="")
        query = {"name": name, **reading_query(options)}
        answer = self._http.upload("/api/documents", query, data, headers)
        return read(answer.content, Document)

    def get(self, document_id: str) -> Document:
        """One document, and how far it is read."""
        return read((self._http.get(_path(document_id))).content, Document)

    def list(self, state: str = "", *, cursor: str = "", limit: int = 50) -> DocumentPage:
        """Documents, newest first; `state` is any of queued, reading, done and failed."""
        query = {"state": state, "cursor": cursor, "limit": str(limit)}
        given = {name: value for name, value in query.items() if value}
        return read((self._http.get("/api/documents", given)).content, DocumentPage)

    def wait(self, document_id: str, *, within_s: float = 3_600) -> Document:
        """Waits until a document is read or has failed.

        Raises:
            UpstreamTimeout: it takes longer.
        """
        clock = SystemClock()
        until = clock.monotonic() + within_s
        while not (found := self.get(document_id)).is_over:
            if clock.monotonic() >= until:
                raise UpstreamTimeout(f"{found.name} is not read after {within_s:g} s")
            time.sleep(_POLL_S)
        return found

    def result(
        self, document_id: str, form: ResultFormat = "markdown", *, corrected: bool = True
    ) -> bytes:
        """What was read, in a format; `corrected` with what people decided since."""
        query = {"format": form, "corrected": str(corrected).lower()}
        return (self._http.get(f"{_path(document_id)}/result", query)).content

    def delete(self, document_id: str) -> Document:
        """Deletes a document and everything that was read in it."""
        answer = self._http.change("DELETE", _path(document_id))
        return read(answer.content, Document)


def _path(document_id: str) -> str:
    return f"/api/documents/{quote(document_id, safe='')}"
