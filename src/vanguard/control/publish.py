"""Puts keys, scopes, spend and the catalogue into one snapshot and publishes it.

It does not know when: its callers publish at a change, and before they answer.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import msgspec

from vanguard.control.catalogue import Catalogue
from vanguard.core.clock import BooksClock
from vanguard.snapshot.file import read_snapshot, write_snapshot
from vanguard.snapshot.model import JournalMark, Key, Scope, Snapshot, Spend
from vanguard.snapshot.window import window_start_ms
from vanguard.store.console import raise_snapshot_version
from vanguard.store.database import Database
from vanguard.store.keys import KeyRecord, all_keys
from vanguard.store.ledger import all_marks
from vanguard.store.spending import current_spend, latest_day_ms, spend_ahead
from vanguard.store.tenancy import Chain, ChainNames, all_scopes, ensure_chain

_log = logging.getLogger(__name__)

ADMIN_ID = "admin"
_LONG_EXPIRED_MS = 400 * 86_400_000


class Publisher:
    """Writes the snapshot file, one version after the other.

    Attributes:
        version: of the last published snapshot, 0 before the first.
        marks: the journal marks in it.
        aws_master: reference of the AWS door's master secret, for the next one.
    """

    def __init__(self, database: Database, path: Path, admin_hash: str, clock: BooksClock) -> None:
        self.aws_master = ""
        self._database = database
        self._path = path
        self._admin_hash = admin_hash
        self._clock = clock
        self._lock = threading.Lock()
        self._floor = _version_of(path)
        self._admin_chain: Chain | None = None
        self.version = 0
        self.marks: dict[str, JournalMark] = {}

    def publish(self, catalogue: Catalogue) -> int:
        """Publishes now; returns the version.

        Raises:
            StoreUnavailable: the database does not answer.
            OSError: the file cannot be written.
        """
        with self._lock:
            with self._database.write() as connection:
                version = raise_snapshot_version(connection, self._floor)
                if self._admin_chain is None:
                    # a day that gateways have dated in already, perhaps, before the clock went back
                    self._clock.saw(latest_day_ms(connection))
                    names = ChainNames(user=ADMIN_ID)
                    self._admin_chain = ensure_chain(connection, names, self._clock.now_ms())
            snapshot = self._build(version, catalogue, self._admin_chain)
            write_snapshot(self._path, snapshot)
            self.version, self.marks = version, snapshot.journals
            return version

    def _build(self, version: int, catalogue: Catalogue, admin: Chain) -> Snapshot:
        now_ms = self._clock.now_ms()
        # One transaction: spend holds exactly the settled records below the marks.
        with self._database.read() as connection:
            marks = all_marks(connection)
            spent, ahead = current_spend(connection, now_ms), spend_ahead(connection, now_ms)
            records = [key for key in all_keys(connection) if _may_live(key, now_ms)]
            links = all_scopes(connection)
        scopes = {scope.id: scope for scope in [*links, *map(_key_scope, records)]}
        scopes[ADMIN_ID] = Scope(ADMIN_ID, "key", ADMIN_ID)
        keys = {record.hash: _key(record) for record in records}
        keys[self._admin_hash] = Key(
            id=ADMIN_ID,
            hash=self._admin_hash,
            name=ADMIN_ID,
            scopes=(admin.organisation_id, admin.team_id, admin.user_id, ADMIN_ID),
            organisation_id=admin.organisation_id,
            team_id=admin.team_id,
            user_id=admin.user_id,
            admin=True,
        )
        return Snapshot(
            version=version,
            published_at_ms=now_ms,
            keys=keys,
            scopes=scopes,
            spend=tuple(
                Spend(scope.id, start, usd_micros)
                for scope in scopes.values()
                if scope.budget is not None
                for place in [(scope.id, scope.budget.window)]
                for start, usd_micros in [
                    (window_start_ms(scope.budget.window, now_ms), spent.get(place, 0)),
                    *ahead.get(place, {}).items(),
                ]
            ),
            journals=marks,
            aws_master=self.aws_master,
            **msgspec.structs.asdict(catalogue),
        )


def _key(record: KeyRecord) -> Key:
    chain = record.chain
    links = (chain.organisation_id, chain.team_id, chain.user_id, record.id)
    return Key(
        id=record.id,
        hash=record.hash,
        name=record.name,
        scopes=tuple(link for link in links if link),
        organisation_id=chain.organisation_id,
        team_id=chain.team_id,
        user_id=chain.user_id,
        models=record.models,
        policies=record.guardrails,
        tags=record.tags,
        expires_at_ms=record.expires_at_ms or 0,
    )


def _may_live(record: KeyRecord, now_ms: int) -> bool:
    """Whether gateways are told of a key: not when it is revoked.

    Each of them looks itself whether one has expired, by its clock at the moment. One that is ahead when
    this is published must not take keys from them beyond the time that it is put right.
    """
    expires_at_ms = record.expires_at_ms
    expired_ms = now_ms - expires_at_ms if expires_at_ms is not None else 0
    return record.revoked_at_ms is None and expired_ms < _LONG_EXPIRED_MS


def _key_scope(record: KeyRecord) -> Scope:
    return Scope(record.id, "key", record.name, record.limits, record.budget)


def _version_of(path: Path) -> int:
    """Version of the snapshot already there, so that a new database never publishes below it."""
    try:
        return read_snapshot(path).version
    except FileNotFoundError:
        return 0
    except (OSError, ValueError) as error:
        _log.warning("the old snapshot cannot be read and will be replaced: %s", error)
        return 0
