"""Fits a line through samples and judges whether it rises: least squares, with the slope's error.

It does not know what was sampled. The error is that of independent samples; memory goes in steps and
its samples are not independent, so that the true error is larger, and bounds are to be generous.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt

CLEAR = 2.0  # errors by which a slope must exceed its bound
_HOUR_S = 3_600


@dataclass(frozen=True)
class Slope:
    """A line's rise.

    Attributes:
        per_hour: unit of the samples, per hour.
        error: standard error of the same; infinite where two samples leave nothing to judge by.
        mean: of the samples.
    """

    per_hour: float
    error: float
    mean: float
    samples: int

    def exceeds(self, bound_per_hour: float) -> bool:
        """Whether it clearly rises faster than the bound."""
        return self.per_hour - CLEAR * self.error > bound_per_hour


def fit(times_s: Sequence[float], values: Sequence[float]) -> Slope:
    """The least-squares line.

    Raises:
        ValueError: fewer than two different moments, or lists of two lengths.
    """
    count = len(times_s)
    if count != len(values) or len(set(times_s)) < 2:
        raise ValueError("a slope needs values at two moments at least")
    mean_t, mean_v = sum(times_s) / count, sum(values) / count
    spread = sum((t - mean_t) ** 2 for t in times_s)
    slope = sum((t - mean_t) * (v - mean_v) for t, v in zip(times_s, values, strict=True)) / spread
    rest = sum(
        (v - mean_v - slope * (t - mean_t)) ** 2 for t, v in zip(times_s, values, strict=True)
    )
    error = sqrt(rest / (count - 2) / spread) if count > 2 else inf
    return Slope(slope * _HOUR_S, error * _HOUR_S, mean_v, count)
