"""Reads one document that was handed in, by the recipe of `vanguard documents read`, and shows its pages.

It does not know who asked, nor where it is written down. What was done before is not done again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from vanguard.core.errors import (
    DocumentLocked,
    DocumentTooLarge,
    DocumentUnreadable,
    ReadingError,
)
from vanguard.documents.page import Document
from vanguard.documents.reading.batch import BatchReader, FileRead
from vanguard.documents.reading.files import kind_of
from vanguard.documents.reading.limits import ReadingLimits
from vanguard.documents.reading.second.combine import Prefer
from vanguard.documents.reading.stages import OpenFile, ReadPage
from vanguard.documents.reading.tiers.judge import JudgePage
from vanguard.documents.reading.values import SourceFile
from vanguard.documents.reading.vision.stage import AskModel
from vanguard.documents.service.stages import Examine, Examined, PageToShow, Shown, ShowPage
from vanguard.flow.ports import Blobs, Executor, Ledger
from vanguard.flow.run import Recipe, Run, Step
from vanguard.flow.stage import Stage

READING_ERRORS: dict[str, type[ReadingError]] = {
    kind.code: kind for kind in (DocumentUnreadable, DocumentLocked, DocumentTooLarge)
}
_PASSES = 2  # a page whose process hung or died is tried once more
_READ = 1  # the place of reading in the recipe


class Heard(msgspec.Struct, frozen=True):
    """News: so many pages of so many are done."""

    pages: int
    done: int


class Come(msgspec.Struct, frozen=True):
    """What came of a document.

    Attributes:
        document: what is written on it.
        shown: pictures of those pages that can be shown.
        unasked: pages about which a model was to be asked and was not.
    """

    document: Document
    shown: tuple[Shown, ...]
    unasked: int = 0


@dataclass(frozen=True)
class Manner:
    """How a document is read.

    Attributes:
        asking: reads its pages again; None where OCR alone is to.
        prefer: whose reading is taken where two differ.
    """

    reading: ReadPage
    asking: AskModel | None = None
    prefer: Prefer = "plausible"


@dataclass(frozen=True)
class DocumentReader:
    """Reads documents in one workshop.

    Attributes:
        heard: is told of each step; what it raises ends the reading, and what is done by then is kept.
    """

    ledger: Ledger
    blobs: Blobs
    executor: Executor
    limits: ReadingLimits
    heard: Callable[[Heard], None] = lambda _: None

    def read(self, source: Path, name: str, manner: Manner) -> Come:
        """Everything that is written in a file.

        Args:
            source: the file.
            name: the document's, for people.
            manner: how its pages are read.

        Raises:
            ReadingError: it cannot be read, or none of its pages.
            StoreUnavailable: what is done cannot be kept.
        """
        pages = self._examine(source)
        self.heard(Heard(pages, 0))
        read = self._read(source, manner, pages)
        document = read.document
        failed = [page for page in document.pages if page.failed]
        if len(failed) == len(document.pages):
            more = f" (page 1 of {pages})" if pages > 1 else ""
            raise DocumentUnreadable(f"{failed[0].failed}{more}" if failed else "It has no pages.")
        shown = self._show(source, document)
        return Come(msgspec.structs.replace(document, source=name), shown, len(read.not_asked))

    def _examine(self, source: Path) -> int:
        file = SourceFile(self.blobs.link(source).sha256)
        run, found = self._run((Examine(limits=self.limits),), [(str(source), file)])
        if not found:
            raise DocumentUnreadable(f"The file cannot be opened: {run.failures[0].error}.")
        examined = msgspec.json.decode(found[0], type=Examined)
        if examined.error_type:
            raise READING_ERRORS.get(examined.error_type, DocumentUnreadable)(examined.error)
        return examined.pages

    def _read(self, source: Path, manner: Manner, pages: int) -> FileRead:
        readers = 1 if manner.asking is None else 2
        for _ in range(_PASSES):
            again = False
            over: dict[int, int] = {}

            def step(step: Step) -> None:
                nonlocal again
                again = again or step.outcome.again
                if step.stage >= _READ:
                    over[step.stage] = step.over  # noqa: B023 - it is called within its pass alone
                    # by two readers a page is half done after the first
                    self.heard(Heard(pages, sum(over.values()) // readers))  # noqa: B023 - as above

            batch = BatchReader(
                self.ledger,
                self.blobs,
                self.executor,
                OpenFile(limits=self.limits),
                manner.reading,
                manner.asking,
                JudgePage(prefer=manner.prefer),
                heard=step,
            )
            (read,) = batch.read([source])
            if read.problem:
                raise DocumentUnreadable(read.problem)
            if not again:
                break
        return read

    def _show(self, source: Path, document: Document) -> tuple[Shown, ...]:
        """Pictures of its pages, laid as they were read."""
        kind = kind_of(source)
        blob = self.blobs.link(source).sha256
        pages = [
            (f"{source}#{page.number}", PageToShow(blob, kind, page.number, page.original))
            for page in document.pages
        ]
        _, found = self._run((ShowPage(limits=self.limits),), pages)
        shown = (msgspec.json.decode(one, type=Shown) for one in found)
        return tuple(sorted(shown, key=lambda one: one.number))

    def _run(
        self, stages: tuple[Stage[Any], ...], given: Sequence[tuple[str, msgspec.Struct]]
    ) -> tuple[Run, list[bytes]]:
        run = Run(Recipe("documents.service", stages), self.ledger, self.blobs, self.executor)
        for step in run.go([run.item(name, value) for name, value in given]):
            self.heard(Heard(0, 0))
            del step
        return run, [self.blobs.get(one.key) for one in run.results]
