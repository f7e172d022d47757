"""The folder of a run: what is whole in it, what is still to do, and the manifest.

It does not know how pages are made or packed. A page's record is written last, and everything under
another name first, so that whatever has its name is whole, wherever a run was killed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from vanguard.core.errors import SettingsError
from vanguard.documents.synth.run.options import Options, Record

RUN = "run.json"
MANIFEST = "manifest.jsonl"
# by what a record calls the file
FOLDERS = {
    "image": "images",
    "pdf": "pdfs",
    "document": "documents",
    "markdown": "markdown",
    "pdf_document": "pdf_documents",
}
_RECORDS = ".records"
_PART = ".part"
_FOLDER_PAGES = 1000


class Run(msgspec.Struct, frozen=True):
    """What is stored beside the pages: the options, and what the same bytes depend on besides."""

    options: Options
    versions: dict[str, str]


class Store:
    """A run's folder."""

    def __init__(self, out: Path) -> None:
        self.out = out

    def begin(self, run: Run) -> None:
        """Makes the folder, or goes on in it.

        Raises:
            SettingsError: something else is in it, or another run.
        """
        kept = self.out / RUN
        if kept.is_file():
            _same(run, msgspec.json.decode(kept.read_bytes(), type=Run), self.out)
            for part in self.out.rglob(f"*{_PART}"):
                part.unlink()
            return
        if self.out.exists() and (not self.out.is_dir() or any(self.out.iterdir())):
            raise SettingsError(f"{self.out} holds something else; name a new folder")
        self.out.mkdir(parents=True, exist_ok=True)
        self.write(kept, msgspec.json.format(msgspec.json.encode(run), indent=2) + b"\n")

    @contextlib.contextmanager
    def part(self, path: Path) -> Iterator[Path]:
        """A path to write to, which becomes the file when all went well, and goes when not."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + _PART)
        try:
            yield part
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    def write(self, path: Path, data: bytes) -> str:
        """Writes a file whole or not at all; its SHA-256."""
        with self.part(path) as part:
            part.write_bytes(data)
        return hashlib.sha256(data).hexdigest()

    def folder(self, what: str, page: int) -> Path:
        """Where the files of one sort are, a thousand pages in each folder.

        Sorts are apart, so that a folder can be given to whatever pairs files by their names.
        """
        return self.out / FOLDERS[what] / f"{page // _FOLDER_PAGES:05d}"

    def record(self, record: Record) -> None:
        """Says that a page is whole."""
        self.write(self._record_path(record.page), msgspec.json.encode(record))

    def records(self, pages: Iterable[int]) -> Iterator[Record]:
        """Those of the pages that are whole, in the given order; of all, if the run is finished."""
        manifest = self.out / MANIFEST
        if manifest.is_file():
            with manifest.open("rb") as lines:
                for line in lines:
                    yield msgspec.json.decode(line, type=Record)
            return
        for page in pages:
            path = self._record_path(page)
            if path.is_file():
                yield msgspec.json.decode(path.read_bytes(), type=Record)

    @property
    def finished(self) -> bool:
        """Whether all is written."""
        return (self.out / MANIFEST).is_file()

    def finish(self, pages: int) -> None:
        """Writes the manifest from the records, and takes these and empty folders away."""
        if not self.finished:
            with self.part(self.out / MANIFEST) as part, part.open("wb") as lines:
                for record in self.records(range(pages)):
                    lines.write(msgspec.json.encode(record) + b"\n")
                lines.flush()
                os.fsync(lines.fileno())
        if (self.out / _RECORDS).is_dir():
            shutil.rmtree(self.out / _RECORDS)
        for name in FOLDERS.values():
            for folder in [*(self.out / name).glob("*"), self.out / name]:
                if folder.is_dir() and not any(folder.iterdir()):
                    folder.rmdir()

    def _record_path(self, page: int) -> Path:
        return self.out / _RECORDS / f"{page // _FOLDER_PAGES:05d}" / f"{page:08d}.json"


def _same(asked: Run, kept: Run, out: Path) -> None:
    for name in Options.__struct_fields__:
        wanted, there = getattr(asked.options, name), getattr(kept.options, name)
        if wanted != there:
            raise SettingsError(
                f"{out} holds a run with {name} {there!r}, not {wanted!r}; "
                "go on with the same options, or name a new folder"
            )
    for name, version in asked.versions.items():
        there = kept.versions.get(name)
        if there != version:
            raise SettingsError(
                f"{out} was begun with {name} {there}, here is {version}: its pages would differ; "
                "go on with the same ones, or name a new folder"
            )
