"""`vanguard documents read`.

It does not know how pages are read; it finds files, shows how far the work is, and writes what came.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from vanguard.cli.documents.asking import Asking, model_options
from vanguard.core.errors import InvalidRequest

if TYPE_CHECKING:
    from rich.progress import Progress

    from vanguard.documents.formats.registry import Format
    from vanguard.documents.reading.batch import BatchReader, FileRead
    from vanguard.flow.run import Step

_PAGE_S, _ASKED_PAGE_S = 120.0, 900.0
_FORMATS = ("markdown", "html", "json", "text", "alto", "page", "pdf")


@click.command()
@click.argument(
    "files", metavar="FILE_OR_FOLDER...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="A file, whose suffix names the format (.md, .html, .json, .txt, .xml, .zip, .pdf), or a"
    " folder. Without it one file's Markdown is printed.",
)
@click.option(
    "--format",
    "formats",
    type=click.Choice(_FORMATS),
    multiple=True,
    help="Of the files in an output folder; can be given several times.  [default: markdown]",
)
@click.option("--languages", default="ara", show_default=True, help="Of Tesseract, the main first.")
@click.option(
    "--tessdata",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Tesseract's language data, in place of the Arabic and English ones in the package.",
)
@click.option("--no-text-layer", is_flag=True, help="Read PDFs by their pictures alone.")
@model_options
@click.option("--password", default="", help="Of encrypted PDFs.")
@click.option(
    "--processes",
    type=click.IntRange(1, 256),
    help="At work at the same time.  [default: one for each core]",
)
@click.option(
    "--page-s",
    type=click.FloatRange(1),
    help="A page may take, by each reader.  [default: 120, 900 for a model]",
)
@click.option(
    "--work",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keeps what is done, so that a run that was ended goes on.  [default: .vanguard in an"
    " output folder]",
)
@click.option("--retry", is_flag=True, help="Try failed pages again, broken ones too.")
def read(
    *,
    files: tuple[Path, ...],
    output: Path | None,
    formats: tuple[str, ...],
    languages: str,
    tessdata: Path | None,
    no_text_layer: bool,
    reader: Literal["ocr", "vision", "both"],
    model: str | None,
    ask_by: Literal["region", "page"],
    at_once: int,
    url: str | None,
    home: str | None,
    password: str,
    processes: int | None,
    page_s: float | None,
    work: Path | None,
    retry: bool,
) -> int:
    """Read Arabic documents: PDFs, scans, photos.

    Folders are searched for PDF, PNG, JPEG, TIFF and WebP files. What is wrong with one file is said
    at the end, and never ends the others; the exit code is 1 then.
    """
    # imported here, for the overview of verbs loads none of it
    from vanguard.compose.batches import open_workshop  # noqa: PLC0415
    from vanguard.documents.reading.batch import BatchReader  # noqa: PLC0415
    from vanguard.documents.reading.output import find_files  # noqa: PLC0415
    from vanguard.documents.reading.stages import OpenFile, ReadPage  # noqa: PLC0415
    from vanguard.documents.reading.tiers.judge import JudgePage  # noqa: PLC0415

    wish = Asking(reader, model, ask_by, at_once, url, home)
    found = find_files(files, output)
    target = _target(output, formats, len(found))
    reading = ReadPage(
        languages=languages,
        tessdata=str(tessdata.resolve()) if tessdata else "",
        text_layers=not no_text_layer,
        password=password,
    )
    asking = wish.stage(password)
    seconds = page_s or (_PAGE_S if model is None else _ASKED_PAGE_S)
    with (
        _work_folder(work, target) as folder,
        open_workshop(folder, processes or os.cpu_count() or 1, seconds) as shop,
        _Progress(len(found), slowest=1 if asking is None else 2) as progress,
    ):
        batch = BatchReader(
            *shop,
            OpenFile(password),
            reading,
            asking,
            JudgePage(prefer=wish.prefer),
            retry=retry,
            heard=progress.step,
        )
        return _write_all(batch, found, target, progress)


@dataclass(frozen=True)
class _Target:
    """Where documents go: a folder, one file, or standard output when there is neither."""

    folder: Path | None
    file: Path | None
    formats: tuple[Format, ...]


def _target(output: Path | None, formats: tuple[str, ...], count: int) -> _Target:
    from vanguard.documents.formats.registry import format_named, format_of  # noqa: PLC0415

    chosen = tuple(format_named(name) for name in formats or ("markdown",))
    if output is None:
        if count > 1 or len(chosen) > 1:
            raise InvalidRequest("several files are written to a folder: name one with --output")
        return _Target(None, None, chosen)
    if output.is_dir() or count > 1 or not output.suffix:
        if output.exists() and not output.is_dir():
            raise InvalidRequest(f"{output} is a file; several documents need a folder")
        return _Target(output, None, chosen)
    if formats:
        raise InvalidRequest("--format is for output folders; a file's suffix names its format")
    return _Target(None, output, (format_of(output.name),))


@contextmanager
def _work_folder(work: Path | None, target: _Target) -> Iterator[Path]:
    if work is None and target.folder is not None:
        work = target.folder / ".vanguard"
    if work is not None:
        work.mkdir(parents=True, exist_ok=True)
        yield work
        return
    with tempfile.TemporaryDirectory(prefix="vanguard-") as folder:
        yield Path(folder)


def _write_all(
    batch: BatchReader, found: list[tuple[Path, Path]], target: _Target, progress: _Progress
) -> int:
    from vanguard.documents.reading.places import places  # noqa: PLC0415

    names = [name for _, name in found]
    where = {form.name: places(names, form.suffix) for form in target.formats}
    problems: list[str] = []
    for number, one in enumerate(batch.read([path for path, _ in found])):
        problems += _problems(one)
        if not one.problem:
            try:
                _write(one, target, {name: paths[number] for name, paths in where.items()})
            except (InvalidRequest, OSError) as error:
                problems.append(f"{one.path}: {error}")
        progress.file()
    for problem in problems:
        click.echo(f"vanguard: {problem}", err=True)
    return 1 if problems else 0


def _problems(one: FileRead) -> list[str]:
    if one.problem:
        return [f"{one.path}: {one.problem}"]
    failed = (page for page in one.document.pages if page.failed)
    return [
        *(f"{one.path}, page {page.number}: {page.failed}" for page in failed),
        *(
            f"{one.path}, page {number}: not read a second time: {why}"
            for number, why in one.not_asked
        ),
    ]


def _write(one: FileRead, target: _Target, names: dict[str, Path]) -> None:
    from vanguard.documents.reading.output import wishes_for, write  # noqa: PLC0415

    for form in target.formats:
        if target.folder is not None:
            write(one.document, one.path, form, target.folder / names[form.name])
        elif target.file is not None:
            write(one.document, one.path, form, target.file)
        else:
            form.write(one.document, sys.stdout.buffer, wishes_for(one.path, form))


class _Progress:
    """A bar for a person on a terminal: files, pages a second, and how long it will take."""

    def __init__(self, files: int, slowest: int) -> None:
        """`slowest` is the stage whose steps are shown as pages."""
        self._files = files
        self._slowest = slowest
        self._pages = 0
        self._bar: Progress | None = None

    def __enter__(self) -> _Progress:
        if not sys.stderr.isatty():
            return self
        from rich import progress  # noqa: PLC0415 - as above
        from rich.console import Console  # noqa: PLC0415 - only on a terminal

        self._bar = progress.Progress(
            progress.TextColumn("files"),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TextColumn("{task.fields[pages]} pages, {task.fields[pace]:.1f}/s"),
            progress.TimeRemainingColumn(),
            console=Console(file=sys.stderr),
        )
        self._task = self._bar.add_task("", total=self._files, pages=0, pace=0.0)
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def step(self, step: Step) -> None:
        """A step is over."""
        if step.stage != self._slowest:
            return
        self._pages += 1
        if self._bar is not None:
            passed = self._bar.tasks[0].elapsed or 0.0
            pace = self._pages / passed if passed else 0.0
            self._bar.update(self._task, pages=self._pages, pace=pace)

    def file(self) -> None:
        """A file is written."""
        if self._bar is not None:
            self._bar.advance(self._task)
