"""A run: items through the stages of a recipe, every step looked up before it is done.

It does not know what stages do, where outcomes are kept, nor who works. A run that was killed anywhere
goes on where it stood: what the ledger knows is not done again.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import msgspec

from vanguard.core.clock import Clock, SystemClock
from vanguard.flow.blob import hash_of
from vanguard.flow.ports import Blobs, Executor, Ledger, Outcome, Task
from vanguard.flow.stage import Stage, fingerprint

_LOOK_UP = 500
_RECORD_MOST = 64
_RECORD_S = 0.5


class Item(msgspec.Struct, frozen=True):
    """A value on its way.

    Attributes:
        key: of its blob.
        name: for people; unique where its maker made it so.
    """

    key: str
    name: str


@dataclass(frozen=True)
class Recipe:
    """Stages in their order; each takes what the one before it makes.

    Raises:
        ValueError: there is none, or two have one name.
    """

    name: str
    stages: tuple[Stage[Any], ...]

    def __post_init__(self) -> None:
        names = [stage.name for stage in self.stages]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"recipe {self.name!r} needs stages with different names: {names}")


class Step(msgspec.Struct, frozen=True):
    """News of a run.

    Attributes:
        stage: place in the recipe, from 0.
        known: the ledger had it; nothing was done.
        over, total: steps of this stage that are over, of how many.
    """

    stage: int
    outcome: Outcome
    known: bool
    over: int
    total: int


@dataclass
class Run:
    """One go of a recipe over items.

    Attributes:
        retry: failed steps are done again, those too that would fail alike.
        results: what the last stage made, in the order of the items; filled while `go` is read.
        failures: what failed, likewise.
    """

    recipe: Recipe
    ledger: Ledger
    blobs: Blobs
    executor: Executor
    retry: bool = False
    clock: Clock = field(default_factory=SystemClock)
    results: list[Item] = field(default_factory=list)
    failures: list[Outcome] = field(default_factory=list)

    def item(self, name: str, value: msgspec.Struct) -> Item:
        """Something for the first stage."""
        return Item(self.blobs.put(msgspec.json.encode(value)).sha256, name)

    def go(self, items: Iterable[Item]) -> Iterator[Step]:
        """Does what is not known yet; news of each step, as it is over.

        A failed step ends the way of its item alone. Whoever stops reading ends the run; what is over
        by then is kept.
        """
        self.results, self.failures = [], []
        flow = list(items)
        for place, stage in enumerate(self.recipe.stages):
            found: dict[str, Outcome] = {}
            tasks = _tasks(stage, flow)
            for step in self._through(place, tasks):
                found[step.outcome.step] = step.outcome
                yield step
            flow = list(self._made(tasks, found))
        self.results = flow

    def _through(self, place: int, tasks: Sequence[Task]) -> Iterator[Step]:
        distinct: dict[str, Task] = {}
        for task in tasks:
            distinct.setdefault(task.step, task)
        known = self._known(list(distinct))
        over = 0
        for outcome in known.values():
            over += 1
            yield Step(place, outcome, True, over, len(distinct))
        left = (task for step, task in distinct.items() if step not in known)
        for outcome in self._recorded(self.executor.run(left)):
            over += 1
            yield Step(place, outcome, False, over, len(distinct))

    def _known(self, steps: Sequence[str]) -> dict[str, Outcome]:
        found: dict[str, Outcome] = {}
        rest = iter(steps)
        while part := list(islice(rest, _LOOK_UP)):
            found.update(self.ledger.find(part))
        return {step: outcome for step, outcome in found.items() if self._stands(outcome)}

    def _stands(self, outcome: Outcome) -> bool:
        return outcome.status == "done" or not (self.retry or outcome.again)

    def _recorded(self, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
        """The outcomes, in the ledger before long; before anybody hears of a failure to come."""
        kept: list[Outcome] = []
        since = time.monotonic()
        try:
            for heard in outcomes:
                outcome = msgspec.structs.replace(heard, at_ms=self.clock.now_ms())
                kept.append(outcome)
                if len(kept) >= _RECORD_MOST or time.monotonic() - since > _RECORD_S:
                    self.ledger.record(kept)
                    kept, since = [], time.monotonic()
                yield outcome
        finally:
            if kept:
                self.ledger.record(kept)

    def _made(self, tasks: Sequence[Task], found: dict[str, Outcome]) -> Iterator[Item]:
        for task in tasks:
            outcome = found[task.step]
            if outcome.status == "failed":
                self.failures.append(msgspec.structs.replace(outcome, item=task.item))
            for produced in outcome.produced:
                yield Item(produced.key, task.item + produced.label)


def _tasks(stage: Stage[Any], items: Sequence[Item]) -> list[Task]:
    mark = fingerprint(stage).encode()
    if stage.whole:
        # the order in which members came is not a part of what they are
        keys = tuple(sorted({item.key for item in items}))
        step = hash_of((mark, *(key.encode() for key in keys)))
        return [Task(step, stage, keys, stage.name)] if keys else []
    return [
        Task(hash_of((mark, item.key.encode())), stage, (item.key,), item.name) for item in items
    ]
