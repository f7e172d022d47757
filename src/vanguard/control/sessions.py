"""Console sessions: opened, looked up, closed.

It does not know cookies or pages. A session is asked for at every message of a page, so the answer
is remembered for some seconds; only this process closes sessions, so a closed one is gone at once.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict

from vanguard.core.clock import Clock
from vanguard.core.ids import hash_secret
from vanguard.store.console import close_session, has_session, open_session
from vanguard.store.database import Database

_REMEMBERED_S = 10.0
_MOST_REMEMBERED = 1_000


class Sessions:
    """The sessions of one database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._open_until: OrderedDict[str, float] = OrderedDict()

    def open(self, lasts_ms: int) -> str:
        """Opens a session for that long; returns its token (192 random bits).

        Raises:
            StoreUnavailable: the database does not answer.
        """
        token = secrets.token_urlsafe(24)
        now_ms = self._clock.now_ms()
        with self._database.write() as connection:
            open_session(connection, hash_secret(token), now_ms, now_ms + lasts_ms)
        return token

    def is_open(self, token: str) -> bool:
        """Whether a token is that of an open session.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        token_hash = hash_secret(token)
        with self._lock:
            if self._open_until.get(token_hash, 0.0) > self._clock.monotonic():
                return True
            self._open_until.pop(token_hash, None)
            # Asked within the lock, so that a closing meanwhile is not forgotten.
            with self._database.read() as connection:
                found = has_session(connection, token_hash, self._clock.now_ms())
            if found:
                self._open_until[token_hash] = self._clock.monotonic() + _REMEMBERED_S
                while len(self._open_until) > _MOST_REMEMBERED:
                    self._open_until.popitem(last=False)
        return found

    def close(self, token: str) -> None:
        """Ends a session; ending none is no error.

        Raises:
            StoreUnavailable: the database does not answer; the session stays open.
        """
        token_hash = hash_secret(token)
        with self._lock, self._database.write() as connection:
            close_session(connection, token_hash)
            self._open_until.pop(token_hash, None)
