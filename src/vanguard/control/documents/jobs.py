"""Documents that are handed in: accepted once, found again, their results fetched, deleted when they are old.

It does not know HTTP, nor how a document is read: workers take what waits from the store.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from vanguard.control.documents.pairs import Export
from vanguard.control.documents.ports import Correction, Form, Read, Tools, not_installed
from vanguard.core.clock import Clock
from vanguard.core.errors import (
    Conflict,
    DocumentLocked,
    DocumentTooLarge,
    DocumentUnreadable,
    ReadingError,
    RouteNotFound,
)
from vanguard.core.ids import new_id
from vanguard.core.settings.sections.documents import DocumentsSettings
from vanguard.review.ports import ReviewStore
from vanguard.review.values import ForgetOrder, Reviewer
from vanguard.store.console import note_change
from vanguard.store.database import Database
from vanguard.store.documents import intake, queue
from vanguard.store.documents.records import (
    DocumentRecord,
    NewDocument,
    PageImage,
    State,
    Wishes,
)
from vanguard.store.documents.shelf import SEALED, Shelf

_log = logging.getLogger(__name__)

_ERRORS: dict[str, type[ReadingError]] = {
    kind.code: kind for kind in (DocumentUnreadable, DocumentLocked, DocumentTooLarge)
}
_DAY_MS = 86_400_000
_SOON_S = 1.0
_ORPHAN_S = 3_600.0  # folders that are younger may be somebody's work
_AT_ONCE = 100


class Submission(msgspec.Struct, frozen=True):
    """What is handed in.

    Attributes:
        folder: one that came, with the file in it as `source`.
        seal: gives the sealed password of the file, for the id that it is given; None for no password.
    """

    folder: Path
    name: str
    sha256: str
    size_bytes: int
    wishes: Wishes
    actor: str
    idempotency_key: str | None = None
    seal: Callable[[str], bytes] | None = None


class Documents:
    """The documents of one database and one folder.

    Attributes:
        shelf: their files.
        tools: what only the libraries of documents can do.
    """

    def __init__(
        self,
        database: Database,
        shelf: Shelf,
        tools: Tools,
        reviews: ReviewStore,
        clock: Clock,
        wake: Callable[[], None],
    ) -> None:
        """`wake` tells whoever starts workers that there is something to read."""
        self._database = database
        self._clock = clock
        self._wake = wake
        self._reviews = reviews
        self.shelf = shelf
        self.tools = tools

    def check(self, wishes: Wishes) -> None:
        """Whether a document could be read so; asked before its bytes are taken.

        Raises:
            NotInstalled: nothing can be read here.
            InvalidRequest: not so.
        """
        missing = self.tools.missing()
        if missing:
            raise not_installed(missing)
        self.tools.check(wishes)

    def submit(self, given: Submission, settings: DocumentsSettings) -> DocumentRecord:
        """Takes a document in; the same one again when its key was used for it.

        Raises:
            Conflict: the key was used for something else.
            RateLimited: too many are waiting.
            StoreUnavailable: it cannot be kept.
        """
        new = NewDocument(
            id=new_id("doc"),
            name=given.name,
            actor=given.actor,
            sha256=given.sha256,
            size_bytes=given.size_bytes,
            wishes=given.wishes,
            created_at_ms=self._clock.now_ms(),
            idempotency_key=given.idempotency_key,
        )
        if given.seal is not None:
            with self.shelf.writing():
                (given.folder / SEALED).write_bytes(given.seal(new.id))
        # the folder first: a worker may take the document the moment it is known
        self.shelf.keep(given.folder, new.id)
        try:
            with self._database.write() as connection:
                found, is_new = intake.add(connection, new, settings.max_waiting)
                if is_new:
                    note_change(
                        connection,
                        at_ms=new.created_at_ms,
                        actor=given.actor,
                        action="document.create",
                        subject=new.id,
                    )
        except BaseException:
            self.shelf.remove(new.id)
            raise
        if is_new:
            self._wake()
        else:
            self.shelf.remove(new.id)
        return found

    def get(self, document_id: str) -> DocumentRecord:
        """One document.

        Raises:
            RouteNotFound: there is none of that id.
        """
        with self._database.read() as connection:
            return intake.get(connection, document_id)

    def some(self, state: State | None, before: str, limit: int) -> list[DocumentRecord]:
        """Documents, newest first, behind a cursor.

        Raises:
            InvalidRequest: `before` is no cursor.
        """
        with self._database.read() as connection:
            return intake.some(connection, state=state, before=before, limit=limit)

    def counts(self) -> dict[str, int]:
        """How many documents are in each state."""
        with self._database.read() as connection:
            return intake.counts(connection)

    def delete(self, document_id: str, actor: str) -> DocumentRecord:
        """Deletes a document and everything that was read in it, whoever reads it just now.

        Raises:
            RouteNotFound: there is none of that id.
            StoreUnavailable: it is forgotten, but some of its files stay until the next sweep.
        """
        at_ms = self._clock.now_ms()
        with self._database.write() as connection:
            found = intake.remove(connection, document_id)
            note_change(
                connection,
                at_ms=at_ms,
                actor=actor,
                action="document.delete",
                subject=document_id,
            )
        # its tasks before its files: a reviewer would look at pictures that are gone
        about = ForgetOrder(found.wishes.queue, f"{document_id}/")
        self._reviews.forget(about, Reviewer(actor, actor))
        self.shelf.remove(document_id)
        return found

    def form(self, name: str) -> Form:
        """A format of results.

        Raises:
            InvalidRequest: there is none of that name.
            NotInstalled: nothing can be written here.
        """
        return self.tools.form(name)

    def write(
        self, record: DocumentRecord, form: str, out: BinaryIO, *, corrected: bool = True
    ) -> None:
        """Writes what was read; `corrected` with what people decided since.

        Raises:
            Conflict: it is not read yet.
            ReadingError: it could not be read.
            RouteNotFound: it was deleted meanwhile.
        """
        self.tools.write(self._read(record, corrected=corrected), form, out)

    def pairs(self, queue: str, after: str) -> Export:
        """What people decided about documents of a queue, as pairs to train with."""
        return Export(self._reviews, self, self.tools, queue, after)

    def page_image(self, document_id: str, number: int) -> tuple[PageImage, Path]:
        """The picture of a page, and its file.

        Raises:
            RouteNotFound: there is no such document, no such page, or no picture of it yet.
        """
        with self._database.read() as connection:
            record = intake.get(connection, document_id)
            found = queue.page_image(connection, document_id, number)
        if found is None:
            why = "" if record.state in ("done", "failed") else " yet"
            raise RouteNotFound(f"there is no picture of page {number}{why}", param="page")
        return found, self.shelf.blobs(document_id).path(found.image)

    def tend(self, settings: DocumentsSettings) -> None:
        """Deletes what is older than it may be, sweeps up, and wakes workers that are needed.

        Raises:
            StoreUnavailable: the database does not answer, or files cannot be deleted.
        """
        now_ms = self._clock.now_ms()
        if settings.retention_days:
            self._expire(now_ms - int(settings.retention_days * _DAY_MS))
        now_s = time.time()
        self.shelf.sweep(_ORPHAN_S, now_s)
        self._sweep_orphans(now_s)
        with self._database.read() as connection:
            waits = queue.waits(connection, now_ms)
        if waits and not self.tools.missing():
            self._wake()

    def _expire(self, before_ms: int) -> None:
        while True:
            with self._database.read() as connection:
                old = intake.older(connection, before_ms, _AT_ONCE)
            for one in old:
                try:
                    self.delete(one, "retention")
                except RouteNotFound:
                    continue  # somebody was faster
            if len(old) < _AT_ONCE:
                break
        if old:
            _log.info("%d documents deleted that were older than they may be", len(old))

    def _sweep_orphans(self, now_s: float) -> None:
        folders = [
            one for one in self.shelf.documents() if self.shelf.age_s(one, now_s) > _ORPHAN_S
        ]
        for begin in range(0, len(folders), _AT_ONCE):
            part = folders[begin : begin + _AT_ONCE]
            with self._database.read() as connection:
                known = intake.known(connection, part)
            for one in part:
                if one not in known:
                    self.shelf.remove(one)

    def _corrections(self, record: DocumentRecord) -> Iterator[Correction]:
        prefix, after = f"{record.id}/", ""
        while True:
            page = self._reviews.decided(record.wishes.queue, prefix, after, _AT_ONCE)
            for one in page.found:
                decision = one.decision
                yield Correction(one.task.subject, decision.verdict, decision.value)
            after = page.next
            if not after:
                return

    def _read(self, record: DocumentRecord, *, corrected: bool) -> Read:
        if record.state == "failed":
            kind = _ERRORS.get(record.error_type or "", DocumentUnreadable)
            raise kind(record.error or "The document could not be read.")
        if record.result is None:
            raise Conflict(
                f"the document is not read yet: {record.pages_done} of"
                f" {record.pages or 'an unknown number of'} pages",
                retry_after_s=_SOON_S,
            )
        data = self.shelf.blobs(record.id).get(record.result)
        corrections = tuple(self._corrections(record)) if corrected else ()
        return Read(data, self.shelf.readable(record.id), corrections)
