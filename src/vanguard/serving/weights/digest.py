"""Digests of large files, computed once for each state of a file.

It does not know what the files are. A record beside the cache keeps size and time of change; a file
that has either one changed is read again.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import msgspec

from vanguard.serving.weights.source import Progress

CHUNK_BYTES = 4 * 1024 * 1024


class Record(msgspec.Struct, frozen=True):
    """The state of a file whose digest was computed."""

    size_bytes: int
    mtime_ns: int
    digest: str


def sha256_of(path: Path, progress: Progress | None = None) -> str:
    """The SHA-256 of a file, hexadecimal.

    Raises:
        OSError: it cannot be read.
    """
    total = path.stat().st_size
    digest = hashlib.sha256()
    done = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            done += len(chunk)
            if progress is not None:
                progress(done, total)
    return digest.hexdigest()


def remembered_sha256(path: Path, record: Path) -> str:
    """As `sha256_of`, but read from `record` when the file has not changed since it was written.

    Raises:
        OSError: the file cannot be read.
    """
    state = path.stat()
    known = _read(record)
    if known and (known.size_bytes, known.mtime_ns) == (state.st_size, state.st_mtime_ns):
        return known.digest
    digest = sha256_of(path)
    remember(path, record, digest)
    return digest


def remember(path: Path, record: Path, digest: str) -> None:
    """Notes the digest of a file in its present state; a cache that cannot be written is no harm."""
    state = path.stat()
    value = Record(size_bytes=state.st_size, mtime_ns=state.st_mtime_ns, digest=digest)
    draft = record.with_name(f"{record.name}.{os.getpid()}")
    try:
        draft.write_bytes(msgspec.json.encode(value))
        draft.replace(record)
    except OSError:
        draft.unlink(missing_ok=True)


def _read(record: Path) -> Record | None:
    try:
        return msgspec.json.decode(record.read_bytes(), type=Record)
    except (OSError, msgspec.MsgspecError):
        return None
