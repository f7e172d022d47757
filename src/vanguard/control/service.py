"""The state of the control process, and the thread that keeps it current.

It does not know HTTP; the API and the process entry both work on the one value here.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import msgspec

from vanguard.control.aws.master import master_reference, pair_of
from vanguard.control.boot import ControlBoot
from vanguard.control.catalogue import Catalogue, build_catalogue
from vanguard.control.documents.jobs import Documents
from vanguard.control.documents.keys import DocumentKeys
from vanguard.control.documents.ports import NoTools, Tools
from vanguard.control.engine_state import EngineState, read_engine_state
from vanguard.control.ingest import Ingest
from vanguard.control.publish import Publisher
from vanguard.control.sessions import Sessions
from vanguard.core.aws_pair import AwsPair
from vanguard.core.clock import BooksClock, Clock
from vanguard.core.errors import SettingsError, StoreUnavailable, VanguardError
from vanguard.core.ids import hash_secret
from vanguard.core.settings.certificates import check_certificates
from vanguard.core.settings.checks import check_gateway, check_names, check_references
from vanguard.core.settings.load import load_settings
from vanguard.core.settings.loaded import Loaded, changed_for_a_start, resolve
from vanguard.review.ports import ReviewStore
from vanguard.review.values import ForgetOrder, Reviewer
from vanguard.store.database import Database, sqlite_url
from vanguard.store.documents.shelf import Shelf
from vanguard.store.migrate import upgrade
from vanguard.store.reports import forget_rows
from vanguard.store.review.reviews import Reviews

_log = logging.getLogger(__name__)

POLL_S = 0.2
_PUBLISH_MARKS_S = 15.0
_REPLAY_S = 5.0
_REFRESH_S = 600.0  # some listed prices change with the hour or the date
_LONGEST_PAUSE_S = 5.0
_FORGET_S = 3600.0
_SWEEP_S = 60.0
_DAY_MS = 86_400_000


class ControlService:
    """Everything that the API and the process need, in one value.

    Attributes:
        loaded: the settings in force.
        catalogue: models, deployments and policies made from them.
        engine: the engine's state as last read.
        admin_hash: SHA-256 of the admin key.
        reviews: tasks of reviewers.
        documents: that were handed in to be read.
        document_keys: secrets that they need.
    """

    def __init__(
        self, boot: ControlBoot, clock: Clock | None = None, tools: Tools | None = None
    ) -> None:
        """Reads settings and admin key, opens and migrates the database; publishes nothing yet.

        Raises:
            SettingsError: a setting is wrong, or the admin key cannot be read.
            StoreUnavailable: the database cannot be used.
        """
        self.boot = boot
        self.clock = BooksClock(clock)
        self.started_at_ms = self.clock.now_ms()
        self.loaded = _settings(boot)
        self.changed_for_a_start: list[str] = []
        self.admin_key = _admin_key(Path(boot.admin_key_path))
        self.admin_hash = hash_secret(self.admin_key)
        self._engine_path = Path(boot.engine_status_path)
        self.engine, self._engine_seen = self._read_engine()
        self.catalogue = build_catalogue(self.loaded, self.engine)
        self.database = Database(_database_url(boot, self.loaded))
        upgrade(self.database)
        self.publisher = Publisher(
            self.database, Path(boot.snapshot_path), self.admin_hash, self.clock
        )
        self.publisher.aws_master = master_reference(self.loaded, Path(boot.home))
        self.sessions = Sessions(self.database, self.clock)
        self.reviews: ReviewStore = Reviews(self.database, clock)
        self.ingest = Ingest(self.database, Path(boot.journal_root))
        shelf = Shelf(Path(boot.documents_folder or Path(boot.home) / "documents"))
        self.documents = Documents(
            self.database,
            shelf,
            tools or NoTools(),
            self.reviews,
            self.clock,
            self._wake_worker,
        )
        home = Path(boot.home)
        self.document_keys = DocumentKeys(home, self.database, self.clock, self.publish)
        self._reload_asked = threading.Event()
        self._stop_asked = threading.Event()
        self._thread: threading.Thread | None = None
        self._changing = threading.RLock()  # API threads and the upkeep thread change the same
        self._owed = False  # a publication that failed
        self._marks_moved = False
        self._built_at = self._published_at = self.clock.monotonic()
        self._forgot_at = self._built_at - _FORGET_S
        self._swept_at = self._built_at - _SWEEP_S

    def start(self, *, upkeep: bool = True) -> None:
        """Takes in what the journals hold, publishes, and with `upkeep` keeps both current."""
        self.ingest.poll()
        self.publish()
        if upkeep:
            self.keep_up()

    def keep_up(self) -> None:
        """Keeps ledger and snapshot current, from a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread after what it is doing, and closes the database."""
        self._stop_asked.set()
        if self._thread is not None:
            self._thread.join(timeout=10)
        self.database.close()

    def ask_reload(self) -> None:
        """Has the thread reload soon; safe in a signal handler."""
        self._reload_asked.set()

    def reload(self) -> int:
        """Reads the settings again and publishes; returns the snapshot's version.

        Raises:
            SettingsError: a setting is wrong, or the file says nothing; the old ones stay in force.
        """
        with self._changing:
            loaded = _settings(self.boot)
            if self.loaded.settings.models and not loaded.lines:
                # an editor empties a file before it writes it
                raise SettingsError(
                    f"{loaded.path.name}: is empty or gone, and models are served; to serve none of"
                    " them, write `models: {}`"
                )
            engine, seen = self._read_engine()
            catalogue = build_catalogue(loaded, engine)
            self._take(loaded, catalogue)
            self.publisher.aws_master = master_reference(loaded, Path(self.boot.home))
            self.engine, self._engine_seen = engine, seen
            return self.publish()

    def publish(self) -> int:
        """Publishes the present state; when it fails, the thread tries again until it is done.

        Raises:
            StoreUnavailable: the database does not answer, or the file cannot be written.
        """
        with self._changing:
            self._owed = True
            try:
                version = self.publisher.publish(self.catalogue)
            except OSError as error:
                raise StoreUnavailable(
                    f"the snapshot {self.boot.snapshot_path} cannot be written: {error.strerror}"
                ) from error
            self._owed = self._marks_moved = False
            self._published_at = self.clock.monotonic()
            return version

    def aws_pair(self, key_hash: str) -> AwsPair:
        """The key pair of the AWS door that belongs to a virtual key.

        Raises:
            SettingsError: the master secret cannot be read.
        """
        return pair_of(key_hash, self.publisher.aws_master, self.loaded)

    def tend(self) -> None:
        """One round of upkeep: reload when asked, engine, journals, publication, old segments.

        Raises:
            VanguardError: something failed; call again.
        """
        if self._reload_asked.is_set():
            self._reload_asked.clear()
            _log.info("settings reloaded, snapshot %d", self.reload())
        self.clock.now_ms()  # so that it sees each day begin, whether anything happens or not
        self.database.check_file()  # while nobody asks it anything as well
        self._refresh()
        self._marks_moved |= self.ingest.poll()
        waited = self.clock.monotonic() - self._published_at
        if self._owed or (self._marks_moved and waited >= _PUBLISH_MARKS_S):
            self.publish()
        elif waited >= _REPLAY_S:
            # a gateway may still be replaying from the marks published before these
            self.ingest.prune(self.publisher.marks)
        if self.clock.monotonic() - self._forgot_at >= _FORGET_S:
            self._forget()
        if self.clock.monotonic() - self._swept_at >= _SWEEP_S:
            self._swept_at = self.clock.monotonic()
            self.documents.tend(self.loaded.settings.documents)
            self._forget_decided()

    def _run(self) -> None:
        pause = POLL_S
        while not self._stop_asked.wait(pause):
            try:
                self.tend()
                pause = POLL_S
            except SettingsError as error:
                _log.error("the old settings stay in force: %s", error.message)
            except VanguardError as error:
                pause = min(_LONGEST_PAUSE_S, pause * 2)
                _log.error("%s; trying again in %.1f s", error.message, pause)
            except Exception:  # noqa: BLE001 - the thread's border: upkeep must outlive a defect
                pause = _LONGEST_PAUSE_S
                _log.exception("upkeep failed; trying again in %.1f s", pause)

    def _refresh(self) -> None:
        """Makes the catalogue again when the engine said something or prices may have changed."""
        aged = self.clock.monotonic() - self._built_at >= _REFRESH_S
        if not aged and _stamp(self._engine_path) == self._engine_seen:
            return
        with self._changing:
            engine, self._engine_seen = self._read_engine()
            catalogue = build_catalogue(self.loaded, engine)
            self.engine = engine
            changed = catalogue != self.catalogue
            self._take(self.loaded, catalogue)
            if changed:
                self.publish()

    def _forget(self) -> None:
        """Deletes usage rows that are older than the settings say."""
        days = self.loaded.settings.store.usage_days
        with self.database.write() as connection:
            gone = forget_rows(connection, self.clock.now_ms() - days * _DAY_MS)
        self._forgot_at = self.clock.monotonic()
        if gone:
            _log.info("%d usage rows older than %d days deleted; their sums stay", gone, days)

    def _forget_decided(self) -> None:
        """Deletes the texts of what reviewers decided longer ago than the settings keep them."""
        days = self.loaded.settings.review.retention_days
        if not days:
            return
        order = ForgetOrder(decided_before_ms=self.clock.now_ms() - int(days * _DAY_MS))
        gone = self.reviews.forget(order, Reviewer("retention", "retention"))
        if gone:
            _log.info("the texts of %d tasks forgotten that were decided long ago", gone)

    def _wake_worker(self) -> None:
        """Has a worker started; should that fail, the next round of upkeep asks again."""
        if not self.boot.worker_wanted_path:
            return
        try:
            Path(self.boot.worker_wanted_path).touch(mode=0o600)
        except OSError as error:
            _log.error("no worker can be asked for: %s", error)

    def _take(self, loaded: Loaded, catalogue: Catalogue) -> None:
        self.changed_for_a_start = changed_for_a_start(self.loaded.settings, loaded.settings)
        self.loaded, self.catalogue = loaded, catalogue
        self._built_at = self.clock.monotonic()

    def _read_engine(self) -> tuple[EngineState, tuple[int, int]]:
        # The stamp first: a change in between is then seen at the next look.
        stamp = _stamp(self._engine_path)
        return read_engine_state(self._engine_path), stamp


def read_boot(path: Path) -> ControlBoot:
    """The boot values in a JSON file.

    Raises:
        OSError: unreadable.
        ValueError: not boot values.
    """
    return msgspec.json.decode(path.read_bytes(), type=ControlBoot)


def _settings(boot: ControlBoot) -> Loaded:
    loaded = load_settings(Path(boot.config), boot.overrides)
    check_names(loaded)
    check_gateway(loaded)
    check_certificates(loaded)
    check_references(loaded)
    return loaded


def _admin_key(path: Path) -> str:
    try:
        key = path.read_text("utf-8").strip()
    except OSError as error:
        raise SettingsError(f"the admin key {path} cannot be read: {error.strerror}") from error
    if not key:
        raise SettingsError(f"the admin key {path} is empty; delete the file to get a new one")
    return key


def _database_url(boot: ControlBoot, loaded: Loaded) -> str:
    url = loaded.settings.store.url
    if url is None:
        return sqlite_url(Path(boot.home).absolute() / "vanguard.db")
    if url.startswith(("env:", "file:")):
        return resolve(url, loaded, "store.url")
    return url


def _stamp(path: Path) -> tuple[int, int]:
    """Changes whenever the file is written or replaced; zeros while it is missing."""
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_ino)
