"""The files of documents: what was uploaded and what is worked out, one folder for each document.

It does not know what is in them. A folder that is taken away is renamed first, so that it is gone at
once; what a worker still writes under the old name is for whoever sweeps.
"""

from __future__ import annotations

import errno
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vanguard.core.errors import RouteNotFound, StoreUnavailable
from vanguard.store.flow.blobs import FolderBlobs

_ID = re.compile(r"doc_[0-9a-f]{1,64}")
SEALED = "password.sealed"
_COMING, _GOING = ".coming-", ".going-"


@dataclass(frozen=True)
class Shelf:
    """Folders below one, which is made when it is first needed, for its owner only."""

    folder: Path

    @contextmanager
    def coming(self) -> Iterator[Path]:
        """A new folder for a document whose id is not known yet; gone at the end unless kept.

        Raises:
            StoreUnavailable: it cannot be made.
        """
        with self.writing():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            made = Path(tempfile.mkdtemp(prefix=_COMING, dir=self.folder))
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Says of what goes wrong with the disk what a person needs to know.

        Raises:
            StoreUnavailable: instead of any OSError.
        """
        try:
            yield
        except OSError as error:
            what = "cannot be written"
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                what = "is full; free some space, or delete documents"
            raise StoreUnavailable(
                f"the documents' folder {self.folder} {what} ({error.strerror or error})"
            ) from error

    def keep(self, made: Path, document_id: str) -> None:
        """Gives a folder that came its document's name.

        Raises:
            StoreUnavailable: it cannot be renamed.
        """
        with self.writing():
            made.rename(self.place(document_id))

    def place(self, document_id: str) -> Path:
        """A document's folder.

        Raises:
            RouteNotFound: this is no document's id.
        """
        if not _ID.fullmatch(document_id):
            raise RouteNotFound(f"no document has the id '{document_id}'", param="id")
        return self.folder / document_id

    def source(self, document_id: str) -> Path:
        """The file that was uploaded."""
        return self.place(document_id) / "source"

    def sealed(self, document_id: str) -> Path:
        """The sealed password of the file that was uploaded; there until it has been used."""
        return self.place(document_id) / SEALED

    def unlocked(self, document_id: str) -> Path:
        """The same file without encryption, where it had one."""
        return self.place(document_id) / "unlocked"

    def readable(self, document_id: str) -> Path:
        """The file as it can be read without a password, if it can."""
        unlocked = self.unlocked(document_id)
        return unlocked if unlocked.exists() else self.source(document_id)

    def forget_password(self, document_id: str) -> None:
        """Takes the sealed password away; taking none away is no error.

        Raises:
            StoreUnavailable: it stays.
        """
        with self.writing():
            self.sealed(document_id).unlink(missing_ok=True)

    def work(self, document_id: str) -> Path:
        """Where a worker keeps what it has done."""
        return self.place(document_id) / "work"

    def blobs(self, document_id: str) -> FolderBlobs:
        """What was worked out."""
        return FolderBlobs(self.work(document_id) / "blobs")

    def remove(self, document_id: str) -> None:
        """Takes a document's files away; taking none away is no error.

        Raises:
            StoreUnavailable: some stay; sweeping tries again.
        """
        place = self.place(document_id)
        with self.writing():
            try:
                gone = Path(tempfile.mkdtemp(prefix=_GOING, dir=self.folder))
            except FileNotFoundError:
                return
            try:
                place.rename(gone / place.name)
            except FileNotFoundError:
                gone.rmdir()
                return
            shutil.rmtree(gone)

    def documents(self) -> list[str]:
        """Ids of the documents that have a folder."""
        return sorted(path.name for path in self._all() if _ID.fullmatch(path.name))

    def sweep(self, older_than_s: float, now_s: float) -> int:
        """Takes away what ended processes left half done; returns how many folders.

        Args:
            older_than_s: folders that changed later are somebody's work.
            now_s: seconds since 1970.
        """
        swept = 0
        for path in self._all():
            if path.name.startswith((_COMING, _GOING)) and _age_s(path, now_s) > older_than_s:
                shutil.rmtree(path, ignore_errors=True)
                swept += 1
        return swept

    def age_s(self, document_id: str, now_s: float) -> float:
        """Seconds since a document's folder was made or changed; 0 where there is none."""
        return _age_s(self.place(document_id), now_s)

    def _all(self) -> list[Path]:
        try:
            return list(self.folder.iterdir())
        except FileNotFoundError:
            return []


def _age_s(path: Path, now_s: float) -> float:
    try:
        return max(0.0, now_s - path.stat().st_mtime)
    except FileNotFoundError:
        return 0.0
