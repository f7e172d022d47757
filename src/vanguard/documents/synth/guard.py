"""Keeps benchmarks out of data sets: refuses text whose word sequences a benchmark has.

It does not know pages. Only fingerprints are kept, never a benchmark's text.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vanguard.core.errors import SettingsError

# eight words in a row are hardly ever the same by chance; a line of four to seven counts as a whole
WORDS = 8
SHORTEST = 4
_LIMIT_FILE_BYTES = 512 * 2**20
_LIMIT_PRINTS = 30_000_000
_SUFFIXES = {".txt", ".md", ".html", ".htm", ".xml", ".csv", ".tsv", ".json", ".jsonl"}
_TAG = re.compile(r"<[^<>]{0,2000}>")
_WORD = re.compile(r"\w+")
_FOLDED = str.maketrans("أإآٱىةؤئ", "اااايهوي", "ـ")


@dataclass(frozen=True)
class Guard:
    """What is known of benchmarks; called with a text it says whether to refuse it.

    Attributes:
        files: how many were read.
    """

    prints: frozenset[int]
    files: int = 0

    def __call__(self, text: str) -> bool:
        """Whether a benchmark has eight words in a row of it, or all of it where it is short."""
        return any(mark in self.prints for mark in fingerprints(text.splitlines()))


def read(folders: Sequence[Path]) -> Guard:
    """The fingerprints of all text files under the folders.

    Raises:
        SettingsError: a folder is missing or has no text, a file is too large or cannot be read.
    """
    prints: set[int] = set()
    files = 0
    for folder in folders:
        if not folder.is_dir():
            raise SettingsError(f"avoid: no folder {folder}")
        paths = [
            p for p in sorted(folder.rglob("*")) if p.suffix.lower() in _SUFFIXES and p.is_file()
        ]
        if not paths:
            raise SettingsError(
                f"avoid: {folder} has no text; read are {', '.join(sorted(_SUFFIXES))}"
            )
        for path in paths:
            prints.update(fingerprints(_lines(path)))
            files += 1
            if len(prints) > _LIMIT_PRINTS:
                raise SettingsError(f"avoid: more than {_LIMIT_PRINTS} fingerprints, at {path}")
    return Guard(frozenset(prints), files)


def normalised(text: str) -> list[str]:
    """Words without what editions differ in: marks, tatweel, forms of alef, digits, case.

    >>> normalised("الإعْلانُ: ١٢ Abc")
    ['الاعلان', '12', 'abc']
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).translate(_FOLDED))
    bare = "".join(_digit(c) for c in plain if unicodedata.category(c) != "Mn")
    return _WORD.findall(bare.lower())


def _digit(character: str) -> str:
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


def fingerprints(lines: Iterable[str]) -> Iterator[int]:
    """A number for each eight words in a row, over the ends of lines, and for short lines."""
    window: list[str] = []
    for line in lines:
        words = normalised(line)
        if SHORTEST <= len(words) < WORDS:
            yield _mark(words)
        for word in words:
            window.append(word)
            if len(window) == WORDS:
                yield _mark(window)
                del window[0]


def _mark(words: Sequence[str]) -> int:
    digest = hashlib.blake2b(" ".join(words).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def _lines(path: Path) -> Iterator[str]:
    size = path.stat().st_size
    if size > _LIMIT_FILE_BYTES:
        raise SettingsError(f"avoid: {path} has {size} bytes, at most {_LIMIT_FILE_BYTES} are read")
    try:
        if path.suffix.lower() == ".json":
            yield from _strings(json.loads(path.read_text("utf-8-sig")))
            return
        with path.open(encoding="utf-8-sig") as file:
            for line in file:
                if path.suffix.lower() == ".jsonl":
                    yield from _strings(json.loads(line) if line.strip() else "")
                else:
                    yield _TAG.sub(" ", line)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"avoid: {path} cannot be read: {error}") from error


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield from (_TAG.sub(" ", line) for line in value.splitlines())
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
