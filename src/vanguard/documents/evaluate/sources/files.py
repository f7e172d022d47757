"""Finds the files of predictions and truth, pairs them by stem and page, and reads them.

It does not know scores. A prediction that cannot be read is a failed page and says why; a truth
that cannot be read is named, because its page cannot be scored at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from vanguard.core.errors import InvalidRequest
from vanguard.documents.evaluate.sources import html, markdown, pages
from vanguard.documents.evaluate.sources.content import Content, joined
from vanguard.documents.page import Document

# Where several files have one stem the first of these kinds is taken: it knows most.
SUFFIXES = (".json", ".md", ".html", ".txt")
# A page has some 10 KB, and a file without pages is compared as one.
MAX_FILE_BYTES = 4 * 1024 * 1024
# Boxes and confidences of a book of 1,000 pages.
MAX_JSON_BYTES = 64 * 1024 * 1024
MAX_PAGE_CHARS = MAX_FILE_BYTES
MAX_FILES = 200_000
# A file without pages is one page.
WHOLE = 0


class Pair(msgspec.Struct, frozen=True):
    """A page of the truth and what was read of it.

    Attributes:
        name: for people: the stem, and the page where there are several.
        document: the stem; what the intervals draw from.
        page: from 1; `WHOLE` where the file has no pages.
    """

    name: str
    document: str
    page: int
    truth: Content
    prediction: Content


class Pairs(msgspec.Struct, frozen=True):
    """All that is to be scored.

    Attributes:
        extra: predictions that no truth asks for.
        unreadable: truths that could not be read, and why.
        notes: what was decided on the way, for people.
    """

    pairs: tuple[Pair, ...]
    extra: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def pair(predictions: Path, truths: Path) -> Pairs:
    """Pairs two files, or the files of two folders, or the one file that a truth's stem names.

    Raises:
        InvalidRequest: there is nothing to pair, or a single prediction stands against a folder.
    """
    truth_files, notes = _files(truths)
    if truths.is_dir() and predictions.is_file():
        raise InvalidRequest(f"{predictions} is one file and {truths} a folder; give two of a kind")
    if not truth_files:
        kinds = ", ".join(SUFFIXES)
        raise InvalidRequest(
            f"{truths}: there is no truth in it; files of these kinds are: {kinds}"
        )
    found, more = _files(predictions)
    if predictions.is_file() and truths.is_file():
        found = {next(iter(truth_files)): predictions}
    pairs: list[Pair] = []
    extra = [str(found[stem]) for stem in sorted(found.keys() - truth_files.keys())]
    unreadable: list[str] = []
    for stem, path in sorted(truth_files.items()):
        try:
            truth = read(path)
        except InvalidRequest as error:
            unreadable.append(error.message)
            continue
        made, left = _paired(stem, truth, read_prediction(found.get(stem)))
        pairs += made
        extra += left
    if not pairs:
        raise InvalidRequest("\n".join(unreadable))
    alone = [] if truths.is_file() else extra
    return Pairs(tuple(pairs), tuple(alone), tuple(unreadable), tuple(notes + more))


def predictions_of(folder: Path, stems: set[str]) -> Mapping[str, dict[int, Content]]:
    """The pages of each of these documents; of a file it is the pages of the only one asked for.

    Raises:
        InvalidRequest: one file stands against several documents.
    """
    if folder.is_file() and len(stems) > 1:
        raise InvalidRequest(f"{folder} is one file and there are facts about {len(stems)}")
    found, _ = _files(folder)
    if folder.is_file():
        found = dict.fromkeys(stems, folder)
    return {stem: read_prediction(found.get(stem)) for stem in sorted(stems)}


def read(path: Path) -> dict[int, Content]:
    """The pages of a file by number; `WHOLE` alone where it has none.

    Raises:
        InvalidRequest: it cannot be read; the message begins with its name.
    """
    try:
        size = path.stat().st_size
        most = MAX_JSON_BYTES if path.suffix.lower() == ".json" else MAX_FILE_BYTES
        if size > most:
            raise InvalidRequest(
                f"{path}: {size:,} bytes, at most {most:,} are read; split it into pages"
            )
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InvalidRequest(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"{path}: no UTF-8 at byte {error.start}") from error
    return _parsed(path, text)


def read_prediction(path: Path | None) -> dict[int, Content]:
    """As `read`, but what cannot be read is a failed page."""
    if path is None:
        return {WHOLE: Content(failed="no prediction")}
    try:
        return read(path)
    except InvalidRequest as error:
        return {WHOLE: Content(failed=error.message)}


def _parsed(path: Path, text: str) -> dict[int, Content]:
    kind = path.suffix.lower()
    if kind == ".json":
        try:
            document = msgspec.json.decode(text, type=Document)
        except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
            raise InvalidRequest(f"{path}: no read document: {error}") from error
        found = pages.contents(document) or {WHOLE: Content(failed="a document without pages")}
        return {number: _bounded(content) for number, content in found.items()}
    if kind == ".html":
        return {WHOLE: html.content(text)}
    return {WHOLE: markdown.plain(text) if kind == ".txt" else markdown.content(text)}


def _bounded(content: Content) -> Content:
    size = len(content.markdown)
    if size <= MAX_PAGE_CHARS:
        return content
    return Content(failed=f"{size:,} characters on a page, at most {MAX_PAGE_CHARS:,} are compared")


def _files(place: Path) -> tuple[dict[str, Path], list[str]]:
    if place.is_file():
        if place.suffix.lower() not in SUFFIXES:
            raise InvalidRequest(f"{place}: read are files of these kinds: {', '.join(SUFFIXES)}")
        return {place.stem: place}, []
    if not place.is_dir():
        raise InvalidRequest(f"{place}: no such file or folder")
    found: dict[str, Path] = {}
    notes: list[str] = []
    for count, path in enumerate(sorted(place.rglob("*"))):
        if count >= MAX_FILES:
            raise InvalidRequest(f"{place}: more than {MAX_FILES:,} files")
        if path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        stem = path.relative_to(place).with_suffix("").as_posix()
        other = found.get(stem)
        if other is None or _rank(path) < _rank(other):
            found[stem] = path
        if other is not None:
            notes.append(f"{stem} is there several times in {place}; {found[stem].name} was taken")
    return found, notes


def _rank(path: Path) -> int:
    return SUFFIXES.index(path.suffix.lower())


def _paired(
    stem: str, truth: dict[int, Content], prediction: dict[int, Content]
) -> tuple[list[Pair], list[str]]:
    """Page by page where both sides have pages, else as a whole."""
    whole = prediction.get(WHOLE)
    if WHOLE in truth or (whole is not None and not whole.failed):
        both = joined(list(truth.values())), joined(list(prediction.values()))
        return [Pair(stem, stem, WHOLE, *both)], []
    absent = whole or Content(failed="no prediction of this page")
    made = [
        Pair(f"{stem}, page {number}", stem, number, content, prediction.get(number, absent))
        for number, content in truth.items()
    ]
    left = sorted(prediction.keys() - truth.keys() - {WHOLE})
    return made, [f"{stem}, page {number}" for number in left]


def each_reason(pairs: Pairs) -> Iterator[str]:
    """What people should know about the pairing, a line each."""
    yield from pairs.notes
    yield from (f"extra, not scored: {name}" for name in pairs.extra)
    yield from (f"truth cannot be read: {reason}" for reason in pairs.unreadable)
