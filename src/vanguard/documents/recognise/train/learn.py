"""Trains a net on strips: connectionist temporal classification, AdamW, one rise and fall of the rate.

It does not know what the strips say. The same seed gives the same net on the same machine with the same
libraries; one thread, for sums of many are not in one order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from vanguard.documents.recognise.train.corpus import Corpus
from vanguard.documents.recognise.train.net import OUT_STEP_PX, build, log_probabilities
from vanguard.documents.synth.dice import noise

_WARM = 0.1


@dataclass(frozen=True)
class Course:
    """How it is trained.

    Attributes:
        epochs: how often each strip is seen, varied each time.
        rate: of learning, at its highest.
        halves: layers compute with 16 bits, half as long again as fast; sums and weights have 32.
    """

    seed: int = 1
    epochs: int = 4
    batch: int = 64
    rate: float = 3e-3
    decay: float = 0.01
    halves: bool = True


def train(
    corpus: Corpus, classes: int, course: Course, said: Callable[[int, float], None]
) -> nn.Sequential:
    """A trained net, ready to be used; `said` is told of each epoch its mean loss.

    Raises:
        ValueError: there are no strips.
    """
    if not len(corpus):
        raise ValueError("no strips to train on")
    torch.set_num_threads(1)
    torch.manual_seed(course.seed)
    net = build(classes).to(memory_format=torch.channels_last)
    steps = -(-len(corpus) // course.batch) * course.epochs
    optimiser = torch.optim.AdamW(net.parameters(), course.rate, weight_decay=course.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, course.rate, total_steps=steps, pct_start=_WARM
    )
    chance = noise("train", course.seed)
    for epoch in range(course.epochs):
        losses = []
        for batch in corpus.batches(course.batch, chance):
            strips = torch.from_numpy(batch.strips).to(memory_format=torch.channels_last)
            with torch.autocast("cpu", torch.bfloat16, enabled=course.halves):
                logits = log_probabilities(net, strips).float()
            places = torch.full((len(batch.lengths),), strips.shape[3] // OUT_STEP_PX)
            loss = nn.functional.ctc_loss(
                logits,
                torch.from_numpy(batch.labels),
                places,
                torch.from_numpy(batch.lengths),
                zero_infinity=True,
            )
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        said(epoch + 1, float(np.mean(losses)))
    return net.eval()
