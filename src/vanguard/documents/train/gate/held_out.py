"""Scores what a model read of the held-out pages.

It does not know models; readings are files, so that `documents evaluate` can look at the same ones.
"""

from __future__ import annotations

from pathlib import Path

from vanguard.documents.evaluate.figures import FIGURES
from vanguard.documents.evaluate.forms import strict
from vanguard.documents.evaluate.metrics import bootstrap
from vanguard.documents.evaluate.run import score_page
from vanguard.documents.evaluate.sources.files import pair
from vanguard.documents.train.examples import Example

Sums = dict[str, list[float]]
_SUFFIX = ".md"


def write(folder: Path, example: Example, text: str) -> None:
    """Keeps what was read of a page."""
    path = place(folder, example)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, "utf-8")
    part.replace(path)


def place(folder: Path, example: Example) -> Path:
    """The file of a page."""
    return folder / f"{example.name}{_SUFFIX}"


def scores(read: Path, truth: Path) -> tuple[list[Sums], dict[str, float | None]]:
    """The sums of each page, in the order of their names, and the figures of all.

    Raises:
        InvalidRequest: there is nothing to pair.
    """
    sums = [score_page(one, strict.FORM)[1] for one in pair(read, truth).pairs]
    total = bootstrap.summed(sums)
    return sums, {name: figure(total) for name, figure in FIGURES.items()}
