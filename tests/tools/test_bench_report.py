"""The README's table is what was measured: medians, ratios within a round, and nothing else."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def report(tool):
    tool("docs")  # makes the repository importable
    from bench import report

    return report


@pytest.fixture
def result(report):
    def figures(cpu: float, p50: float) -> dict[str, float]:
        return {"cpu_ms_per_1000": cpu, "open_p50_us": p50}

    return report.Result(
        at="2026-01-02T03:04:05+00:00",
        machine={"cpu": "a cpu", "cores": "2", "python": "3.11.7"},
        versions={"direct": "-", "nginx": "1.2", "vanguard": "0.1"},
        rounds=[
            {
                "direct": {"open_p50_us": 100},
                "nginx": figures(10 * noise, 300),
                "vanguard": figures(20 * noise, 500),
            }
            for noise in (1, 3, 2)
        ],
    )


def test_latency_is_what_is_added_to_the_upstreams_own(report, result):
    assert report.values(result, "vanguard", "added_p50_us") == [400, 400, 400]


def test_ratios_are_taken_within_a_round(report, result):
    assert report.ratios(result, "vanguard", "nginx", "cpu_ms_per_1000") == [2, 2, 2]


def test_the_table_shows_medians_and_dashes_for_what_was_not_measured(report, result):
    table = report.table(result)
    row = next(line for line in table.splitlines() if line.startswith("| CPU ms"))
    assert row.endswith("| 20.0 | 40.0 | 2.00 |")
    memory = next(line for line in table.splitlines() if line.startswith("| idle memory"))
    assert memory.endswith("| – | – | – |")
    assert "Medians of 3 interleaved rounds on 2026-01-02" in table


def test_a_changed_number_in_the_readme_fails(report, result, tmp_path, monkeypatch):
    (tmp_path / "bench/results").mkdir(parents=True)
    (tmp_path / "bench/results/recorded.json").write_text(
        json.dumps(report.msgspec.to_builtins(result))
    )
    readme = tmp_path / "README.md"
    readme.write_text(f"# R\n{report.BEGIN}{report.END}\nrest\n")
    monkeypatch.chdir(tmp_path)
    assert report.main(["--check", "docs"]) == 1
    assert report.main(["--write", "docs"]) == 0
    assert report.main(["--check", "docs"]) == 0
    assert readme.read_text().endswith(f"{report.END}\nrest\n")
    readme.write_text(readme.read_text().replace("40.0", "30.0"))
    assert report.main(["--check", "docs"]) == 1


def test_a_table_without_a_recorded_run_fails(report, tmp_path, monkeypatch):
    readme = tmp_path / "README.md"
    readme.write_text(f"{report.BEGIN}{report.END}")
    monkeypatch.chdir(tmp_path)
    assert report.main(["--check", "docs"]) == 0
    readme.write_text(f"{report.BEGIN}| 1 |\n{report.END}")
    assert report.main(["--check", "docs"]) == 1


def test_a_readme_without_marks_is_no_success(report):
    with pytest.raises(ValueError, match="lacks the marks"):
        report.embedded("# R\n", "table")
