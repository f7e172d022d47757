"""`vanguard documents synth`.

It does not know how a page is made; it reads options and shows how far the run is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vanguard.cli.output import note

if TYPE_CHECKING:
    from vanguard.documents.synth.run.options import Options
    from vanguard.documents.synth.run.run import Report

_FORMATS = ("folder", "webdataset", "parquet", "chat", "facts")
_FOLDER = click.Path(file_okay=False, path_type=Path)
_SHOWN = 5


@click.command()
@click.argument("out", type=_FOLDER)
@click.option("--pages", type=int, metavar="N", required=True, help="How many pages.")
@click.option(
    "--seed",
    type=int,
    metavar="S",
    default=0,
    show_default=True,
    help="The same seed, the same bytes.",
)
@click.option(
    "--kinds",
    metavar="NAMES",
    help="Of plain, two_columns, three_columns, vocalised, mixed_digits, ruled_table, borderless_table,"
    " tatweel, skewed_scan, shaded_scan, sidebar, footnotes, letter, invoice, in turn.  [default: all]",
)
@click.option(
    "--degrade",
    metavar="WHAT",
    default="mixed",
    show_default=True,
    help="none; mixed (half stay clean, the others get 1 to 3 transforms) or mixed:1 (weak ones);"
    " or names of transforms and families with strengths, such as skew:2,jpeg,light:1.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="folder",
    show_default=True,
    help="How to pack them; chat for training, facts for a test set of statements.",
)
@click.option(
    "--split",
    type=click.Choice(("all", "train", "held-out")),
    default="all",
    show_default=True,
    help="Fonts, texts and families of transforms: train and held-out share none.",
)
@click.option("--dpi", type=int, default=200, show_default=True, help="Of images, 50 to 600.")
@click.option(
    "--image",
    type=click.Choice(("png", "jpeg")),
    default="png",
    show_default=True,
    help="Their format.",
)
@click.option("--paper", metavar="WxH", help="Of each page, in points.  [default: by chance]")
@click.option(
    "--fonts", type=_FOLDER, multiple=True, help="Fonts in this folder alone; may be repeated."
)
@click.option(
    "--text", type=_FOLDER, multiple=True, help="Texts (.txt, .md) of this folder; may be repeated."
)
@click.option(
    "--avoid",
    type=_FOLDER,
    multiple=True,
    help="A benchmark: no page has text of it; may be repeated.",
)
@click.option("--workers", type=int, metavar="N", help="Processes.  [default: one a core]")
def synth(*, out: Path, workers: int | None, **asked: object) -> int:
    """Make synthetic Arabic pages with exact truth.

    Each page is an image, a born-digital PDF, its text as Markdown, and JSON with blocks, lines and words in
    reading order and their boxes. manifest.jsonl says of each its seed, font, texts with licences,
    transforms and hashes. A run that was stopped goes on when the same command is given again.
    """
    from vanguard.documents.synth.run.run import run  # noqa: PLC0415 - not for --help

    with _shown() as listen:
        report = run(_options(asked), out, workers or os.cpu_count() or 1, listen)
    _say(report, out)
    return 0


def _options(asked: dict[str, object]) -> Options:
    import msgspec  # noqa: PLC0415 - not for --help

    from vanguard.documents.synth.run.options import Options  # noqa: PLC0415 - not for --help

    kinds, paper = asked.pop("kinds"), asked.pop("paper")
    asked["format"] = asked.pop("form")
    asked["split"] = str(asked["split"]).replace("-", "_")
    for name in ("fonts", "text", "avoid"):
        folders = asked[name]
        asked[name] = [str(folder) for folder in folders] if isinstance(folders, tuple) else []
    if kinds:
        asked["kinds"] = [name.strip() for name in str(kinds).split(",") if name.strip()]
    if paper:
        asked["paper"] = _paper(str(paper))
    return msgspec.convert(asked, Options)


def _paper(text: str) -> tuple[float, float]:
    width, _, height = text.lower().partition("x")
    try:
        paper = float(width), float(height)
    except ValueError:
        paper = 0.0, 0.0
    if not all(100 <= side <= 3000 for side in paper):
        raise click.UsageError(
            f"--paper wants WIDTHxHEIGHT in points, each 100 to 3000, not {text!r}"
        )
    return paper


@contextmanager
def _shown() -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, where a person sees it."""
    from rich.console import Console  # noqa: PLC0415 - not for --help
    from rich.progress import (  # noqa: PLC0415 - not for --help
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("pages", total=None, rate="")

        def listen(whole: int, pages: int) -> None:
            speed = progress.tasks[0].speed if progress.tasks else None
            progress.update(
                task, completed=whole, total=pages, rate=f"{speed:.1f} pages/s" if speed else ""
            )

        yield listen


def _say(report: Report, out: Path) -> None:
    for path, reason in report.skipped[:_SHOWN]:
        note(f"font left out: {path}: {reason}")
    if len(report.skipped) > _SHOWN:
        note(f"and {len(report.skipped) - _SHOWN} more fonts left out")
    if report.advice:
        note(report.advice)
    if report.refused_parts or report.refused_pages:
        note(
            f"refused as parts of a benchmark: {report.refused_parts} passages, {report.refused_pages} pages"
        )
    kept = f" ({report.kept} were there)" if report.kept else ""
    click.echo(f"{report.made} pages made{kept} with {report.faces} faces: {out}")
