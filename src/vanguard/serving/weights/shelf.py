"""The cache folder of weights, shared by every clone and process of a user.

It does not know where weights come from. Nothing gets its final name here before its digest is right.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from vanguard.core.errors import WeightsUnavailable
from vanguard.serving.catalog import Weights
from vanguard.serving.weights.digest import remember, remembered_sha256, sha256_of
from vanguard.serving.weights.source import Progress

_LOCK_POLL_S = 0.2
_SPARE_BYTES = 64 * 1024 * 1024
_MIB = 1024 * 1024


class Shelf:
    """`<cache>/weights/<sha256>.gguf`, each with the record of its check and a lock."""

    def __init__(self, cache: Path) -> None:
        self._folder = cache / "weights"

    def path(self, weights: Weights) -> Path:
        """Where the file lies, or would."""
        return self._folder / f"{weights.digest}.gguf"

    def draft(self, weights: Weights) -> Path:
        """Where it is put together, under the lock."""
        return self._folder / f"{weights.digest}.draft"

    def find(self, weights: Weights) -> Path | None:
        """The file, when it is there and is what it should be.

        The size is compared each time; the digest once for each state of the file.
        """
        path = self.path(weights)
        try:
            if path.stat().st_size != weights.size_bytes:
                return None
            digest = remembered_sha256(path, self._record(path))
        except FileNotFoundError:
            return None
        return path if digest == weights.digest else None

    def digest_of(self, path: Path) -> str:
        """The digest of a file outside the cache, remembered inside it.

        Raises:
            OSError: the file cannot be read.
        """
        name = hashlib.sha256(str(path).encode()).hexdigest()[:32]
        folder = self._folder / "elsewhere"
        folder.mkdir(parents=True, exist_ok=True)
        return remembered_sha256(path, folder / f"{name}.json")

    def check_room(self, weights: Weights, room_bytes: int) -> None:
        """Raises `WeightsUnavailable` when the disk is too short."""
        self._folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self._folder).free
        wanted = room_bytes + _SPARE_BYTES
        if free < wanted:
            raise WeightsUnavailable(
                f"{weights.name} needs {wanted // _MIB} MiB in {self._folder}, where {free // _MIB} "
                "MiB are free; free some, or let VANGUARD_CACHE name another folder"
            )

    def adopt(self, weights: Weights, progress: Progress) -> Path:
        """Checks the draft and gives it its name.

        Raises:
            WeightsUnavailable: it is not the file it should be; it is deleted.
        """
        draft = self.draft(weights)
        size = draft.stat().st_size
        digest = sha256_of(draft, progress) if size == weights.size_bytes else ""
        if digest != weights.digest:
            draft.unlink()
            what = f"its SHA-256 is {digest}" if digest else f"it has {size} bytes"
            wanted = weights.digest if digest else str(weights.size_bytes)
            raise WeightsUnavailable(f"what came is not {weights.name}: {what}, not {wanted}")
        with draft.open("rb") as file:
            os.fsync(file.fileno())  # the record vouches for the bytes, also after a power cut
        path = self.path(weights)
        remember(draft, self._record(path), digest)
        draft.replace(path)
        return path

    @contextmanager
    def lock(self, weights: Weights, waiting: Callable[[], None]) -> Iterator[None]:
        """One fetch at a time, over all processes; `waiting` is called while another has it.

        Raises:
            WeightsUnavailable: the cache cannot be written.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(
                self._folder / f"{weights.digest}.lock",
                os.O_RDWR | os.O_CREAT | os.O_CLOEXEC,
                0o600,
            )
        except OSError as error:
            raise WeightsUnavailable(
                f"the cache {self._folder} cannot be written ({error.strerror}); let VANGUARD_CACHE "
                "name a folder that can"
            ) from error
        try:
            while not _try_lock(descriptor):
                waiting()
                time.sleep(_LOCK_POLL_S)
            yield
        finally:
            os.close(descriptor)

    @staticmethod
    def _record(path: Path) -> Path:
        return path.with_suffix(".checked.json")


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
