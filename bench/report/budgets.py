"""The budgets of the data plane, each with what a run measured and whether it is reached.

It does not know where the table stands. A goal is a fact of the design and is written here once; the
measured side is always computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

from bench.report.numbers import shown
from bench.report.result import Result, middle, ratio
from bench.scenarios import SCENARIOS

OURS = "vanguard"
_PASS_THROUGH = {
    "ao-json": "a-json",
    "ao-paced": "a-paced",
    "oa-json": "json",
    "oa-paced": "paced",
}
_TITLES = {scenario.name: scenario.title for scenario in SCENARIOS}


@dataclass(frozen=True)
class Measured:
    """One figure and what it belongs to, such as the scenario that was worst."""

    value: float
    detail: str = ""


@dataclass(frozen=True)
class Budget:
    """One goal.

    Attributes:
        unit: put behind the figures.
        at_least: the figure must not be smaller than the goal; else it must not be larger.
    """

    title: str
    goal: float
    unit: str
    read: Callable[[Result], Measured | None]
    at_least: bool = False

    def reached(self, measured: Measured) -> bool:
        """Whether the goal is kept."""
        if self.at_least:
            return measured.value >= self.goal
        return measured.value <= self.goal


def _figure(figure: str) -> Callable[[Result], Measured | None]:
    def read(result: Result) -> Measured | None:
        value = middle(result, OURS, figure)
        return None if value is None else Measured(value)

    return read


def _over(peer: str, figure: str, *, turned: bool = False) -> Callable[[Result], Measured | None]:
    def read(result: Result) -> Measured | None:
        ours, theirs = (OURS, figure), (peer, figure)
        value = ratio(result, theirs, ours) if turned else ratio(result, ours, theirs)
        return None if value is None else Measured(value)

    return read


def against_products(result: Result) -> Measured | None:
    """Our processor time over a gateway product's, where it is worst for us."""
    return _worst(_product_ratios(result))


def _product_ratios(result: Result) -> Iterator[Measured]:
    for product in result.names("product"):
        for scenario in SCENARIOS:
            figure = f"{scenario.name}.cpu_us"
            found = ratio(result, (OURS, figure), (product, figure))
            if found is not None:
                yield Measured(found, f"{product}: {_TITLES[scenario.name]}")


def translated(result: Result) -> Measured | None:
    """Our processor time for a translated dialect over that of the client's own, where worst."""

    def found() -> Iterator[Measured]:
        for name, own in _PASS_THROUGH.items():
            value = ratio(result, (OURS, f"{name}.cpu_us"), (OURS, f"{own}.cpu_us"))
            if value is not None:
                yield Measured(value, _TITLES[name])

    return _worst(found())


def _worst(found: Iterator[Measured]) -> Measured | None:
    return max(found, key=lambda measured: measured.value, default=None)


def _added_ms(result: Result) -> Measured | None:
    value = middle(result, OURS, "added_low.p50_us")
    return None if value is None else Measured(value / 1000)


BUDGETS: tuple[Budget, ...] = (
    Budget("CPU of a JSON request, over nginx", 3, "×", _over("nginx", "json.cpu_us")),
    Budget(
        "CPU of a JSON request, LiteLLM over ours",
        200,
        "×",
        _over("litellm", "json.cpu_us", turned=True),
        at_least=True,
    ),
    Budget("CPU over every gateway product, in the worst scenario", 1, "×", against_products),
    Budget("CPU of a paced event", 25, "µs", _figure("paced.cpu_us")),
    Budget("the same with TLS to the upstream", 35, "µs", _figure("tls-paced.cpu_us")),
    Budget("CPU of a translated dialect, over the pass-through", 3, "×", translated),
    Budget("added to the median at low load", 0.6, "ms", _added_ms),
    Budget("idle memory of a worker (PSS)", 30, "MiB", _figure("idle_pss_mib")),
    Budget("memory of an open stream", 20, "KiB", _figure("stream_kib")),
    Budget("start to the first answer", 0.3, "s", _figure("start_s")),
)


def table(result: Result) -> str:
    """Every budget, Markdown."""
    lines = ["| budget | goal | measured | |", "|---|---:|---:|---|"]
    for budget in BUDGETS:
        sign = "≥" if budget.at_least else "≤"
        goal = f"{sign} {shown(budget.goal)} {budget.unit}"
        measured = budget.read(result)
        if measured is None:
            lines.append(f"| {budget.title} | {goal} | – | not measured |")
            continue
        verdict = "reached" if budget.reached(measured) else "**not reached**"
        detail = f" ({measured.detail})" if measured.detail else ""
        value = f"{shown(measured.value)} {budget.unit}"
        lines.append(f"| {budget.title} | {goal} | {value} | {verdict}{detail} |")
    return "\n".join(lines) + "\n"


def moved(result: Result) -> float | None:
    """How much the machine moved what should not move: nginx's processor time, over the rounds.

    A share of the median; None where there are fewer than two rounds to compare.
    """
    found = [
        round_["nginx"]["json.cpu_us"]
        for round_ in result.rounds
        if "json.cpu_us" in round_.get("nginx", {})
    ]
    return (max(found) - min(found)) / median(found) if len(found) > 1 else None


def noise(result: Result) -> str:
    """The same in words."""
    share = moved(result)
    if share is None:
        return "one round only, so nothing is known about the machine's noise"
    return f"nginx's own figure moved by {share:.0%} between the rounds"
