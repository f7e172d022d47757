"""Samples a gateway under load once a second: memory, descriptors, journal, requests in flight.

It does not know the load. What the gateway says of itself is read from its /metrics.
"""

from __future__ import annotations

import re
import urllib.request
from pathlib import Path

import msgspec

from bench.rig import usage

_TIMEOUT_S = 10


class Sample(msgspec.Struct, frozen=True):
    """One moment.

    Attributes:
        in_flight: requests that the gateway counts as being answered.
        connections: open connections that it counts, both sides; this reading's own among them.
    """

    at_s: float
    rss_mib: float
    pss_mib: float
    descriptors: int
    in_flight: int
    connections: int
    journal_bytes: int


def take(at_s: float, pid: int, port: int, journal: Path) -> Sample:
    """Reads everything.

    Raises:
        OSError: the gateway is gone or does not answer.
    """
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=_TIMEOUT_S) as answer:
        metrics = answer.read().decode()
    memory = usage.memory_mib(pid)
    return Sample(
        at_s,
        memory["rss"],
        memory["pss"],
        usage.descriptors(pid),
        gauge(metrics, "vanguard_requests_in_flight"),
        gauge(metrics, "vanguard_connections"),
        sum(path.stat().st_size for path in journal.rglob("*.journal")),
    )


def gauge(metrics: str, name: str) -> int:
    """The sum of a metric over its labels.

    Raises:
        ValueError: there is no such metric.
    """
    found = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", metrics, re.MULTILINE)
    if not found:
        raise ValueError(f"/metrics has no {name}")
    return int(sum(map(float, found)))
