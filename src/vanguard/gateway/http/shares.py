"""Says which worker should take the next connection: how many each one has, in memory that all see.

It does not know sockets or HTTP. Nothing depends on it but the balance: what a worker that hangs or
dies leaves behind makes the others wait a moment, and never refuse.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from collections.abc import Sized
from pathlib import Path

_SLOTS = 64
_SLOT_BYTES = 4
_SIZE = _SLOTS * _SLOT_BYTES
_NOBODY = 0xFFFFFFFF  # larger than any count, so that nobody waits for it


class Loads:
    """Open connections of each worker, a slot each; a slot is locked by who writes to it.

    Beyond 64 workers, those that are being replaced included, a worker has no slot, and shares nothing.
    """

    def __init__(self, path: Path) -> None:
        """Takes a free slot of a file that all workers name.

        Raises:
            OSError: the file cannot be made or mapped.
        """
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.lockf(self._fd, fcntl.LOCK_EX, 1, _SIZE)
        if os.fstat(self._fd).st_size != _SIZE:
            os.truncate(self._fd, 0)
            os.pwrite(self._fd, b"\xff" * _SIZE, 0)
        fcntl.lockf(self._fd, fcntl.LOCK_UN, 1, _SIZE)
        self._map = mmap.mmap(self._fd, _SIZE)
        self._counts = memoryview(self._map).cast("I")
        self._slot = next((slot for slot in range(_SLOTS) if self._lock(slot)), -1)

    def tell(self, connections: int) -> None:
        """Sets what the others see."""
        if self._slot >= 0:
            self._counts[self._slot] = connections

    def fewest(self) -> int:
        """The fewest connections that any worker has, this one included."""
        return min(self._counts)

    def forget_the_dead(self) -> None:
        """Empties the slots that nobody locks."""
        for slot, count in enumerate(self._counts):
            if count != _NOBODY and slot != self._slot and self._lock(slot):
                self._counts[slot] = _NOBODY
                fcntl.lockf(self._fd, fcntl.LOCK_UN, 1, slot * _SLOT_BYTES)

    def close(self) -> None:
        """Takes part no more."""
        if self._fd < 0:
            return
        self.tell(_NOBODY)
        self._counts.release()
        self._map.close()
        os.close(self._fd)  # and with it the lock
        self._fd = self._slot = -1

    def _lock(self, slot: int) -> bool:
        try:
            fcntl.lockf(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, slot * _SLOT_BYTES)
        except OSError:
            return False
        return True


class Share:
    """One worker's view: its own connections beside the others'."""

    def __init__(self, connections: Sized, loads: Loads) -> None:
        self._connections = connections
        self._loads = loads
        self._left = False
        self.refresh()

    def is_anothers_turn(self, coming: int = 0) -> bool:
        """Whether another worker has fewer connections, by more than an eighth.

        Args:
            coming: connections taken that are not among the open ones yet.
        """
        if self._left:
            return False
        own = len(self._connections) + coming
        self._loads.tell(own)
        fewest = self._loads.fewest()
        return own > fewest + fewest // 8

    def refresh(self) -> None:
        """Tells the others what this worker has now; about once a second."""
        if not self._left:
            self._loads.tell(len(self._connections))
            self._loads.forget_the_dead()

    def leave(self) -> None:
        """This worker accepts no more: nobody waits for it."""
        self._left = True
        self._loads.close()
