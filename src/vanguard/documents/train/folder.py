"""The folder of a run: what it was begun with, its checkpoints, its model, and what was promoted.

It does not know how a model is trained. A folder holds one run: the same command goes on in it, and
another recipe, base or data set is refused, because nobody could say what its model came from.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from vanguard.core.errors import SettingsError
from vanguard.documents.train.base_model import Base
from vanguard.documents.train.gate.bar import Verdict
from vanguard.documents.train.settings import Recipe

RUN, VERDICT, PROMOTED = "run.json", "verdict.json", "promoted.json"
LINK = "promoted"
_PART = ".part"


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What decides the weights of a run.

    Attributes:
        data, held_out: hashes of the files with the pages, by name.
        pages: that were learnt from; `left_out`: the others, by reason.
        versions: of the libraries.
    """

    recipe: Recipe
    base: Base
    data: dict[str, str]
    held_out: dict[str, str]
    pages: int
    left_out: dict[str, int]
    versions: dict[str, str]


class Promotion(msgspec.Struct, frozen=True, kw_only=True):
    """What `promoted.json` says.

    Attributes:
        model: the folder, relative to the file.
        at: when, UTC.
        figures: all figures of the candidate's reading of the held-out pages.
    """

    model: str
    at: str
    run: Run
    figures: dict[str, float | None]
    base_figures: dict[str, float | None]
    verdict: Verdict


class Folder:
    """A run's folder."""

    def __init__(self, out: Path) -> None:
        self.out = out

    @property
    def checkpoints(self) -> Path:
        """Where the trainer keeps its states."""
        return self.out / "checkpoints"

    @property
    def log(self) -> Path:
        """A line for each logged step."""
        return self.out / "training.jsonl"

    @property
    def truth(self) -> Path:
        """The Markdown of the held-out pages."""
        return self.out / "held_out" / "truth"

    def reading(self, name: str) -> Path:
        """What a model read of the held-out pages."""
        return self.out / "held_out" / name

    def model(self) -> Path | None:
        """The trained model, when it is whole."""
        found = sorted(self.out.glob("models/step-*[0-9]"))
        return found[-1] if found else None

    def begin(self, run: Run) -> None:
        """Makes the folder, or goes on in it.

        Raises:
            SettingsError: something else is in it, or another run.
        """
        kept = self.out / RUN
        if kept.is_file():
            _same(run, msgspec.json.decode(kept.read_bytes(), type=Run), self.out)
            return
        if self.out.exists() and not self._is_new():
            raise SettingsError(f"{self.out} holds something else; name a new folder")
        self.out.mkdir(parents=True, exist_ok=True)
        self.write(RUN, run)

    def _is_new(self) -> bool:
        """Whether nothing is in the folder but what another process of this run is just writing."""
        ours = f".{RUN}."
        return self.out.is_dir() and all(
            path.name == RUN or path.name.startswith(ours) for path in self.out.iterdir()
        )

    def write(self, name: str, value: object) -> None:
        """Writes a value as JSON, whole or not at all."""
        path = self.out / name
        # several processes of one run may begin at the same time, with the same bytes
        part = path.with_name(f".{name}.{os.getpid()}{_PART}")
        part.write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
        part.replace(path)

    @contextmanager
    def new_model(self, step: int) -> Iterator[Path]:
        """A folder to write a model to, which gets its name when it is whole."""
        path = self.out / "models" / f"step-{step:08d}"
        part = path.with_name(path.name + _PART)
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        yield part
        part.replace(path)

    def promote(self, promotion: Promotion) -> None:
        """Lets a model through: the link points to it, and the file says why."""
        part = self.out / f".{LINK}{_PART}"
        part.unlink(missing_ok=True)
        part.symlink_to(promotion.model, target_is_directory=True)
        self.write(PROMOTED, promotion)
        part.replace(self.out / LINK)

    def demote(self) -> None:
        """Takes back what was promoted in this folder: its model was judged anew, and fell through."""
        (self.out / LINK).unlink(missing_ok=True)
        (self.out / PROMOTED).unlink(missing_ok=True)


def _same(asked: Run, kept: Run, out: Path) -> None:
    for name in Recipe.__struct_fields__:
        wanted, there = getattr(asked.recipe, name), getattr(kept.recipe, name)
        if wanted != there:
            raise SettingsError(
                f"{out} holds a run with {name} {there!r}, not {wanted!r}; "
                "go on with the same settings, or name a new folder"
            )
    pairs = {
        "another base model": (asked.base.sha256, kept.base.sha256),
        "another data set": (asked.data, kept.data),
        "other held-out pages": (asked.held_out, kept.held_out),
        "another choice of pages": (asked.left_out, kept.left_out),
        "other library versions": (asked.versions, kept.versions),
    }
    for what, (wanted, there) in pairs.items():
        if wanted != there:
            raise SettingsError(f"{out} holds a run with {what}; name a new folder")
