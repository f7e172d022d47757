"""Many files through the stages of reading, a few at a time, each a document when its pages are over.

It does not know where results are written, nor how progress is shown. Whatever is wrong with one file
stands in its document, and never ends the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import msgspec

from vanguard.documents.page import Document, Page
from vanguard.documents.reading.stages import OpenFile, ReadPage, SourceFile
from vanguard.documents.reading.tiers.judge import JudgePage
from vanguard.flow.ports import Blobs, Executor, Ledger
from vanguard.flow.run import Item, Recipe, Run, Step

_FILES = 64  # of which pages are under way at the same time


class FileRead(msgspec.Struct, frozen=True):
    """What came of one file.

    Attributes:
        problem: why there is no document; empty where there is one, be it with failed pages.
    """

    path: Path
    document: Document
    problem: str = ""


@dataclass(frozen=True)
class BatchReader:
    """Reads files.

    Attributes:
        opening, reading: the stages whose results are kept.
        judging: gives tiers; so quick that it is done anew each time.
        retry: pages that failed are tried again, those too that would fail alike.
        heard: is told of each step as it is over.
    """

    ledger: Ledger
    blobs: Blobs
    executor: Executor
    opening: OpenFile
    reading: ReadPage
    judging: JudgePage = field(default_factory=JudgePage)
    retry: bool = False
    heard: Callable[[Step], None] = lambda _: None

    def read(self, files: Sequence[Path]) -> Iterator[FileRead]:
        """What came of each file, in their order."""
        rest = iter(files)
        while part := list(islice(rest, _FILES)):
            yield from self._some(part)

    def _some(self, files: Sequence[Path]) -> Iterator[FileRead]:
        recipe = Recipe("documents.read", (self.opening, self.reading))
        run = Run(recipe, self.ledger, self.blobs, self.executor, self.retry)
        problems: dict[Path, str] = {}
        hashes: dict[Path, str] = {}
        items: list[Item] = []
        for path in files:
            try:
                hashes[path] = self.blobs.link(path).sha256
            except OSError as error:
                problems[path] = f"The file cannot be read: {error.strerror or error}."
                continue
            items.append(run.item(str(path), SourceFile(hashes[path])))
        for step in run.go(items):
            self.heard(step)
        pages = self._pages(run)
        for failure in run.failures:
            if failure.stage == self.opening.name:
                problems[Path(failure.item)] = failure.error
        for path in files:
            found = sorted(pages.get(str(path), []), key=lambda page: page.number)
            document = Document(tuple(found), path.name, hashes.get(path, ""))
            yield FileRead(path, document, problems.get(path, ""))

    def _pages(self, run: Run) -> dict[str, list[Page]]:
        """Pages by their file's name, failed ones among them."""
        pages: dict[str, list[Page]] = {}
        for item in run.results:
            name = item.name.rpartition("#")[0]
            page = msgspec.json.decode(self.blobs.get(item.key), type=Page)
            pages.setdefault(name, []).append(self.judging.judged(page))
        for failure in run.failures:
            if failure.stage == self.reading.name:
                name, _, number = failure.item.rpartition("#")
                failed = Page(int(number), 0.0, 0.0, failed=failure.error)
                pages.setdefault(name, []).append(failed)
        return pages
