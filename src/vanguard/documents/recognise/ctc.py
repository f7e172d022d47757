"""What a net's scores say, and how probable it is, by connectionist temporal classification.

It does not know nets or alphabets. The formulas are those of Graves et al., ICML 2006, section 4.1;
class 0 is the blank.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def log_softmax(scores: Floats) -> Floats:
    """Scores (places, classes) as logarithms of probabilities."""
    highest = scores - scores.max(axis=1, keepdims=True)
    out: Floats = highest - np.log(np.exp(highest).sum(axis=1, keepdims=True))
    return out


def best(logs: Floats) -> tuple[int, ...]:
    """The classes along the best path, without repetitions and blanks."""
    path = logs.argmax(axis=1)
    turns = np.flatnonzero(np.diff(path, prepend=-1))
    return tuple(int(one) for one in path[turns] if one)


def probability(logs: Floats, classes: Sequence[int]) -> float:
    """Of these classes among all that could be said: the sum over all paths that say them."""
    wide = 2 * len(classes) + 1
    labels = np.zeros(wide, np.int64)
    labels[1::2] = classes
    may_skip = np.zeros(wide, bool)
    may_skip[3::2] = labels[3::2] != labels[1:-2:2]
    state = np.full(wide, -np.inf)
    state[: min(2, wide)] = logs[0, labels[:2]]
    nothing = np.full(2, -np.inf)
    for row in logs[1:]:
        before = np.concatenate((nothing, state))
        skipped = np.where(may_skip, before[:-2], -np.inf)
        state = np.logaddexp(np.logaddexp(state, before[1:-1]), skipped) + row[labels]
    return float(min(1.0, np.exp(np.logaddexp.reduce(state[-2:]))))
