"""Many files through the stages of reading, a few at a time, each a document when its pages are over.

It does not know where results are written, nor how progress is shown. Whatever is wrong with one file
stands in its document, and never ends the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import msgspec

from vanguard.documents.page import Document, Page
from vanguard.documents.reading.stages import OpenFile, ReadPage
from vanguard.documents.reading.tiers.judge import JudgePage
from vanguard.documents.reading.values import PageRead, SourceFile
from vanguard.flow.ports import Blobs, Executor, Ledger
from vanguard.flow.run import Item, Recipe, Run, Step
from vanguard.flow.stage import Stage

_Place = tuple[str, int]
_ASKING = 2  # where the stage stands, behind those of the first run
_FILES = 64  # of which pages are under way at the same time


class FileRead(msgspec.Struct, frozen=True):
    """What came of one file.

    Attributes:
        problem: why there is no document; empty where there is one, be it with failed pages.
        not_asked: pages about which the second reader could not be asked, by number, with the reasons.
    """

    path: Path
    document: Document
    problem: str = ""
    not_asked: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class BatchReader:
    """Reads files.

    Attributes:
        opening, reading: the stages whose results are kept.
        asking: reads the pages again, such as `AskModel`; None where nobody is to.
        judging: gives tiers; so quick that it is done anew each time.
        retry: pages that failed are tried again, those too that would fail alike.
        heard: is told of each step as it is over.
    """

    ledger: Ledger
    blobs: Blobs
    executor: Executor
    opening: OpenFile
    reading: ReadPage
    asking: Stage[PageRead] | None = None
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
        read, not_asked = self._asked(run.results)
        pages = self._pages(read, not_asked)
        for failure in run.failures:
            if failure.stage == self.opening.name:
                problems[Path(failure.item)] = failure.error
            else:
                name, number = _place(failure.item)
                pages.setdefault(name, []).append(Page(number, 0.0, 0.0, failed=failure.error))
        for path in files:
            found = sorted(pages.get(str(path), []), key=lambda page: page.number)
            document = Document(tuple(found), path.name, hashes.get(path, ""))
            missed = tuple(
                (number, why)
                for (name, number), why in sorted(not_asked.items())
                if name == str(path)
            )
            yield FileRead(path, document, problems.get(path, ""), missed)

    def _asked(self, read: list[Item]) -> tuple[list[Item], dict[_Place, str]]:
        """The pages with a model's answers, and without them where it could not be asked, and why."""
        if self.asking is None or not read:
            return read, {}
        recipe = Recipe("documents.ask", (self.asking,))
        run = Run(recipe, self.ledger, self.blobs, self.executor, self.retry)
        for step in run.go(read):
            self.heard(msgspec.structs.replace(step, stage=_ASKING))
        failed = {_place(failure.item): failure.error for failure in run.failures}
        return [*run.results, *(item for item in read if _place(item.name) in failed)], failed

    def _pages(self, read: list[Item], not_asked: Mapping[_Place, str]) -> dict[str, list[Page]]:
        """Pages with their tiers, by their file's name."""
        pages: dict[str, list[Page]] = {}
        for item in read:
            place = _place(item.name)
            page = msgspec.json.decode(self.blobs.get(item.key), type=PageRead)
            page = msgspec.structs.replace(page, model_failed=not_asked.get(place, ""))
            pages.setdefault(place[0], []).append(self.judging.judged(page))
        return pages


def _place(item: str) -> _Place:
    """A page's file and number, by its item's name."""
    name, _, number = item.rpartition("#")
    return name, int(number)
