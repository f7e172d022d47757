"""What stands on the terminal during and after a run. It does not know the pages."""

from __future__ import annotations

from bench.report import budgets, tables
from bench.report.result import Result

_BRIEF = (
    ("start_s", "start {:.2f} s"),
    ("idle_pss_mib", "idle {:.1f} MiB"),
    ("stream_kib", "{:.1f} KiB a stream"),
    ("json.cpu_us", "{:.0f} µs a request"),
    ("json.rps", "{:,.0f} requests/s"),
    ("paced.cpu_us", "{:.1f} µs an event"),
    ("low.p50_us", "latency {:,.0f} µs"),
)


def brief(figures: dict[str, float]) -> str:
    """One line for whoever watches."""
    return ", ".join(text.format(figures[name]) for name, text in _BRIEF if name in figures)


def text(result: Result) -> str:
    """All tables, and what is missing."""
    parts = [
        budgets.table(result),
        tables.cost(result),
        tables.latency(result),
        tables.memory(result),
        tables.scenarios(result),
        tables.workers(result),
        tables.calls(result),
        tables.noise(result),
    ]
    missing = [f"left out: {name}: {why}" for name, why in result.absent.items()]
    missing += [f"failed: {what}: {why}" for what, why in result.failed.items()]
    return "\n".join([*parts, *missing])
