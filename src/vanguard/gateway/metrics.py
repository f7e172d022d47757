"""Counts and histograms of one worker, written in Prometheus' text format.

It does not know requests. Labels are bounded: models and deployments come from the snapshot, never
from what a client sent.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

Labels = tuple[tuple[str, str], ...]

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
_OVERHEAD = (0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.25)


class Histogram:
    """Observations in buckets; `counts` has one more entry than there are bounds."""

    __slots__ = ("_bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Adds one observation."""
        self.counts[bisect_left(self._bounds, value)] += 1
        self.total += value

    def lines(self, name: str, labels: Labels) -> Iterable[str]:
        """Cumulative buckets, sum and count."""
        running = 0
        for bound, count in zip(self._bounds, self.counts, strict=False):
            running += count
            yield f"{name}_bucket{_braces((*labels, ('le', repr(bound))))} {running}"
        running += self.counts[-1]
        yield f"{name}_bucket{_braces((*labels, ('le', '+Inf')))} {running}"
        yield f"{name}_sum{_braces(labels)} {self.total!r}"
        yield f"{name}_count{_braces(labels)} {running}"


class Family:
    """One metric name with its children by labels."""

    def __init__(self, name: str, kind: str, prose: str, bounds: tuple[float, ...] = ()) -> None:
        self.name = name
        self.kind = kind
        self.prose = prose
        self._bounds = bounds
        self._values: dict[Labels, float] = {}
        self._histograms: dict[Labels, Histogram] = {}

    def add(self, labels: Labels, amount: float = 1) -> None:
        """Raises a counter."""
        self._values[labels] = self._values.get(labels, 0) + amount

    def set(self, labels: Labels, value: float) -> None:
        """Sets a gauge."""
        self._values[labels] = value

    def histogram(self, labels: Labels) -> Histogram:
        """The histogram of these labels, made on first use."""
        found = self._histograms.get(labels)
        if found is None:
            found = self._histograms[labels] = Histogram(self._bounds)
        return found

    def lines(self) -> Iterable[str]:
        """The family in text format."""
        yield f"# HELP {self.name} {self.prose}"
        yield f"# TYPE {self.name} {self.kind}"
        for labels, value in self._values.items():
            number = int(value) if value == int(value) else value
            yield f"{self.name}{_braces(labels)} {number!r}"
        for labels, histogram in self._histograms.items():
            yield from histogram.lines(self.name, labels)


class Metrics:
    """All families of one worker."""

    def __init__(self) -> None:
        self.requests = Family(
            "vanguard_requests_total", "counter", "Model requests by their outcome."
        )
        self.refusals = Family(
            "vanguard_refusals_total", "counter", "Requests refused before any upstream call."
        )
        self.findings = Family(
            "vanguard_guardrail_findings_total",
            "counter",
            "Masked matches of guardrail rules.",
        )
        self.tokens = Family("vanguard_tokens_total", "counter", "Tokens by kind.")
        self.cost = Family("vanguard_cost_usd_micros_total", "counter", "Charged micro-dollars.")
        self.unpriced = Family(
            "vanguard_unknown_price_total", "counter", "Settled requests without a price."
        )
        self.first_token = Family(
            "vanguard_time_to_first_token_seconds",
            "histogram",
            "From a request's arrival to its first token.",
            _SECONDS,
        )
        self.between_tokens = Family(
            "vanguard_time_between_tokens_seconds",
            "histogram",
            "Between two reads with tokens of one stream.",
            _SECONDS,
        )
        self.duration = Family(
            "vanguard_request_seconds",
            "histogram",
            "From a request's arrival to its end.",
            _SECONDS,
        )
        self.overhead = Family(
            "vanguard_overhead_seconds",
            "histogram",
            "From a request's arrival to its first upstream call.",
            _OVERHEAD,
        )
        self.attempts = Family(
            "vanguard_upstream_attempts_total", "counter", "Upstream attempts by their outcome."
        )
        self.healthy = Family(
            "vanguard_deployment_healthy",
            "gauge",
            "1 when a deployment takes traffic, 0 while it cools down.",
        )
        self.in_flight = Family("vanguard_requests_in_flight", "gauge", "Requests being answered.")
        self.connections = Family("vanguard_connections", "gauge", "Open connections by side.")
        self.snapshot_version = Family(
            "vanguard_snapshot_version", "gauge", "Version of the snapshot in use."
        )
        self.journal_bytes = Family(
            "vanguard_journal_bytes_total", "counter", "Length of the usage journal."
        )

    def render(self) -> bytes:
        """Everything, in text format 0.0.4."""
        lines: list[str] = []
        for family in vars(self).values():
            lines.extend(family.lines())
        return ("\n".join(lines) + "\n").encode()


def _braces(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escape(value)}"' for name, value in labels) + "}"


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
