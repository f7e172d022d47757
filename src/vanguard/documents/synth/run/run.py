"""A whole run: what is left to do, by how many processes, packed as soon as a shard is whole.

It does not know terminals; it tells a listener how far it is.
"""

from __future__ import annotations

import errno
import importlib.metadata
import itertools
import multiprocessing
import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from vanguard.core.errors import PlatformError, SettingsError
from vanguard.documents.synth import guard
from vanguard.documents.synth.degrade import plan
from vanguard.documents.synth.dice import number
from vanguard.documents.synth.fonts import found
from vanguard.documents.synth.make import Settings
from vanguard.documents.synth.run import facts, pack, work
from vanguard.documents.synth.run.options import Options, Record, check
from vanguard.documents.synth.run.store import Run, Store
from vanguard.documents.synth.text.source import load

Listener = Callable[[int, int], None]
MOST_WORKERS = 256
# what the bytes of a page depend on besides the options
_PACKAGES = (
    "vanguard-ai",
    "uharfbuzz",
    "pypdf",
    "pypdfium2",
    "opencv-python-headless",
    "numpy",
    "pillow",
)
_AHEAD = 3  # pages that wait for a process, for each


@dataclass(frozen=True)
class Report:
    """How a run went.

    Attributes:
        made: pages of this call; `kept`: those that were whole already.
        refused_parts: paragraphs and headings that a benchmark has; `refused_pages`: tries of pages.
        faces: that were used to choose from; `skipped`: font files that cannot be used, and why.
        advice: what to install, when there are few faces; else empty.
    """

    made: int
    kept: int
    refused_parts: int
    refused_pages: int
    faces: int
    skipped: tuple[tuple[str, str], ...]
    advice: str


def run(options: Options, out: Path, workers: int, listen: Listener | None = None) -> Report:
    """Makes all pages that are not whole yet.

    One of `workers` processes is this one if it is the only one. `listen` is called with the number
    of whole pages, and of all.

    Raises:
        SettingsError: an option is wrong, or the folder holds something else.
        OSError: the disk is full or cannot be written; what is whole stays, and the run can go on.
    """
    check(options)
    pack.check(options.format)
    if not 1 <= workers <= MOST_WORKERS:
        raise SettingsError(f"workers: {workers} is not within 1 and {MOST_WORKERS}")
    fonts = found.find(tuple(map(Path, options.fonts)))
    settings = _settings(options, fonts)
    store = Store(out)
    store.begin(Run(options, _versions(settings)))
    progress = _Progress(store, options, listen or (lambda _whole, _all: None))
    kept = len(progress.whole)
    try:
        if not store.finished:
            _make(progress, work.Job(options, settings, out), workers)
    except OSError as error:
        raise _explained(error, len(progress.whole), options.pages, out) from error
    return Report(
        made=len(progress.whole) - kept,
        kept=kept,
        refused_parts=settings.texts.refused,
        refused_pages=progress.refused,
        faces=len(settings.faces),
        skipped=fonts.skipped,
        advice="" if len(fonts.body) >= found.ENOUGH else found.advice(len(fonts.faces)),
    )


def _versions(settings: Settings) -> dict[str, str]:
    """What the bytes of pages depend on besides the options: packages, fonts, texts."""
    versions = {name: importlib.metadata.version(name) for name in _PACKAGES}
    fonts = [(f.name, Path(f.path).name, Path(f.path).stat().st_size) for f in settings.faces]
    return versions | {
        "fonts": f"{number(*fonts):016x}",
        "texts": f"{number(*settings.texts.sections):016x}",
    }


def _settings(options: Options, fonts: found.Fonts) -> Settings:
    refuse = guard.read(tuple(map(Path, options.avoid))) if options.avoid else None
    faces = fonts.of(options.split)
    if not faces:
        raise SettingsError(
            f"split {options.split}: none of {len(fonts.faces)} faces is of it; {found.advice(len(fonts.faces))}"
        )
    texts = load(tuple(map(Path, options.text)), refuse).of(options.split)
    return Settings(
        faces, texts, plan.parse(options.degrade), options.split, options.dpi, options.paper, refuse
    )


class _Progress:
    """Which pages are whole; packs a shard as soon as all of its are."""

    def __init__(self, store: Store, options: Options, listen: Listener) -> None:
        self._store, self._options, self._listen = store, options, listen
        self.whole: set[int] = set()
        self.refused = 0
        for record in store.records(range(options.pages)):
            self._count(record)
        listen(len(self.whole), options.pages)

    def add(self, record: Record) -> None:
        """A page was made."""
        self._count(record)
        self.pack(record.page)
        self._listen(len(self.whole), self._options.pages)

    def pack(self, page: int) -> None:
        """Packs the shard of a page, if that is whole."""
        for pages in pack.shards(self._options.format, self._options.pages, page):
            if all(one in self.whole for one in pages):
                pack.shard(self._store, self._options.format, list(self._store.records(pages)))

    def finish(self) -> None:
        """All pages are whole."""
        pages = range(self._options.pages)
        # a run may have been killed between its last page and the packing of it
        for page in pages[:: pack.SHARD_PAGES]:
            self.pack(page)
        if self._options.format == "chat":
            pack.chat(self._store, self._store.records(pages))
        elif self._options.format == "facts":
            facts.write(self._store, self._store.records(pages), self._options.seed)
        self._store.finish(len(pages))

    def _count(self, record: Record) -> None:
        self.whole.add(record.page)
        self.refused += record.refused


def _make(progress: _Progress, job: work.Job, workers: int) -> None:
    todo = [page for page in range(job.options.pages) if page not in progress.whole]
    for record in _made(job, todo, min(workers, len(todo))):
        progress.add(record)
    progress.finish()


def _made(job: work.Job, todo: list[int], workers: int) -> Iterator[Record]:
    if workers <= 1:
        for number in todo:
            yield work.write(job, number)
        return
    # spawned processes have no locks or threads of this one
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="vanguard-synth-") as folder:
        path = Path(folder) / "job"
        work.hand_over(job, path)
        pool = ProcessPoolExecutor(workers, context, work.begin, (path,))
        try:
            yield from _results(pool, iter(todo), workers * _AHEAD)
        except BrokenProcessPool as error:
            raise PlatformError(
                "a process that made pages was killed, perhaps for want of memory; "
                "run the same command again, with fewer --workers, to go on"
            ) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _results(pool: ProcessPoolExecutor, todo: Iterator[int], most: int) -> Iterator[Record]:
    pending: set[Future[Record]] = set()
    while True:
        free = most - len(pending)
        pending |= {pool.submit(work.page, one) for one in itertools.islice(todo, free)}
        if not pending:
            return
        done, pending = wait(pending, return_when=FIRST_COMPLETED)
        for future in done:
            yield future.result()


def _explained(error: OSError, whole: int, pages: int, out: Path) -> OSError:
    """The same error with what to do about it, where that is known."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return error
    reason = os.strerror(error.errno)
    return OSError(
        error.errno,
        f"{reason}; {whole} of {pages} pages are whole: make room and run the same command again",
        str(out),
    )
