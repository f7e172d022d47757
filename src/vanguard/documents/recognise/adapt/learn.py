"""Goes on with the training of a network for lines: connectionist temporal classification, AdamW.

It does not know what the lines say. The rate rises for some steps, stays, and falls to nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from vanguard.documents.images.raster import Grey
from vanguard.documents.recognise.adapt.batches import Batch, batches, contrasted
from vanguard.documents.recognise.adapt.net import STEP_PX, LineNet
from vanguard.documents.synth.dice import noise

Labelled = tuple[Grey, list[int]]


@dataclass(frozen=True)
class Course:
    """How it is trained.

    Attributes:
        steps: of one batch each; `columns`: of pixels in a batch.
        rate: of learning, at its highest; the last layer, which got new letters, learns twice as fast.
        warm: steps in which the rate rises; `level`: the share of steps before it falls.
        halves: layers compute with 16 bits, half as long again as fast; sums and weights have 32.
    """

    seed: int = 1
    steps: int = 924
    columns: int = 68_000
    rate: float = 1e-3
    warm: int = 150
    level: float = 0.4
    halves: bool = True

    def rate_at(self, step: int) -> float:
        """The rate of a step, the first of which is 0."""
        done = step / self.steps
        return self.rate * min(1.0, (step + 1) / self.warm, (1 - done) / (1 - self.level))


def train(
    net: LineNet,
    lines: Sequence[Labelled],
    null: int,
    course: Course,
    said: Callable[[int, float], None],
) -> None:
    """Teaches the net these lines; `said` is told of each step its loss.

    `null` is the class that says nothing.

    Raises:
        ValueError: there are no lines.
    """
    if not lines:
        raise ValueError("no lines to train on")
    torch.set_num_threads(1)
    torch.manual_seed(course.seed)
    optimiser = torch.optim.AdamW(
        [{"params": some, "times": times} for some, times in _groups(net)],
        course.rate,
        betas=(0.9, 0.99),
        weight_decay=0.0,
    )
    net.train()
    for step, batch in enumerate(itertools.islice(_endless(lines, course), course.steps)):
        for group in optimiser.param_groups:
            group["lr"] = group["times"] * course.rate_at(step)
        loss = _loss(net, batch, null, halves=course.halves)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        said(step + 1, loss.item())
    net.eval()


def _groups(net: LineNet) -> Iterator[tuple[list[nn.Parameter], float]]:
    last = list(net.output.parameters())
    known = {id(one) for one in last}
    yield [one for one in net.parameters() if id(one) not in known], 1.0
    yield last, 2.0


def _endless(lines: Sequence[Labelled], course: Course) -> Iterator[Batch]:
    chance = noise("adapt", course.seed)
    while True:
        yield from batches(lines, course.columns, chance)


def _loss(net: LineNet, batch: Batch, null: int, *, halves: bool) -> torch.Tensor:
    with torch.autocast("cpu", torch.bfloat16, enabled=halves):
        said = net(torch.from_numpy(batch.lines))
    found: torch.Tensor = nn.functional.ctc_loss(
        said.float(),
        torch.from_numpy(batch.labels),
        torch.full((said.shape[1],), said.shape[0]),
        torch.from_numpy(batch.lengths),
        blank=null,
        zero_infinity=True,
    )
    return found


def said_by(net: LineNet, grey: Grey, null: int) -> list[int]:
    """The classes that a line says, from left to right, without a dictionary."""
    wide = grey.shape[1] // STEP_PX * STEP_PX
    with torch.no_grad():
        best = net(torch.from_numpy(contrasted(grey[:, :wide]))[None, None])[:, 0].argmax(1)
    changes = [one for one, _ in itertools.groupby(np.asarray(best).tolist())]
    return [one for one in changes if one != null]
