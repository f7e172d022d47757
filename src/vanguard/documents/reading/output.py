"""Writes what was read beside what asked for it: one file or many, in one format or several.

It does not know how pages are read, nor how a format is written. A file is there whole or not at all.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from vanguard.core.errors import InvalidRequest
from vanguard.documents.formats.registry import Format
from vanguard.documents.formats.wishes import Wishes
from vanguard.documents.page import Document
from vanguard.documents.reading.files import kind_of
from vanguard.documents.reading.images import frame_as_png
from vanguard.documents.reading.limits import ReadingLimits

SUFFIXES = frozenset({".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp"})


def find_files(given: Iterable[Path], apart_from: Path | None = None) -> list[tuple[Path, Path]]:
    """Files with their names below the output folder; of a folder all that look like documents.

    `apart_from` is the output folder: what an earlier run wrote there is not read.

    Raises:
        InvalidRequest: one that was named is not there, or nothing is left.
    """
    found: dict[Path, Path] = {}
    for path in given:
        if path.is_dir():
            for one in sorted(path.rglob("*")):
                if apart_from is not None and one.resolve().is_relative_to(apart_from.resolve()):
                    continue
                if (
                    one.is_file()
                    and one.suffix.lower() in SUFFIXES
                    and not _hidden(one.relative_to(path))
                ):
                    found.setdefault(one, one.relative_to(path))
        elif path.exists():
            found.setdefault(path, Path(path.name))
        else:
            raise InvalidRequest(f"{path}: no such file or folder")
    if not found:
        names = ", ".join(sorted(SUFFIXES))
        raise InvalidRequest(f"nothing to read: no file whose name ends in {names}")
    return list(found.items())


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def write(document: Document, source: Path, form: Format, place: Path) -> None:
    """Writes a document.

    Raises:
        InvalidRequest: the format cannot hold it.
        OSError: the place cannot be written.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            form.write(document, file, wishes_for(source, form))
        new.chmod(0o644)
        new.replace(place)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def wishes_for(source: Path, form: Format) -> Wishes:
    """What a format needs beside the document: a PDF the pages that were read."""
    if form.name != "pdf":
        return Wishes()
    if kind_of(source) == "pdf":
        return Wishes(pdf=source.read_bytes())
    return Wishes(images=lambda number: frame_as_png(source, number, ReadingLimits()))
