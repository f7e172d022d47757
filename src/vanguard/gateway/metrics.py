"""Counts and histograms of one worker, written in Prometheus' text format.

It does not know requests. Labels are bounded: models and deployments come from the snapshot, never
from what a client sent.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import sub

from vanguard.core.usage import Usage
from vanguard.gateway.routing.router import Choice

Labels = tuple[tuple[str, str], ...]

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
_TOLD_AT_ONCE = 32
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

    def observe_all(self, values: Sequence[float]) -> None:
        """Adds observations: one for each event of a stream comes this way, a few dozen at once."""
        counts, bounds = self.counts, self._bounds
        ordered, begin, end = sorted(values), 0, len(values)
        while begin < end:
            # neighbours share a bucket, mostly
            bucket = bisect_left(bounds, ordered[begin])
            here = end if bucket == len(bounds) else bisect_right(ordered, bounds[bucket], begin)
            counts[bucket] += here - begin
            begin = here
        self.total = sum(values, self.total)

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


class Gaps:
    """The gaps between the tokens of one answer, told to a histogram a few dozen at once."""

    __slots__ = ("_at", "_histogram", "_moments")

    def __init__(self, histogram: Histogram, at: float) -> None:
        """`at` is the first token's moment, monotonic seconds like all of them."""
        self._histogram = histogram
        self._at = at
        self._moments: list[float] = []

    def seen(self, moment: float) -> None:
        """Another token came."""
        self._moments.append(moment)
        if len(self._moments) >= _TOLD_AT_ONCE:
            self.tell()

    def seen_all(self, moments: Sequence[float]) -> None:
        """More of them did, in their order."""
        self._moments += moments
        if len(self._moments) >= _TOLD_AT_ONCE:
            self.tell()

    def tell(self) -> None:
        """Tells what it was not told of yet."""
        moments = self._moments
        if moments:
            self._histogram.observe_all(list(map(sub, moments, (self._at, *moments))))
            self._at = moments[-1]
            moments.clear()


class Family:
    """One metric name with its children by labels."""

    def __init__(self, name: str, kind: str, prose: str) -> None:
        self._name = name
        self._heading = _heading(name, kind, prose)
        self._values: dict[Labels, float] = {}
        self.histograms: dict[Labels, Histogram] = {}

    def add(self, labels: Labels, amount: float = 1) -> None:
        """Raises a counter."""
        self._values[labels] = self._values.get(labels, 0) + amount

    def set(self, labels: Labels, value: float) -> None:
        """Sets a gauge."""
        self._values[labels] = value

    def lines(self) -> Iterable[str]:
        """The family in text format."""
        yield from self._heading
        for labels, value in self._values.items():
            number = int(value) if value == int(value) else value
            yield f"{self._name}{_braces(labels)} {number!r}"
        for labels, histogram in self.histograms.items():
            yield from histogram.lines(self._name, labels)


class ModelMeter:
    """What is counted for one model; looked up once a request, so that counting is an addition.

    Attributes:
        requests: by dialect and status.
    """

    __slots__ = (
        "between_tokens",
        "cache_read_tokens",
        "cost_usd_micros",
        "first_token",
        "input_tokens",
        "output_tokens",
        "request_s",
        "requests",
        "unknown_price",
    )

    def __init__(self) -> None:
        self.requests: dict[tuple[str, str], int] = defaultdict(int)
        self.input_tokens = 0
        self.output_tokens = 0
        self.cache_read_tokens = 0
        self.cost_usd_micros = 0
        self.unknown_price = 0
        self.first_token = Histogram(_SECONDS)
        self.between_tokens = Histogram(_SECONDS)
        self.request_s = Histogram(_SECONDS)

    def used(self, usage: Usage, cost_usd_micros: int, unknown: bool) -> None:
        """Counts what one attempt used."""
        self.input_tokens += usage.input_tokens
        self.output_tokens += usage.output_tokens
        if usage.cache_read_tokens:
            self.cache_read_tokens += usage.cache_read_tokens
        self.cost_usd_micros += cost_usd_micros
        if unknown:
            self.unknown_price += 1


