"""What people decided about blocks, as pairs to train with: a picture, the text as it was read, the right one.

It does not know pictures or queues. Nothing is held but one pair and the list of documents; what comes of
more pairs than one answer may have is said in the manifest.
"""

from __future__ import annotations

import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import msgspec

from vanguard.control.documents.ports import Crop, Tools
from vanguard.core.errors import RouteNotFound
from vanguard.review.ports import ReviewStore
from vanguard.review.values import Decided
from vanguard.store.documents.records import DocumentRecord, PageImage

KIND = "documents.block"
FORM = 1
MOST_PAIRS = 50_000
_AT_ONCE = 20  # each may have a payload of a quarter of a MiB
_GONE = "document_deleted"
_Picture = tuple[PageImage, Path]
_NOT_STATED = "not stated; whoever handed the document in has to know"


class Pair(msgspec.Struct, frozen=True):
    """A line of `pairs.jsonl`.

    Attributes:
        image: the picture's name in the archive.
        box: of the block, in points from the page's top left corner.
        before, after: the text as it was read, and the right one; the same where it was accepted.
        sha256: of the document's file.
    """

    id: str
    image: str
    document: str
    name: str
    sha256: str
    page: int
    block: int
    box: tuple[float, float, float, float]
    page_size: tuple[float, float]
    kind: str
    direction: str
    reader: str
    confidence: float | None
    verdict: str
    before: str
    after: str
    reviewer: str
    at: str


class _Seen(msgspec.Struct, frozen=True):
    """The part of a task's payload that is wanted."""

    document: str
    page: int
    block: int
    page_size: tuple[float, float]
    text: str
    box: tuple[float, float, float, float] | None = None
    kind: str = ""
    direction: str = ""
    reader: str = ""
    confidence: float | None = None


class _Value(msgspec.Struct, frozen=True):
    """What a reviewer corrects a block to."""

    text: str


class Pages(Protocol):
    """Where documents and the pictures of their pages are."""

    def get(self, document_id: str) -> DocumentRecord:
        """One document; raises RouteNotFound."""
        ...

    def page_image(self, document_id: str, number: int) -> tuple[PageImage, Path]:
        """The picture of a page and its file; raises RouteNotFound."""
        ...


class Export:
    """One export of a queue's pairs.

    Attributes:
        next: cursor of what follows when it is over; empty at the end.
    """

    def __init__(
        self, reviews: ReviewStore, pages: Pages, tools: Tools, queue: str, after: str = ""
    ) -> None:
        self._reviews = reviews
        self._pages = pages
        self._tools = tools
        self._queue = queue
        self._left_out: dict[str, int] = {}
        self._documents: dict[str, dict[str, Any]] = {}
        self._number = 0
        self.next = after

    def lines(self) -> Iterator[bytes]:
        """All pairs as lines of JSON, without their pictures."""
        for pair, _ in self._pairs(None):
            yield msgspec.json.encode(pair) + b"\n"

    def archive(self, most: int = MOST_PAIRS) -> Iterator[bytes]:
        """A ZIP: `crops/…png`, `pairs.jsonl` and `manifest.json`, in pieces as they are made."""
        sink = _Sink()
        with (
            tempfile.TemporaryFile() as lines,
            zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive,  # PNGs are small already
        ):
            for pair, picture in self._pairs(most):
                crop = Crop(picture[1], pair.box, pair.page_size, picture[0].turned)
                try:
                    data = self._tools.crop(crop)
                except FileNotFoundError:
                    self._take_back(pair)
                    continue
                archive.writestr(pair.image, data)
                lines.write(msgspec.json.encode(pair) + b"\n")
                yield sink.taken()
            lines.seek(0)
            with archive.open("pairs.jsonl", "w") as member:
                shutil.copyfileobj(lines, member)
            yield sink.taken()
            manifest = msgspec.json.format(msgspec.json.encode(self.manifest()), indent=2)
            archive.writestr("manifest.json", manifest)
        yield sink.taken()

    def manifest(self) -> dict[str, Any]:
        """What the pairs are made of, and what was left out."""
        return {
            "form": FORM,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "queue": self._queue,
            "pairs": self._number,
            "next": self.next or None,
            "left_out": self._left_out,
            "documents": list(self._documents.values()),
        }

    def _pairs(self, most: int | None) -> Iterator[tuple[Pair, _Picture]]:
        while most is None or self._number < most:
            limit = _AT_ONCE if most is None else min(_AT_ONCE, most - self._number)
            page = self._reviews.decided(self._queue, after=self.next, limit=limit)
            for one in page.found:
                made = self._pair(one)
                if made is not None:
                    yield made
            self.next = page.next
            if not page.next:
                return

    def _pair(self, one: Decided) -> tuple[Pair, _Picture] | None:
        """The pair and its page's picture; None where it is left out."""
        try:
            seen, after = _understood(one)
        except LookupError as error:
            self._leave_out(str(error.args[0]))
            return None
        try:
            record = self._pages.get(seen.document)
            picture = self._pages.page_image(seen.document, seen.page)
        except RouteNotFound:
            self._leave_out(_GONE)
            return None
        self._number += 1
        about = self._documents.setdefault(record.id, _about(record))
        about["pairs"] += 1
        return _pair(one, seen, after, record), picture

    def _leave_out(self, why: str) -> None:
        self._left_out[why] = self._left_out.get(why, 0) + 1

    def _take_back(self, pair: Pair) -> None:
        """The document was deleted while this was made."""
        self._number -= 1
        self._documents[pair.document]["pairs"] -= 1
        self._leave_out(_GONE)


def _understood(one: Decided) -> tuple[_Seen, str]:
    """What was seen, and the right text; raises LookupError with a word where that is not to be had."""
    if one.task.kind != KIND:
        raise LookupError("other_kind")
    if one.decision.verdict not in ("accept", "correct"):
        raise LookupError(one.decision.verdict)
    try:
        seen = msgspec.convert(one.task.payload, _Seen)
        if one.decision.verdict == "accept":
            after = seen.text
        else:
            after = msgspec.convert(one.decision.value, _Value).text
    except msgspec.ValidationError:
        raise LookupError("not_understood") from None
    if seen.box is None:
        raise LookupError("without_a_place")
    return seen, after


def _about(record: DocumentRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "name": record.name,
        "sha256": record.sha256,
        "licence": record.wishes.licence or _NOT_STATED,
        "pairs": 0,
    }


def _pair(one: Decided, seen: _Seen, after: str, record: DocumentRecord) -> Pair:
    return Pair(
        id=one.task.id,
        image=f"crops/{one.task.id}.png",
        document=record.id,
        name=record.name,
        sha256=record.sha256,
        page=seen.page,
        block=seen.block,
        box=seen.box or (0, 0, 0, 0),
        page_size=seen.page_size,
        kind=seen.kind,
        direction=seen.direction,
        reader=seen.reader,
        confidence=seen.confidence,
        verdict=one.decision.verdict,
        before=seen.text,
        after=after,
        reviewer=one.decision.reviewer,
        at=datetime.fromtimestamp(one.decision.at_ms / 1000, UTC).isoformat(timespec="seconds"),
    )


class _Sink(io.RawIOBase):
    """Takes what a ZIP's writer writes, until it is taken on; it cannot go back."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Keeps a part."""
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)
