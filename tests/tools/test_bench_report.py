"""What the pages say is what was measured: medians, ratios within a round, and nothing else."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import msgspec
import pytest
from bench import record, run
from bench.peers.registry import CANDIDATES
from bench.report import pages, summary, tables
from bench.report.__main__ import main
from bench.report.result import RECORDED, Result, middle, ratios, read, spread, values
from bench.rounds import BenchError
from bench.scenarios import SCENARIOS

BEGIN, END = "<!-- bench: begin -->\n", "<!-- bench: end -->"


def figures(cpu: float, p50: float) -> dict[str, float]:
    return {"json.cpu_us": cpu, "json.rps": 1e6 / cpu, "low.p50_us": p50}


@pytest.fixture
def result() -> Result:
    return Result(
        at="2026-01-02T03:04:05+00:00",
        machine={"cpu": "a cpu", "cores": "2", "python": "3.11.7"},
        versions={"direct": "-", "nginx": "1.2", "vanguard": "0.1"},
        kinds={"direct": "load", "nginx": "proxy", "vanguard": "vanguard"},
        rounds=[
            {
                "direct": {"low.p50_us": 100, "json.rps": 100_000},
                "nginx": figures(10 * noise, 300),
                "vanguard": figures(20 * noise, 500),
            }
            for noise in (1, 3, 2)
        ],
        failed={"litellm burst": "it said\n`no`"},
        calls={"vanguard": {"json": {"total": 3.0, "write": 2.0, "read": 1.0}}},
    )


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "bench/results").mkdir(parents=True)
    (tmp_path / "docs").mkdir()
    for page in (pages.README, pages.PAGE):
        (tmp_path / page).write_text(f"# R\n{BEGIN}{END}\nrest\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_latency_is_what_is_added_to_the_upstreams_own(result):
    assert values(result, "vanguard", "added_low.p50_us") == [400, 400, 400]


def test_ratios_are_taken_within_a_round(result):
    assert ratios(result, ("vanguard", "json.cpu_us"), ("nginx", "json.cpu_us")) == [2, 2, 2]


def test_a_figure_that_no_round_has_is_not_zero(result):
    assert middle(result, "vanguard", "paced.cpu_us") is None
    assert ratios(result, ("vanguard", "paced.cpu_us"), ("nginx", "paced.cpu_us")) == []


def test_spread_is_the_range_over_the_median(result):
    assert spread(result, "nginx", "json.cpu_us") == 1.0


def test_a_single_round_has_no_spread(result):
    once = msgspec.structs.replace(result, rounds=result.rounds[:1])
    assert spread(once, "nginx", "json.cpu_us") is None


def test_the_tables_show_medians_and_dashes_for_what_was_not_measured(result):
    row = next(line for line in tables.cost(result).splitlines() if line.startswith("| vanguard"))
    assert row == "| vanguard 0.1 | 40 | – | 2 | 25,000 | 4 | – | – |"
    assert "| – | – |" in tables.memory(result)
    assert "| vanguard | 3 | – |" in tables.calls(result)
    assert "write 2, read 1" in tables.calls(result)


def test_a_rate_that_the_load_bounds_is_marked(result):
    slow = [
        {**round_, "direct": {**round_["direct"], "json.rps": 60_000}} for round_ in result.rounds
    ]
    text = tables.cost(msgspec.structs.replace(result, rounds=slow))
    assert "≥ 50,000" in text
    assert "≥ 25,000" not in text


def test_two_workers_are_shown_beside_one(result):
    assert tables.workers(result) == ""
    assert "Two workers" not in pages.whole(result)
    more = {"2-workers.rps": 75_000, "2-workers.cpu_us": 44, "2-workers.least_share": 0.4}
    rounds = [
        {**round_, "vanguard": {**round_["vanguard"], **more}} for round_ in result.rounds[2:]
    ]
    made = msgspec.structs.replace(result, rounds=rounds)
    text = tables.workers(made)
    assert "| one worker | 25,000 | 1 | 4 | 40 | – |" in text
    assert "| two workers | 75,000 | 3 | 1.33 | 44 | 40% |" in text
    assert "fewer than four cores" in text
    assert text in pages.whole(made)
    roomy = msgspec.structs.replace(made, machine={**made.machine, "cores": "4"})
    assert "fewer than four cores" not in tables.workers(roomy)


def test_the_page_says_whether_limits_were_lent(result):
    assert "counted its limits for itself" in pages.whole(result)
    lent = pages.whole(msgspec.structs.replace(result, lent=True))
    assert "- vanguard borrowed its limits." in lent
    assert "for itself" not in lent


def test_what_failed_is_said_on_the_page_and_on_the_terminal(result):
    assert "- **litellm burst** failed: `it said 'no'`" in pages.whole(result)
    assert "failed: litellm burst" in summary.text(result)


def test_a_changed_number_on_a_page_fails(result, house):
    (house / RECORDED).write_text(json.dumps(msgspec.to_builtins(result)))
    assert main(["--check", "docs"]) == 1
    assert main(["--write", "docs"]) == 0
    assert main(["--check", "docs"]) == 0
    for page in (pages.README, pages.PAGE):
        kept = (house / page).read_text()
        assert kept.endswith(f"{END}\nrest\n")
        (house / page).write_text(kept.replace("2 ×", "1 ×"))
        assert main(["--check", "docs"]) == 1
        (house / page).write_text(kept)
    (house / pages.PICTURE).write_text("<svg/>")
    assert main(["--check", "docs"]) == 1


def test_a_table_without_a_recorded_run_fails(house):
    assert main(["--check", "docs"]) == 0
    (house / pages.README).write_text(f"{BEGIN}| 1 |\n{END}")
    assert main(["--check", "docs"]) == 1


def test_a_page_without_marks_is_no_success():
    with pytest.raises(ValueError, match="lacks the marks"):
        pages.embedded(pages.README, "# R\n", "table")


def test_wrong_usage_is_said(capsys):
    assert main([]) == 2
    assert "--check" in capsys.readouterr().err


def test_recording_a_run_is_one_command(result, house):
    made = house / "bench/results/run.json"
    quiet = msgspec.structs.replace(result, rounds=result.rounds[:1])
    made.write_bytes(msgspec.json.encode(quiet))
    assert record.main([str(made)]) == 0
    assert read(house / RECORDED) == quiet
    assert main(["--check", "docs"]) == 0
    assert "| 2 × | reached |" in (house / pages.README).read_text()


def test_a_run_on_a_noisy_machine_is_not_recorded(result, house, capsys):
    made = house / "bench/results/run.json"
    for share, status in ((0.3, 1), (0.1, 0)):
        result.rounds[1:] = [
            {**result.rounds[0], "nginx": figures(10 + 10 * part, 300)} for part in (share, 0)
        ]
        made.write_bytes(msgspec.json.encode(result))
        assert record.main([str(made)]) == status
        assert (house / RECORDED).exists() == (status == 0)
    assert "moved by 30% between the rounds: too much to stand by" in capsys.readouterr().err


def test_what_is_no_run_is_not_recorded(house, capsys):
    other = house / "other.json"
    other.write_text("{}")
    assert record.main([str(other)]) == 1
    assert not (house / RECORDED).exists()
    assert "other.json" in capsys.readouterr().err
    assert record.main([]) == 2


def test_a_peer_that_cannot_be_had_is_left_out_loudly(monkeypatch, capsys):
    broken = dataclasses.replace(CANDIDATES["litellm"], prepare=lambda: "no disk")
    monkeypatch.setitem(run.CANDIDATES, "litellm", broken)
    assert run.prepare(["direct", "litellm"]) == {"litellm": "no disk"}
    assert "LEFT OUT: litellm: no disk" in capsys.readouterr().err


def test_without_nginx_there_is_no_run(monkeypatch):
    broken = dataclasses.replace(CANDIDATES["nginx"], prepare=lambda: "no package")
    monkeypatch.setitem(run.CANDIDATES, "nginx", broken)
    with pytest.raises(BenchError, match="no package"):
        run.prepare(["nginx"])


def test_scenarios_are_chosen_by_name():
    assert [scenario.name for scenario in run.scenarios("paced,json")] == ["paced", "json"]
    assert run.scenarios("") == SCENARIOS
    with pytest.raises(ValueError, match="no scenario everything"):
        run.scenarios("everything")