class Metrics:
    """All of one worker's numbers."""

    def __init__(self) -> None:
        self._models: dict[str, ModelMeter] = {}
        self._attempts: dict[tuple[str, str], int] = defaultdict(int)
        self._chosen: dict[tuple[str, str, str], int] = defaultdict(int)
        self.overhead = Histogram(_OVERHEAD)
        self.refusals = Family(
            "vanguard_refusals_total", "counter", "Requests refused or given up, by error code."
        )
        self.findings = Family(
            "vanguard_guardrail_findings_total", "counter", "Masked matches of guardrail rules."
        )
        self.continuations = Family(
            "vanguard_continuations_total",
            "counter",
            "Broken answers with which another deployment was to go on, by whether limits had room.",
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
        self.snapshot_refused = Family(
            "vanguard_snapshot_refused",
            "gauge",
            "1 while what was published is not in use: revoked keys go on, new ones are not known.",
        )
        self.journal_bytes = Family(
            "vanguard_journal_bytes_total",
            "counter",
            "Written to the usage journal since the start.",
        )

    def model(self, name: str) -> ModelMeter:
        """The meter of a configured model."""
        meter = self._models.get(name)
        if meter is None:
            meter = self._models[name] = ModelMeter()
        return meter

    def attempted(self, deployment: str, status: str) -> None:
        """Counts one upstream attempt."""
        self._attempts[deployment, status] += 1

    def chosen(self, choice: Choice) -> None:
        """Counts which deployment a request was routed to first, and why."""
        self._chosen[choice.deployment.id, choice.because, choice.standing] += 1

    def render(self) -> bytes:
        """Everything, in text format 0.0.4."""
        lines: list[str] = []
        families = (*self._model_families(), self._attempt_family(), self._choice_family())
        for family in families:
            lines.extend(family.lines())
        lines.extend(_heading(*_OVERHEAD_NAME))
        lines.extend(self.overhead.lines(_OVERHEAD_NAME[0], ()))
        for family in vars(self).values():
            if isinstance(family, Family):
                lines.extend(family.lines())
        return ("\n".join(lines) + "\n").encode()

    def _attempt_family(self) -> Family:
        attempts = Family(
            "vanguard_upstream_attempts_total", "counter", "Upstream attempts by their outcome."
        )
        for (deployment, status), count in self._attempts.items():
            attempts.add((("deployment", deployment), ("status", status)), count)
        return attempts

    def _choice_family(self) -> Family:
        choices = Family(
            "vanguard_routing_choices_total",
            "counter",
            "Requests with several deployments to choose from, by the one tried first, and why.",
        )
        for (deployment, because, standing), count in self._chosen.items():
            labels = (("deployment", deployment), ("because", because), ("standing", standing))
            choices.add(labels, count)
        return choices

    def _model_families(self) -> list[Family]:
        families = {name: Family(name, kind, prose) for name, kind, prose in _MODEL_FAMILIES}
        for name, meter in self._models.items():
            model = (("model", name),)
            for (dialect, status), count in meter.requests.items():
                labels = (*model, ("dialect", dialect), ("status", status))
                families["vanguard_requests_total"].add(labels, count)
            for kind, count in (
                ("input", meter.input_tokens),
                ("output", meter.output_tokens),
                ("cache_read", meter.cache_read_tokens),
            ):
                families["vanguard_tokens_total"].add((*model, ("kind", kind)), count)
            families["vanguard_cost_usd_micros_total"].add(model, meter.cost_usd_micros)
            families["vanguard_unknown_price_total"].add(model, meter.unknown_price)
            families["vanguard_time_to_first_token_seconds"].histograms[model] = meter.first_token
            families["vanguard_time_between_tokens_seconds"].histograms[model] = (
                meter.between_tokens
            )
            families["vanguard_request_seconds"].histograms[model] = meter.request_s
        return list(families.values())


_OVERHEAD_NAME = (
    "vanguard_overhead_seconds",
    "histogram",
    "From a request's arrival to its first upstream call.",
)
_MODEL_FAMILIES = (
    ("vanguard_requests_total", "counter", "Model requests that reached an upstream, by outcome."),
    ("vanguard_tokens_total", "counter", "Tokens by kind."),
    ("vanguard_cost_usd_micros_total", "counter", "Charged micro-dollars."),
    ("vanguard_unknown_price_total", "counter", "Settled requests without a price."),
    (
        "vanguard_time_to_first_token_seconds",
        "histogram",
        "From a request's arrival to its first token.",
    ),
    (
        "vanguard_time_between_tokens_seconds",
        "histogram",
        "Between two reads with tokens of one stream.",
    ),
    ("vanguard_request_seconds", "histogram", "From a request's arrival to its end."),
)


def _heading(name: str, kind: str, prose: str) -> tuple[str, str]:
    return f"# HELP {name} {prose}", f"# TYPE {name} {kind}"


def _braces(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escape(value)}"' for name, value in labels) + "}"


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
