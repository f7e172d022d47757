"""The runner leaves nothing out in silence, and nothing at all in CI."""

from __future__ import annotations

import pytest


@pytest.fixture
def runner(tool, monkeypatch):
    module = tool("run_tests")
    ran: list[tuple[str, ...]] = []
    monkeypatch.setattr(module, "pytest", lambda *arguments, **_: ran.append(arguments) or 0)
    monkeypatch.delenv("CI", raising=False)
    module.ran = ran
    return module


def lacking(monkeypatch, runner, *packages: str):
    system = runner.system_packages
    monkeypatch.setattr(system.Need, "present", lambda need: need.package not in packages)
    monkeypatch.setattr(system, "install", lambda names: "no apt-get here")


def test_everything_there_leaves_nothing_out(runner, monkeypatch, capsys):
    lacking(monkeypatch, runner)
    assert runner.main(["all"]) == 0
    expressions = [arguments[arguments.index("-m") + 1] for arguments in runner.ran]
    assert expressions == [
        "not (e2e or browser or postgres or poppler or fonts)",
        "hypothesis and not (e2e or browser or postgres or poppler or fonts)",
        "(e2e or browser or postgres or poppler or fonts)",
    ]
    assert "LEFT OUT" not in capsys.readouterr().out


def test_a_missing_browser_is_said_loudly(runner, monkeypatch, capsys):
    lacking(monkeypatch, runner, "chromium")
    assert runner.main(["real"]) == 0
    assert runner.ran[0][1] == "(e2e or browser or postgres or poppler or fonts) and not browser"
    said = capsys.readouterr().out
    assert "LEFT OUT: tests marked 'browser'" in said
    assert "no apt-get here" in said


def test_ci_fails_instead(runner, monkeypatch):
    monkeypatch.setenv("CI", "true")
    lacking(monkeypatch, runner, "postgresql")
    assert runner.main(["real"]) == 1
    assert runner.ran == []


def test_a_failing_suite_stops_the_run(runner, monkeypatch):
    lacking(monkeypatch, runner)
    monkeypatch.setattr(runner, "pytest", lambda *arguments, **_: runner.ran.append(arguments) or 3)
    assert runner.main(["all"]) == 3
    assert len(runner.ran) == 1


def test_properties_are_tried_with_many_examples_unless_told_otherwise(runner, monkeypatch):
    profiles = []
    monkeypatch.setattr(
        runner, "pytest", lambda *_, **variables: profiles.append(variables["HYPOTHESIS_PROFILE"])
    )
    monkeypatch.delenv("HYPOTHESIS_PROFILE", raising=False)
    runner.main(["properties"])
    monkeypatch.setenv("HYPOTHESIS_PROFILE", "deep")
    runner.main(["properties"])
    assert profiles == ["full", "deep"]


def test_wrong_usage_is_said(runner):
    assert runner.main(["everything"]) == 2
