"""Keeps what the processes write: a bounded file for each, and the severity of every line.

It does not know the terminal, nor what the lines mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

Level = Literal["debug", "info", "warning", "error"]

MAX_LINE_BYTES = 64 * 1024
_KEPT = 3
_RANKS: dict[str, Level] = {
    "trace": "debug",
    "debug": "debug",
    "info": "info",
    "notice": "info",
    "warn": "warning",
    "warning": "warning",
    "error": "error",
    "critical": "error",
    "fatal": "error",
}
_WORD = re.compile(r"\b(debug|info|warn(?:ing)?|error|critical|fatal)\b", re.IGNORECASE)
_WORD_WITHIN = 60  # a severity stands at the beginning of a line, not in its prose


@dataclass(frozen=True)
class Line:
    """One line: its severity, and its text for people."""

    level: Level
    text: str


class LogFile:
    """A file that is moved aside when it is full: at most `(kept + 1) * max_bytes` on the disk."""

    def __init__(self, path: Path, max_bytes: int = 8 * 1024 * 1024) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._size = path.stat().st_size if path.exists() else 0

    def write(self, chunk: bytes) -> None:
        """Appends.

        Raises:
            OSError: the disk is full or the file cannot be written.
        """
        if self._size and self._size + len(chunk) > self._max_bytes:
            self._rotate()
        with self._path.open("ab") as file:
            self._path.chmod(0o600)
            file.write(chunk)
        self._size += len(chunk)

    def _rotate(self) -> None:
        names = [self._path.with_name(f"{self._path.name}.{n}") for n in range(1, _KEPT + 1)]
        for older, newer in zip(reversed(names[1:]), reversed(names[:-1]), strict=True):
            if newer.exists():
                newer.replace(older)
        self._path.replace(names[0])
        self._size = 0


class LineReader:
    """Cuts chunks into lines and judges them; what a line has beyond the bound is dropped."""

    def __init__(self) -> None:
        self._rest = b""
        self._in_traceback = False

    def feed(self, chunk: bytes) -> Iterator[Line]:
        """The lines that `chunk` completes."""
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > MAX_LINE_BYTES:
            whole.append(self._rest)
            self._rest = b""
        for raw in whole:
            text = raw[:MAX_LINE_BYTES].decode("utf-8", "replace").rstrip()
            if text:
                yield self._judged(text)

    def _judged(self, text: str) -> Line:
        structured = _structured(text)
        if structured is not None:
            return structured
        if text.startswith("Traceback (most recent call last)"):
            self._in_traceback = True
            return Line("error", text)
        if self._in_traceback:
            # The first line that is not indented names the exception and ends the traceback.
            self._in_traceback = text.startswith((" ", "\t"))
            return Line("error", text)
        word = _WORD.search(text, 0, _WORD_WITHIN)
        return Line(_RANKS[word[1].lower()] if word else "info", text)


def _structured(text: str) -> Line | None:
    """A JSON line as `message key=value …`; None when it is none."""
    if not text.startswith("{"):
        return None
    try:
        record = msgspec.json.decode(text, type=dict[str, object])
    except msgspec.MsgspecError:
        return None
    level = _RANKS.get(str(record.pop("level", "info")).lower(), "info")
    message = ""
    for name in ("message", "event", "msg"):
        if name in record and not message:
            message = str(record.pop(name))
    for name in ("at", "ts", "time", "timestamp", "process", "logger"):
        record.pop(name, None)
    trace = record.pop("trace", None)
    rest = " ".join(f"{key}={value}" for key, value in record.items() if value not in (None, ""))
    return Line(level, f"{message} {rest}".strip() + (f"\n{trace}" if trace else ""))
