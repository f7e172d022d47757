"""The secrets that documents need: one that seals their passwords, and the key with which models are asked.

It does not know documents. Each is what a setting refers to, or a file under the home that is made when it is
first needed, for its owner alone.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path

from vanguard.control.boot import MODEL_FILE, SEAL_FILE
from vanguard.control.catalogue import Catalogue
from vanguard.core.clock import Clock
from vanguard.core.errors import Conflict, InvalidRequest, SettingsError, StoreUnavailable
from vanguard.core.ids import hash_secret, hint, new_id, new_secret
from vanguard.core.settings.loaded import Loaded, resolve
from vanguard.store.console import note_change
from vanguard.store.database import Database
from vanguard.store.documents.records import Wishes
from vanguard.store.documents.seals import seal
from vanguard.store.keys import NewKey, all_keys, insert_key
from vanguard.store.tenancy import ChainNames, ensure_chain

NAME = "documents"


class DocumentKeys:
    """The secrets of one home and one database; `publish` tells the gateway of a new key."""

    def __init__(
        self, home: Path, database: Database, clock: Clock, publish: Callable[[], int]
    ) -> None:
        self._home = home.absolute()
        self._database = database
        self._clock = clock
        self._publish = publish
        self._lock = threading.Lock()

    def seal(self, password: str, document_id: str, loaded: Loaded) -> bytes:
        """The password of a document, sealed for it.

        Raises:
            SettingsError: the secret cannot be read or made.
        """
        reference = loaded.settings.documents.seal_key
        if reference is None:
            path = self._home / SEAL_FILE
            _write_once(path, secrets.token_urlsafe(32))
            reference = f"file:{path}"
        return seal(password, resolve(reference, loaded, "documents.seal_key"), document_id)

    def ready_to_ask(self, actor: str, loaded: Loaded) -> None:
        """Sees to it that there is a key with which workers can ask models.

        Raises:
            Conflict: the key that was made for them is revoked or expired: somebody wants them not to ask.
            SettingsError: the key cannot be kept.
        """
        if loaded.settings.documents.model_key is not None:
            return
        path = self._home / MODEL_FILE
        with self._lock:  # two that come at once must not make two keys
            kept = _read(path)
            now_ms = self._clock.now_ms()
            with self._database.read() as connection:
                mine = [key for key in all_keys(connection) if key.hash == hash_secret(kept)]
            if mine and not mine[0].is_live(now_ms):
                raise Conflict(
                    f"the key '{NAME}' with which models are asked about documents is revoked or expired;"
                    f" set documents.model_key, or delete {path} for a new one"
                )
            if not mine:
                self._make(path, actor, now_ms)

    def _make(self, path: Path, actor: str, now_ms: int) -> None:
        secret = new_secret()
        # the file first: a key whose secret nobody has would be one that nobody can use
        path.unlink(missing_ok=True)
        _write_once(path, secret)
        with self._database.write() as connection:
            key = NewKey(
                id=new_id("key"),
                name=NAME,
                hash=hash_secret(secret),
                hint=hint(secret),
                chain=ensure_chain(connection, ChainNames("default", "default", ""), now_ms),
                created_at_ms=now_ms,
            )
            insert_key(connection, key)
            note_change(connection, at_ms=now_ms, actor=actor, action="key.create", subject=key.id)
        self._publish()


def check_model(wishes: Wishes, catalogue: Catalogue) -> None:
    """Whether a document could be read by the model that is wished for.

    Raises:
        InvalidRequest: a reader without a model, a model without a reader, or one that there is not.
    """
    if (wishes.reader == "ocr") != (not wishes.model):
        raise InvalidRequest(
            "model goes with reader=vision or reader=both, and they need it", param="model"
        )
    if not wishes.model:
        return
    model = wishes.model
    patterned = any(fnmatchcase(model, pattern) for pattern, _ in catalogue.patterns)
    if model not in catalogue.names and not patterned:
        names = ", ".join(sorted(catalogue.models)[:12]) or "none"
        raise InvalidRequest(f"no model is called '{model}'; there are {names}", param="model")


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be read: {error.strerror or error}") from error


def _write_once(path: Path, secret: str) -> None:
    """Makes a file for its owner alone; one that is there stays."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret + "\n")
        file.flush()
        os.fsync(file.fileno())
