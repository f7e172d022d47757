"""Keeps a snapshot in a file: written whole or not at all, read back only when sound.

It does not know when to publish or what to do with a new one.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from vanguard.snapshot.model import FORMAT, JournalMark, Snapshot


class _Marks(msgspec.Struct):
    """The one part of a snapshot that is wanted before there is anybody to take it up."""

    journals: dict[str, JournalMark] = {}


_decoder = msgspec.json.Decoder(Snapshot)
_marks_decoder = msgspec.json.Decoder(_Marks)


def write_snapshot(path: Path, snapshot: Snapshot) -> None:
    """Replaces the file atomically; readable by its owner only (it holds key hashes).

    Raises:
        OSError: the folder cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(snapshot))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def read_snapshot(path: Path) -> Snapshot:
    """Reads and checks a snapshot.

    Raises:
        OSError: no such file, or unreadable.
        ValueError: not a snapshot, or one of another format.
    """
    try:
        snapshot = _decoder.decode(path.read_bytes())
    except msgspec.MsgspecError as error:
        raise ValueError(f"{path} is not a snapshot: {error}") from error
    if snapshot.format != FORMAT:
        raise ValueError(f"{path} has format {snapshot.format}, this build reads {FORMAT}")
    return snapshot


def read_marks(path: Path) -> dict[str, JournalMark]:
    """How far control had read each journal, whatever else the snapshot holds.

    None are told where there is no snapshot yet, or one that nobody can read.
    """
    try:
        return _marks_decoder.decode(path.read_bytes()).journals
    except (OSError, ValueError, RecursionError, msgspec.MsgspecError):
        return {}
