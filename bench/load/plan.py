"""What a load is told, and what it reports. It does not know how either comes about."""

from __future__ import annotations

from statistics import median
from typing import Literal

import msgspec

from bench.load.requests import Ask


class Plan(msgspec.Struct, frozen=True):
    """What to send.

    Attributes:
        mode: `closed` keeps `connections` requests in flight until `total` are answered; `open`
            sends `rate` requests a second, `total` in all, whether or not answers come.
        events: content events that each answer must bring; 0 for JSON.
        rising: whether a connection of a closed loop is asked as soon as it is open, while others
            are still to come. Among several workers that accept on one listener an idle one takes
            what comes; so those that are busy leave connections to the others, as under traffic.
    """

    mode: Literal["closed", "open"]
    port: int
    key: str
    ask: Ask
    connections: int = 64
    total: int = 1_000
    rate: float = 30.0
    events: int = 0
    rising: bool = False


class Seen(msgspec.Struct):
    """What came back. Latencies in microseconds, from when a request was due.

    Attributes:
        events: content events of all answers.
        latencies_us: to the last byte of an answer.
        first_us: to the first content event of a stream; of JSON, to the first byte of its body.
    """

    answers: int = 0
    failures: int = 0
    events: int = 0
    bytes: int = 0
    wall_s: float = 0.0
    latencies_us: list[int] = []
    first_us: list[int] = []
    complaint: str = ""


def percentile(values: list[int], share: float) -> float:
    """The nearest-rank percentile; `share` from 0 to 1.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values, no percentile")
    if share == 0.5:
        return float(median(values))
    ordered = sorted(values)
    return float(ordered[min(len(ordered) - 1, int(len(ordered) * share))])
