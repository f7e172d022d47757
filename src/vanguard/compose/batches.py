"""Batch work in one folder on this machine: its ledger, its bytes, its processes.

It does not know what is worked on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from vanguard.flow.local import LocalExecutor, Processes
from vanguard.flow.ports import Blobs, Executor, Ledger
from vanguard.store.database import Database, sqlite_url
from vanguard.store.flow.blobs import FolderBlobs
from vanguard.store.flow.ledger import StepLedger
from vanguard.store.migrate import upgrade


class Workshop(NamedTuple):
    """What a run needs."""

    ledger: Ledger
    blobs: Blobs
    executor: Executor


@contextmanager
def open_workshop(folder: Path, processes: int | Processes, task_s: float) -> Iterator[Workshop]:
    """A workshop in a folder, which is made where it is not there.

    Args:
        folder: of its ledger and its bytes.
        processes: how many are at work at the same time; or those that are there, and stay.
        task_s: seconds that one step may take.

    Raises:
        StoreUnavailable: the folder cannot be written.
    """
    blobs = FolderBlobs(folder / "blobs")
    blobs.put(b"")  # makes the folder, or says why it cannot be made
    database = Database(sqlite_url(folder / "steps.db"))
    try:
        upgrade(database)
        if isinstance(processes, Processes):
            executor = LocalExecutor(blobs, task_s=task_s, warm=processes)
        else:
            executor = LocalExecutor(blobs, processes, task_s)
        yield Workshop(StepLedger(database), blobs, executor)
    finally:
        database.close()
