"""Judges a soak: what rises, by how much, and whether that is a leak.

It does not know how samples came about. Only what is clear is called a leak: descriptors or requests
that are still there after the load has gone, memory whose slope exceeds its bound by twice its error, an
answer that was wrong. Latency is reported and not judged: it is the machine's as much as the gateway's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from bench.endurance.samples import Sample
from bench.endurance.slope import Slope, fit
from bench.endurance.traffic import Second
from bench.report.numbers import shown

WARM_SHARE, WARM_LIMIT_S = 1 / 3, 300.0
_LEAST_SAMPLES = 8
_LONG_S = 600.0
_KIB_PER_MIB = 1024


class Bounds(msgspec.Struct, frozen=True):
    """From where on something is a leak.

    Attributes:
        memory_bytes_per_request: rise of the resident memory for each request of the mix.
        failures: wrong answers in all.
    """

    memory_bytes_per_request: float
    failures: int = 0


def bounds_for(seconds_s: float) -> Bounds:
    """Strict for a long soak, generous for a short one.

    Rings of dead objects wait for the collector's first rounds, which come within minutes: memory
    rises for a while and then stays.
    """
    return Bounds(64.0 if seconds_s >= _LONG_S else 1_024.0)


class Course(msgspec.Struct, frozen=True):
    """Everything that was seen.

    Attributes:
        before: the gateway at rest, before the load.
        after: at rest again, load and upstream gone.
    """

    seconds_s: float
    before: Sample
    samples: list[Sample]
    traffic: list[Second]
    after: Sample

    @property
    def warm_s(self) -> float:
        """From when on slopes are taken: caches and arenas have their size by then."""
        return min(self.seconds_s * WARM_SHARE, WARM_LIMIT_S)

    @property
    def answers(self) -> int:
        """Right answers of all kinds."""
        return sum(sum(second.answers.values()) for second in self.traffic)

    @property
    def failures(self) -> int:
        """Wrong or missing ones."""
        return sum(sum(second.failures.values()) for second in self.traffic)


def slopes(course: Course) -> dict[str, Slope]:
    """What is sampled, as lines over the time after the warm-up.

    Raises:
        ValueError: the soak was too short to say anything.
    """
    warm = [s for s in course.samples if course.warm_s <= s.at_s <= course.seconds_s]
    if len(warm) < _LEAST_SAMPLES:
        raise ValueError(f"{len(warm)} samples after the warm-up say nothing; soak for longer")
    found = {name: _line(warm, read) for name, read in _SAMPLED.items()}
    for name, read_second in _LATENCIES.items():
        pairs = [
            (second.at_s, value)
            for second in course.traffic
            if course.warm_s <= second.at_s <= course.seconds_s
            and (value := read_second(second)) is not None
        ]
        if len(pairs) >= _LEAST_SAMPLES:
            found[name] = fit([at for at, _ in pairs], [value for _, value in pairs])
    return found


_SAMPLED: dict[str, Callable[[Sample], float]] = {
    "rss_mib": lambda sample: sample.rss_mib,
    "pss_mib": lambda sample: sample.pss_mib,
    "descriptors": lambda sample: sample.descriptors,
    "in_flight": lambda sample: sample.in_flight,
    "journal_bytes": lambda sample: sample.journal_bytes,
}
_LATENCIES: dict[str, Callable[[Second], float | None]] = {
    "json_p50_us": lambda second: second.json_us and second.json_us[0],
    "json_p99_us": lambda second: second.json_us and second.json_us[1],
    "first_event_p50_us": lambda second: second.first_us and second.first_us[0],
}


def _line(samples: Sequence[Sample], read: Callable[[Sample], float]) -> Slope:
    return fit([sample.at_s for sample in samples], [read(sample) for sample in samples])


def leaks(course: Course, bounds: Bounds) -> list[str]:
    """What is clearly wrong, in words; empty when nothing is."""
    found = []
    before, after = course.before, course.after
    if after.descriptors > before.descriptors:
        found.append(
            f"{after.descriptors} descriptors are open after the load, {before.descriptors} before"
        )
    if after.in_flight:
        found.append(f"{after.in_flight} requests are in flight after the load")
    per_hour = course.answers / course.seconds_s * 3_600
    bound = bounds.memory_bytes_per_request * per_hour / _KIB_PER_MIB**2
    rss = slopes(course)["rss_mib"]
    if rss.exceeds(bound):
        found.append(
            f"memory rises by {shown(rss.per_hour)} ± {shown(rss.error)} MiB an hour,"
            f" more than {shown(bound)}"
        )
    if course.failures > bounds.failures:
        said = next(second.complaint for second in course.traffic if second.complaint)
        found.append(f"{course.failures} wrong answers, first: {said}")
    return found


def report(course: Course, bounds: Bounds) -> str:
    """Everything that is to be said, for the terminal."""
    lines = [
        f"{course.answers:,} answers in {course.seconds_s:,.0f} s, {course.failures} wrong",
        f"descriptors: {course.before.descriptors} before, {course.after.descriptors} after",
        f"memory (PSS): {shown(course.before.pss_mib)} MiB before, {shown(course.after.pss_mib)} after",
    ]
    grown = course.after.journal_bytes - course.before.journal_bytes
    lines.append(f"journal: {shown(grown / max(1, course.answers))} bytes an answer")
    for name, slope in slopes(course).items():
        lines.append(
            f"{name}: {shown(slope.mean)} in the mean, {slope.per_hour:+,.2f} ±"
            f" {slope.error:,.2f} an hour"
        )
    found = leaks(course, bounds)
    lines += [f"LEAK: {leak}" for leak in found] or ["no leak"]
    return "\n".join(lines)
