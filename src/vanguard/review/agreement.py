"""How far reviewers agree: share of equal verdicts, Cohen's kappa, Krippendorff's alpha (nominal).

It does not know what they judged, nor how right they are.

Kappa is (po - pe) / (1 - pe) over the tasks that both of two reviewers judged (Cohen, "A coefficient of
agreement for nominal scales", 1960). Alpha is 1 - (n - 1) * sum of o[c][k] over c != k / sum of n[c] * n[k]
over c != k, o being the matrix of coincidences: each task with m verdicts adds each ordered pair of them
with the weight 1 / (m - 1) (Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations

import msgspec

from vanguard.review.values import Rating


class Agreement(msgspec.Struct, frozen=True):
    """How far the reviewers of a queue agree.

    Attributes:
        tasks: how many at least two judged.
        reviewers: how many judged these.
        equal: share of equal verdicts among all pairs on the same task; None without tasks.
        kappa: None unless there are two reviewers, and where both always say the same one word.
        alpha: None without tasks, and where only one verdict was ever given: nothing can be said then.
    """

    tasks: int
    reviewers: int
    equal: float | None
    kappa: float | None
    alpha: float | None


def agreement(tasks: Iterable[Sequence[Rating]]) -> Agreement:
    """Adds up tasks with at least two verdicts by different reviewers; others are passed over."""
    number, equal, pairs = 0, 0, 0
    names: set[str] = set()
    both: Counter[tuple[str, str]] = Counter()
    coincident: dict[tuple[str, str], float] = {}
    for ratings in tasks:
        if len(ratings) < 2:
            continue
        number += 1
        names.update(rating.reviewer for rating in ratings)
        ordered = sorted(ratings, key=lambda rating: rating.reviewer)
        for one, other in combinations(ordered, 2):
            pairs += 1
            equal += one.verdict == other.verdict
            both[one.verdict, other.verdict] += 1
            for pair in ((one.verdict, other.verdict), (other.verdict, one.verdict)):
                coincident[pair] = coincident.get(pair, 0.0) + 1 / (len(ratings) - 1)
    return Agreement(
        tasks=number,
        reviewers=len(names),
        equal=equal / pairs if pairs else None,
        kappa=_kappa(both) if len(names) == 2 else None,
        alpha=_alpha(coincident),
    )


def _kappa(both: Counter[tuple[str, str]]) -> float | None:
    total = both.total()
    first: Counter[str] = Counter()
    second: Counter[str] = Counter()
    for (one, other), times in both.items():
        first[one] += times
        second[other] += times
    # in whole numbers until the end: 1 - pe is zero exactly or not at all
    by_chance = sum(first[verdict] * second[verdict] for verdict in first)
    left = total * total - by_chance
    observed = sum(times for (one, other), times in both.items() if one == other)
    return (observed * total - by_chance) / left if left else None


def _alpha(coincident: dict[tuple[str, str], float]) -> float | None:
    totals: dict[str, float] = {}
    for (verdict, _), weight in coincident.items():
        totals[verdict] = totals.get(verdict, 0.0) + weight
    if len(totals) < 2:
        return None
    everything = sum(totals.values())
    expected = everything**2 - sum(total**2 for total in totals.values())
    apart = sum(weight for (one, other), weight in coincident.items() if one != other)
    return 1 - (everything - 1) * apart / expected
