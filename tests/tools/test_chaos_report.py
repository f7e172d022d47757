"""The page's tables are those of the recorded run, every figure of it is shown, and none is lost."""

from __future__ import annotations

import msgspec
import pytest


@pytest.fixture
def module(tool):
    tool("docs")  # makes the repository importable
    from tools import chaos_report

    return chaos_report


@pytest.fixture
def report(module):
    numbers = iter(range(101, 200))
    fields = {}
    for name, kind in module.Report.__annotations__.items():
        fields[name] = next(numbers) if kind == "int" else None
    kinds = {"at": "2026-01-02T03:04:05+00:00", "python": "3.11.7"}
    kinds["kills"] = {"gateway": 1201, "control": 17}
    kinds["faults"] = {"half an event": 3333, "none": 44}
    kinds["rows_by_status"] = {"ok": 5555, "unsettled": 66}
    return module.Report(**{**fields, **kinds})


def test_every_figure_is_shown(module, report):
    made = module.tables(report)
    hidden = {"requests_beyond_restarts", "tokens_beyond_restarts"}  # told in the page's prose
    for name, value in msgspec.structs.asdict(report).items():
        if isinstance(value, int) and name not in hidden:
            shown = f"0.{value:06d}" if name.endswith("usd_micros") else str(value)
            assert shown in made, name
    for text in (
        "1,201 of gateway, 17 of control",
        "1,218",
        "5,555 ok, 66 unsettled",
        "2026-01-02",
    ):
        assert text in made
    assert "| half an event | 3,333 |" in made


def test_zeros_are_zeros(module, report):
    zero = msgspec.structs.replace(report, overshoot_usd_micros=0, rows_lost=0)
    made = module.tables(zero)
    assert "| dollars spent beyond a budget | 0 |" in made
    assert "| rows lost | 0 |" in made


def test_a_page_without_marks_is_an_error(module):
    with pytest.raises(ValueError, match="lacks the marks"):
        module.embedded("no marks", "x")


def test_the_page_is_checked_and_written(module, report, tmp_path, monkeypatch, capsys):
    recorded = tmp_path / "recorded.json"
    recorded.write_bytes(msgspec.json.encode(report))
    monkeypatch.setattr(module, "RECORDED", recorded)
    page = tmp_path / "chaos.md"
    page.write_text(f"before\n{module.BEGIN}old\n{module.END}after\n")
    assert module.main(["--check", str(tmp_path)]) == 1
    assert "are not those of" in capsys.readouterr().err
    assert module.main(["--write", str(tmp_path)]) == 0
    assert module.main(["--check", str(tmp_path)]) == 0
    text = page.read_text()
    assert (text[:7], text[-6:]) == ("before\n", "after\n")
    assert module.main([]) == 2


def test_the_recorded_run_is_what_the_suite_asks_for(module):
    text = (module.Path(module.__file__).parent.parent / module.RECORDED).read_bytes()
    report = msgspec.json.decode(text, type=module.Report)
    assert sum(report.kills.values()) >= 200
    assert report.streams_open_least >= 50
    faults = {
        name: getattr(report, name)
        for name in module.Report.__annotations__
        if name.startswith(("rows_lost", "rows_doubled", "rows_unmarked", "overshoot", "false"))
        or name.endswith("leaked")
    }
    assert set(faults.values()) == {0}, faults
