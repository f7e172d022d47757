"""A budget is reached when the figures say so, and only then."""

from __future__ import annotations

import pytest
from bench.report.budgets import BUDGETS, against_products, noise, table, translated
from bench.report.numbers import percent, shown
from bench.report.result import Result

KINDS = {
    "direct": "load",
    "nginx": "proxy",
    "vanguard": "vanguard",
    "starlette": "framework",
    "router": "product",
    "litellm": "product",
}


def result(**figures: dict[str, float]) -> Result:
    return Result(
        at="2026-01-02T03:04:05+00:00",
        machine={},
        versions=dict.fromkeys(KINDS, "1"),
        kinds=KINDS,
        rounds=[figures],
    )


def row(made: Result, title: str) -> str:
    return next(line for line in table(made).splitlines() if line.startswith(f"| {title}"))


@pytest.mark.parametrize(("cpu", "verdict"), [(60.0, "| reached |"), (60.1, "| **not reached** |")])
def test_the_limit_itself_is_still_reached(cpu, verdict):
    made = result(nginx={"json.cpu_us": 20}, vanguard={"json.cpu_us": cpu})
    assert row(made, "CPU of a JSON request, over nginx").endswith(verdict)


@pytest.mark.parametrize(("cpu", "verdict"), [(8_000, "reached"), (7_000, "**not reached**")])
def test_litellm_must_cost_so_many_times_more(cpu, verdict):
    made = result(litellm={"json.cpu_us": cpu}, vanguard={"json.cpu_us": 40})
    line = row(made, "CPU of a JSON request, LiteLLM over ours")
    assert f"≥ 200 × | {shown(cpu / 40)} × | {verdict}" in line


def test_products_are_compared_where_it_is_worst_for_us():
    made = result(
        vanguard={"json.cpu_us": 50, "paced.cpu_us": 30, "agent.cpu_us": 10},
        router={"json.cpu_us": 100, "paced.cpu_us": 25},
        litellm={"json.cpu_us": 8_000, "paced.cpu_us": 900},
        starlette={"json.cpu_us": 1, "paced.cpu_us": 1},
        nginx={"json.cpu_us": 1},
    )
    worst = against_products(made)
    assert worst is not None
    assert worst.value == 1.2
    assert worst.detail == "router: stream, an event each 20 ms"


def test_a_translated_dialect_is_compared_with_its_own_clients_pass_through():
    made = result(
        vanguard={
            "json.cpu_us": 10,
            "oa-json.cpu_us": 20,
            "a-json.cpu_us": 100,
            "ao-json.cpu_us": 150,
        }
    )
    worst = translated(made)
    assert worst is not None
    assert worst.value == 2


def test_what_was_not_measured_is_neither_reached_nor_missed():
    made = result(vanguard={})
    for budget in BUDGETS:
        assert row(made, budget.title).endswith("| – | not measured |")


def test_every_budget_of_the_design_has_a_row():
    lines = table(result(vanguard={})).splitlines()
    goals = {line.split("|")[2].strip() for line in lines[2:]}
    assert goals == {
        *("≤ 3 ×", "≥ 200 ×", "≤ 1 ×", "≤ 25 µs", "≤ 35 µs", "≤ 0.6 ms"),
        *("≤ 30 MiB", "≤ 20 KiB", "≤ 0.3 s"),
    }


def test_added_latency_is_shown_in_milliseconds():
    made = result(direct={"low.p50_us": 100}, vanguard={"low.p50_us": 650})
    assert "| 0.55 ms | reached |" in row(made, "added to the median at low load")


def test_noise_is_unknown_after_one_round():
    assert "one round only" in noise(result(nginx={"json.cpu_us": 10}))


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0, "0"), (0.256, "0.26"), (3, "3"), (12.34, "12.3"), (8_432.4, "8,432")],
)
def test_numbers_have_three_digits_at_most(value, text):
    assert shown(value) == text


def test_percentages():
    assert percent(0.123) == "12%"
    assert percent(None) == "–"
