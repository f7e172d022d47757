"""A worker: takes documents that wait, one by one, reads them, and ends when there is nothing to do.

It does not know processes or signals. Whatever ends it, what it had read is kept, and whoever comes next
goes on there.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import msgspec

from vanguard.core.clock import Clock, SystemClock
from vanguard.core.errors import (
    Conflict,
    DocumentLocked,
    DocumentUnreadable,
    ReadingError,
    RouteNotFound,
    SettingsError,
    StoreUnavailable,
    VanguardError,
)
from vanguard.documents.formats.structured import from_json, to_json
from vanguard.documents.page import Document
from vanguard.documents.reading.limits import ReadingLimits
from vanguard.documents.reading.stages import ReadPage
from vanguard.documents.reading.vision.stage import AskModel
from vanguard.documents.service.reading import (
    READING_ERRORS,
    Come,
    DocumentReader,
    Heard,
    Manner,
)
from vanguard.documents.service.tasks import tasks_of
from vanguard.documents.service.unlock import unlock
from vanguard.flow.ports import Blobs, Executor, Ledger
from vanguard.review.ports import ReviewStore
from vanguard.review.values import ForgetOrder, Reviewer
from vanguard.store.database import Database
from vanguard.store.documents import intake, queue
from vanguard.store.documents.records import DocumentRecord, PageImage
from vanguard.store.documents.seals import unseal
from vanguard.store.documents.shelf import Shelf

_log = logging.getLogger(__name__)

MOST_ATTEMPTS = 5
_LEASE_MS = 60_000
_RENEW_S = 15.0
_LOOK_S = 2.0  # between two looks for documents whose worker is gone
_TICK_S = 0.1
_NOTE_S = 0.5
_TASKS_AT_ONCE = 100
_SELF = Reviewer("worker", "worker")
_FIRST_PAUSE_S, _LAST_PAUSE_S = 1.0, 30.0

Workshop = tuple[Ledger, Blobs, Executor]
Workshops = Callable[[Path, float], AbstractContextManager[Workshop]]
"""A workshop in a folder, whose steps may take so many seconds."""


class Told(Exception):
    """The worker was told to stop, or the document is no longer its own."""


@dataclass(frozen=True)
class Bench:
    """What a worker works with.

    Attributes:
        owner: its name; a later process of that name takes up what this one held.
        wanted: a file that whoever hands in documents makes; the worker takes it away.
        workshop: where what is done is kept, and who does it.
        reviews: where doubtful blocks are put before people.
        limits: of files.
        page_s, asked_page_s: that a page may take, without a model and with one.
        asking: how a model is asked; its name is the document's.
        seal_secret: by which passwords were sealed.
        idle_s: without work, after which it ends; below 0 never.
    """

    database: Database
    shelf: Shelf
    owner: str
    wanted: Path
    workshop: Workshops
    reviews: ReviewStore
    limits: ReadingLimits
    idle_s: float
    clock: Clock = field(default_factory=SystemClock)
    page_s: float = 120.0
    asked_page_s: float = 900.0
    asking: AskModel = field(default_factory=lambda: AskModel(""))
    seal_secret: Callable[[], str] = lambda: ""


class Worker:
    """One worker. `run` in one thread, `tend` and `stop` from others."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._stopping = threading.Event()
        self._held: _Held | None = None
        self._pause_s = _FIRST_PAUSE_S

    def stop(self) -> None:
        """Ends it after the step that is under way; safe in a signal handler."""
        self._stopping.set()

    def run(self) -> None:
        """Works until it is told to stop, or has been idle for long enough."""
        bench = self._bench
        self._patiently(self._take_up)
        idle_since = looked_at = bench.clock.monotonic()
        look = True
        while not self._stopping.is_set():
            now = bench.clock.monotonic()
            if self._was_wanted() or look or now - looked_at >= _LOOK_S:
                look = bool(self._patiently(self._next))
                looked_at = bench.clock.monotonic()
                if look:
                    idle_since = looked_at
                    continue
            if 0 <= bench.idle_s <= now - idle_since and not bench.wanted.exists():
                return
            self._stopping.wait(_TICK_S)

    def tend(self) -> None:
        """Renews the lease of what is under way; call it every few seconds."""
        held = self._held
        if held is not None:
            held.renew()

    def give_back(self) -> None:
        """Leaves what is under way to whoever comes next; for a stop that cannot wait."""
        held = self._held
        if held is not None:
            held.give_back()

    def _was_wanted(self) -> bool:
        try:
            self._bench.wanted.unlink()
        except FileNotFoundError:
            return False
        return True

    def _take_up(self) -> bool:
        with self._bench.database.write() as connection:
            number = queue.take_up(connection, self._bench.owner)
        if number:
            _log.info("going on with %d documents of an earlier process", number)
        return True

    def _next(self) -> bool:
        """Reads the next document; False when none waits."""
        bench = self._bench
        now_ms = bench.clock.now_ms()
        lease = queue.Lease(secrets.token_hex(8), bench.owner, now_ms + _LEASE_MS)
        with bench.database.write() as connection:
            record = queue.take(connection, lease, now_ms)
        if record is None:
            return False
        self._held = held = _Held(bench, record, lease, self._stopping)
        try:
            held.work()
        finally:
            self._held = None
        return True

    def _patiently(self, work: Callable[[], bool]) -> bool:
        """Does it; when the store is away, waits longer each time and says that there may be more."""
        try:
            done = work()
        except StoreUnavailable as error:
            _log.error("%s; trying again in %.0f s", error.message, self._pause_s)
            self._stopping.wait(self._pause_s)
            self._pause_s = min(_LAST_PAUSE_S, self._pause_s * 2)
            return True
        self._pause_s = _FIRST_PAUSE_S
        return done


