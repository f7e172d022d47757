"""Finds a worker a journal folder that nobody else writes to, and closes what dead workers left open.

It does not know records. Who writes to a folder holds a lock in it, which ends with the process,
however that ends. A worker that replaces one that still drains takes the next free folder beside
it (`gateway-0.2`), and the one after that may have `gateway-0` again: folders are few and stay.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from vanguard.core.errors import LedgerUnavailable
from vanguard.gateway.accounting.journal import Journal
from vanguard.gateway.accounting.ledger import Ledger, close_open_intents
from vanguard.snapshot.model import JournalMark, Snapshot

_LOCK = "owner.lock"
_GATE = "claims.lock"
_MOST = 64


class Claim:
    """A journal folder of one's own, until `release` or the end of the process.

    Attributes:
        name: the folder's, by which control and the snapshot know the journal.
    """

    def __init__(self, folder: Path, descriptor: int) -> None:
        self.name = folder.name
        self.folder = folder
        self._descriptor = descriptor

    def renew(self) -> None:
        """Locks the folder again where somebody has deleted the lock, so that no other worker takes it.

        Raises:
            OSError: the folder cannot be made or locked.
        """
        again = _lock(self.folder) if self._descriptor >= 0 else None
        if again is not None:
            os.close(self._descriptor)
            self._descriptor = again

    def release(self) -> None:
        """Lets somebody else have it; a second time has no effect."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def claim(wanted: Path) -> Claim:
    """Takes the wanted folder, or the next free one beside it; makes it where it is missing.

    Raises:
        LedgerUnavailable: all of them are taken.
        OSError: the folder cannot be made or locked.
    """
    with _alone(wanted.parent):
        for number in range(1, _MOST + 1):
            folder = wanted if number == 1 else wanted.with_name(f"{wanted.name}.{number}")
            taken = _take(folder)
            if taken is not None:
                return taken
    raise LedgerUnavailable(f"{_MOST} workers write to journals like {wanted}; some must end first")


def close_abandoned(root: Path, own: Claim, snapshot: Snapshot, now_ms: int) -> int:
    """Settles the intents that are open in folders whose worker has died; returns how many."""
    closed = 0
    with _alone(root):
        for folder in journal_folders(root):
            taken = _take(folder) if folder.name != own.name else None
            if taken is None:
                continue
            try:
                mark = snapshot.journals.get(folder.name, JournalMark(0, 0))
                journal = Journal(folder, floor=mark.offset)
                try:
                    ledger = Ledger(journal, call_soon=_at_once)
                    closed += close_open_intents(ledger, mark, now_ms)
                finally:
                    journal.close()
            finally:
                taken.release()
    return closed


def _at_once(flush: Callable[[], None]) -> None:
    """Nobody waits here, and all is written by `commit`."""


def journal_folders(root: Path) -> list[Path]:
    """The folders of all workers that ever wrote here, by name."""
    return sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []


def _take(folder: Path) -> Claim | None:
    descriptor = _lock(folder)
    return None if descriptor is None else Claim(folder, descriptor)


def _lock(folder: Path) -> int | None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One at a time: a folder that is being tidied must not look taken to its next worker."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(root / _GATE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
