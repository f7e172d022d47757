"""A whole run: pages are sifted, a model is trained, read with, measured, and let through or not.

It does not know terminals; it tells a listener how far it is. What is done stays done: the same call
goes on at the newest checkpoint, and at the first held-out page that was not read.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vanguard.core.errors import SettingsError
from vanguard.core.settings import environment
from vanguard.documents.train import base_model, examples, left_out
from vanguard.documents.train.examples import Example
from vanguard.documents.train.folder import VERDICT, Folder, Promotion, Run
from vanguard.documents.train.gate import bar as bars
from vanguard.documents.train.gate import held_out
from vanguard.documents.train.gate.bar import Bar, Verdict
from vanguard.documents.train.settings import Recipe

LIBRARIES = ("torch", "transformers", "trl", "peft", "accelerate", "datasets")
EXTRA = "pip install 'vanguard-ai[documents,train]'"
# what was done, of how many, and what was measured
Listener = Callable[[str, int, int, Mapping[str, float]], None]
_BASE, _CANDIDATE = "base", "candidate"


@dataclass(frozen=True)
class Places:
    """Where things are.

    Attributes:
        data: pages to learn from; `held_out`: to measure on, None trains without a gate.
        base: the model's folder.
        avoid: benchmarks' folders.
    """

    data: Path
    base: Path
    out: Path
    held_out: Path | None = None
    avoid: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Report:
    """How a run went.

    Attributes:
        pages: that were learnt from; `left_out`: the others, by reason.
        model: the trained model's folder; None in a process that leaves writing to another.
        verdict: None without held-out pages.
        figures: of the candidate's reading.
    """

    pages: int
    left_out: dict[str, int]
    model: Path | None
    verdict: Verdict | None = None
    figures: dict[str, float | None] = field(default_factory=dict)


def require_libraries() -> None:
    """Raises SettingsError when a library of the extra is missing."""
    for name in LIBRARIES:
        if importlib.util.find_spec(name) is None:
            raise SettingsError(f"training needs {name}, which is not installed: {EXTRA}")


def run(recipe: Recipe, bar: Bar, places: Places, listen: Listener) -> Report:
    """Trains a model and lets it through if it is no worse than the bar.

    Raises:
        SettingsError: a setting or the base model cannot be used, or the folder holds another run.
        InvalidRequest: pages cannot be read, or none is left to learn from.
    """
    require_libraries()
    bars.check(bar)
    base_model.check(places.base)
    data = examples.load(places.data)
    measured = examples.load(places.held_out) if places.held_out else None
    known = measured.examples if measured else ()
    bars.check_pages(known, measured=measured is not None)
    sifted = left_out.sift(data.examples, known, places.avoid)
    from vanguard.documents.train.model import base, lengths  # noqa: PLC0415 - takes seconds to load

    processor = base.load_processor(places.base, recipe)
    kept, _ = lengths.fitting(sifted.kept, processor, recipe.max_tokens)
    left = {
        "benchmark": sifted.benchmark,
        "held_out": sifted.held_out,
        "too_long": len(sifted.kept) - len(kept),
    }
    if not kept:
        raise SettingsError(f"no page is left to learn from; left out were {_said(left)}")
    begun = Run(
        recipe=recipe,
        base=base_model.base_of(places.base),
        data=data.sha256,
        held_out=measured.sha256 if measured else {},
        pages=len(kept),
        left_out=left,
        versions={name: importlib.metadata.version(name) for name in ("vanguard-ai", *LIBRARIES)},
    )
    folder = Folder(places.out)
    folder.begin(begun)
    work = _Work(recipe, places, folder, processor, listen)
    model = folder.model() or work.train(kept, begun)
    # of several processes that train together the first one writes and measures
    if model is None or environment.read("RANK") not in (None, "0"):
        return Report(len(kept), left, None)
    if not known:
        return Report(len(kept), left, model)
    return work.gate(bar, known, model, begun)


def _said(left: Mapping[str, int]) -> str:
    return ", ".join(f"{count} ({reason})" for reason, count in left.items() if count) or "none"


@dataclass(frozen=True)
class _Work:
    """What both halves of a run need."""

    recipe: Recipe
    places: Places
    folder: Folder
    processor: Any
    listen: Listener

    def train(self, kept: Sequence[Example], begun: Run) -> Path | None:
        """The trained model's folder; None where another process writes it."""
        from vanguard.documents.train.model import base, fit, save, trained  # noqa: PLC0415 - as above

        model, step, writes = fit.fit(
            self.places.base,
            self.processor,
            kept,
            self.recipe,
            (self.folder.checkpoints, self.folder.log),
            lambda step, steps, logs: self.listen("step", step, steps, logs),
        )
        if not writes:
            return None
        with self.folder.new_model(step) as place:
            whole = trained.merged(model).to(base.served_dtype(self.recipe))
            save.save(whole, self.places.base, place, self.recipe)
            save.record(place, begun)
        return self.folder.model()

    def gate(self, bar: Bar, known: Sequence[Example], model: Path, begun: Run) -> Report:
        """Reads the held-out pages with the candidate, and the base if need be, and judges."""
        for one in known:
            held_out.write(self.folder.truth, one, one.answer)
        sums, figures = self._measured(_CANDIDATE, model, known)
        base_sums: list[held_out.Sums] | None = None
        base_figures: dict[str, float | None] = {}
        if bar.figures:
            base_sums, base_figures = self._measured(_BASE, self.places.base, known)
        verdict = bars.judge(bar, sums, base_sums)
        self.folder.write(VERDICT, verdict)
        if not verdict.passed:
            self.folder.demote()
        else:
            self.folder.promote(
                Promotion(
                    model=model.relative_to(self.folder.out).as_posix(),
                    at=datetime.now(UTC).isoformat(timespec="seconds"),
                    run=begun,
                    figures=figures,
                    base_figures=base_figures,
                    verdict=verdict,
                )
            )
        return Report(begun.pages, begun.left_out, model, verdict, figures)

    def _measured(
        self, name: str, model: Path, known: Sequence[Example]
    ) -> tuple[list[held_out.Sums], dict[str, float | None]]:
        reading = self.folder.reading(name)
        todo = [one for one in known if not held_out.place(reading, one).is_file()]
        if todo:
            self._read(name, model, todo, len(known))
        return held_out.scores(reading, self.folder.truth)

    def _read(self, name: str, model: Path, todo: Sequence[Example], count: int) -> None:
        from vanguard.documents.train.model import base, read  # noqa: PLC0415 - as above

        done = count - len(todo)

        def seen(example: Example, text: str) -> None:
            nonlocal done
            done += 1
            held_out.write(self.folder.reading(name), example, text)
            self.listen(f"page read by {name}", done, count, {})

        loaded = base.load_model(model, base.served_dtype(self.recipe))
        read.read(loaded, self.processor, todo, self.recipe.answer_tokens, seen)