class _Held:
    """A document under way."""

    def __init__(
        self,
        bench: Bench,
        record: DocumentRecord,
        lease: queue.Lease,
        stopping: threading.Event,
    ) -> None:
        self._bench = bench
        self._record = record
        self._lease = lease
        self._stopping = stopping
        self._lost = threading.Event()
        self._renewed_at = self._noted_at = bench.clock.monotonic()
        self._noted = 0

    def work(self) -> None:
        """Reads it, and writes down what came of it.

        Raises:
            StoreUnavailable: that cannot be written; it is left for a later attempt.
        """
        record = self._record
        if record.attempts > MOST_ATTEMPTS:
            times = f"{MOST_ATTEMPTS} times without a further page"
            self._fail(DocumentUnreadable(f"Reading it ended its worker {times}."))
            return
        _log.info("reading %s, attempt %d", record.id, record.attempts)
        try:
            self._finish(self._read())
        except ReadingError as error:
            self._fail(error)
        except Told:
            self._leave()
        except Conflict as error:
            _log.info("%s", error.message)
            self._clear_away()
        except StoreUnavailable as error:
            if self._try_later(error):
                raise
        except Exception as error:  # noqa: BLE001 - a defect that a document shows ends that one alone
            _log.exception("reading %s failed", record.id)
            reason = f"Reading it failed with {type(error).__name__}: {error}"[:500]
            self._fail(DocumentUnreadable(reason))

    def renew(self) -> None:
        """Holds it for longer."""
        bench = self._bench
        if bench.clock.monotonic() - self._renewed_at < _RENEW_S:
            return
        lease = msgspec.structs.replace(self._lease, until_ms=bench.clock.now_ms() + _LEASE_MS)
        try:
            with bench.database.write() as connection:
                queue.renew(connection, self._record.id, lease)
        except Conflict:
            self._lost.set()
        except StoreUnavailable as error:
            _log.warning("the lease of %s is not renewed: %s", self._record.id, error.message)
            return
        self._renewed_at = bench.clock.monotonic()

    def give_back(self) -> None:
        """Lets another worker have it at once."""
        try:
            with self._bench.database.write() as connection:
                queue.give_back(connection, self._record.id, self._lease)
        except (Conflict, StoreUnavailable) as error:
            _log.warning("%s is not given back: %s", self._record.id, error.message)

    def _read(self) -> Come:
        bench, record = self._bench, self._record
        manner = self._manner()
        seconds = bench.page_s if manner.asking is None else bench.asked_page_s
        with bench.workshop(bench.shelf.work(record.id), seconds) as workshop:
            self._unlock(workshop)
            reader = DocumentReader(*workshop, bench.limits, self._heard)
            return reader.read(bench.shelf.readable(record.id), record.name, manner)

    def _manner(self) -> Manner:
        bench, wishes = self._bench, self._record.wishes
        reading = ReadPage(
            languages=wishes.languages, text_layers=wishes.text_layers, limits=bench.limits
        )
        if wishes.reader == "ocr":
            return Manner(reading)
        asking = replace(bench.asking, model=wishes.model, by=wishes.ask_by, limits=bench.limits)
        return Manner(reading, asking, "second" if wishes.reader == "vision" else "plausible")

    def _unlock(self, workshop: Workshop) -> None:
        """Makes a copy without encryption where there is a password, which is then forgotten.

        Raises:
            ReadingError: it is not the right one, or the file cannot be read.
        """
        shelf, document_id = self._bench.shelf, self._record.id
        try:
            sealed = shelf.sealed(document_id).read_bytes()
        except FileNotFoundError:
            return
        _, blobs, executor = workshop
        if not shelf.unlocked(document_id).exists():
            try:
                password = unseal(sealed, self._bench.seal_secret(), document_id)
            except (SettingsError, StoreUnavailable) as error:
                raise DocumentLocked(f"Its password is lost: {error.message}.") from error
            source = shelf.source(document_id)
            found = unlock(source, password, self._bench.limits, blobs, executor)
            if found.error_type:
                raise READING_ERRORS.get(found.error_type, DocumentUnreadable)(found.error)
            if found.sha256:
                with shelf.writing():
                    blobs.path(found.sha256).rename(shelf.unlocked(document_id))
        shelf.forget_password(document_id)

    def _heard(self, news: Heard) -> None:
        if self._lost.is_set():
            raise Conflict(f"document {self._record.id} is no longer held by {self._lease.owner}")
        if self._stopping.is_set():
            raise Told
        now = self._bench.clock.monotonic()
        is_last = news.done == news.pages
        if not news.pages or (now - self._noted_at < _NOTE_S and not is_last and self._noted):
            return
        with self._bench.database.write() as connection:
            queue.note_progress(
                connection, self._record.id, self._lease, pages=news.pages, done=news.done
            )
        self._noted, self._noted_at = self._noted + 1, now

    def _finish(self, come: Come) -> None:
        bench, record, lease = self._bench, self._record, self._lease
        # the file as it was handed in, be it encrypted
        written = to_json(msgspec.structs.replace(come.document, sha256=record.sha256))
        result = bench.shelf.blobs(record.id).put(written).sha256
        if record.wishes.review:
            # as it is written: what JSON cannot hold is not in it any more
            self._ask_people(from_json(written))
        failed = sum(bool(page.failed) for page in come.document.pages)
        images = [PageImage(**msgspec.structs.asdict(one)) for one in come.shown]
        with bench.database.write() as connection:
            queue.keep_images(connection, record.id, lease, images)
            now_ms = bench.clock.now_ms()
            end = queue.End(result, failed, come.unasked)
            queue.finish(connection, record.id, lease, end, now_ms)
        _log.info("%s is read: %d pages, %d failed", record.id, len(come.document.pages), failed)

    def _ask_people(self, document: Document) -> None:
        tasks = tasks_of(document, self._record.id, self._record.wishes.queue)
        number = 0
        while part := list(islice(tasks, _TASKS_AT_ONCE)):
            self._bench.reviews.add(part, _SELF)
            number += len(part)
        if number:
            _log.info("%s: %d blocks are to be reviewed", self._record.id, number)

    def _fail(self, error: VanguardError) -> None:
        _log.info("%s cannot be read: %s", self._record.id, error.message)
        try:
            self._bench.shelf.forget_password(self._record.id)
        except StoreUnavailable as failure:
            _log.error("its sealed password stays until it is deleted: %s", failure.message)
        try:
            with self._bench.database.write() as connection:
                queue.fail(
                    connection,
                    self._record.id,
                    self._lease,
                    type_=error.code,
                    message=error.message,
                    now_ms=self._bench.clock.now_ms(),
                )
        except Conflict:
            self._clear_away()

    def _leave(self) -> None:
        _log.info("%s is left for later", self._record.id)
        self.give_back()

    def _try_later(self, error: StoreUnavailable) -> bool:
        """Counts the attempt; a disk that stays full must not keep somebody waiting for ever.

        Returns:
            Whether the store is away, and not only the files of a document that was deleted.
        """
        if self._record.attempts >= MOST_ATTEMPTS:
            self._fail(error)
            return True
        try:
            with self._bench.database.write() as connection:
                queue.give_back(connection, self._record.id, self._lease, counted=True)
        except Conflict:
            self._clear_away()
            return False
        return True

    def _clear_away(self) -> None:
        """What was written after the document was deleted goes too; of another's nothing."""
        with self._bench.database.read() as connection:
            try:
                intake.get(connection, self._record.id)
            except RouteNotFound:
                gone = True
            else:
                gone = False
        if gone:
            about = ForgetOrder(self._record.wishes.queue, f"{self._record.id}/")
            self._bench.reviews.forget(about, _SELF)
            self._bench.shelf.remove(self._record.id)
