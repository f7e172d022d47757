"""Bytes in a folder, each file named by its hash; and files elsewhere that are named without a copy.

It does not know what they are.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from vanguard.core.errors import StoreUnavailable
from vanguard.flow.blob import Blob, blob_of

_CHUNK_BYTES = 1 << 20
_LINK = ".link"


@dataclass(frozen=True)
class FolderBlobs:
    """Bytes below one folder, which is made when it is first needed."""

    folder: Path

    def put(self, data: bytes) -> Blob:
        """Keeps the bytes; a file that is there is whole, for it got its name when it was.

        Raises:
            StoreUnavailable: the folder cannot be written, or the disk is full.
        """
        blob = blob_of(data)
        place = self._place(blob.sha256)
        if not place.exists():
            self._write(place, data)
        return blob

    def get(self, sha256: str) -> bytes:
        """The bytes.

        Raises:
            StoreUnavailable: they are not there, or no longer what they were.
        """
        try:
            data = self.path(sha256).read_bytes()
        except OSError as error:
            raise StoreUnavailable(f"blob {sha256[:12]} cannot be read: {error}") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise StoreUnavailable(f"blob {sha256[:12]} is no longer what it was")
        return data

    def link(self, path: Path) -> Blob:
        """Names a file's bytes; they stay where they are.

        Raises:
            OSError: it cannot be read.
            StoreUnavailable: as `put`.
        """
        whole = path.resolve()
        digest, size = hashlib.sha256(), 0
        with whole.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
        blob = Blob(digest.hexdigest(), size)
        place = self._place(blob.sha256)
        if not place.exists():
            self._write(place.with_name(place.name + _LINK), os.fsencode(whole))
        return blob

    def path(self, sha256: str) -> Path:
        """A file that holds the bytes.

        Raises:
            StoreUnavailable: there is none.
        """
        place = self._place(sha256)
        if place.exists():
            return place
        try:
            return Path(os.fsdecode(place.with_name(place.name + _LINK).read_bytes()))
        except OSError as error:
            raise StoreUnavailable(f"blob {sha256[:12]} is not in {self.folder}") from error

    def _place(self, sha256: str) -> Path:
        if len(sha256) != 64 or not sha256.isalnum():
            raise StoreUnavailable(f"{sha256!r} is no hash")
        return self.folder / sha256[:2] / sha256

    def _write(self, place: Path, data: bytes) -> None:
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(dir=place.parent, prefix=".new-")
            try:
                with os.fdopen(number, "wb") as file:
                    file.write(data)
                Path(name).replace(place)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise StoreUnavailable(f"{self.folder} cannot be written: {error}") from error
