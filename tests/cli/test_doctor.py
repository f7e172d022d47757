import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.fake_platform.run import Platform
from vanguard.cli.diagnosis import platform as looks
from vanguard.cli.main import main


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VANGUARD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("VANGUARD_PORT", "0")
    return tmp_path


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    found = Platform(tmp_path_factory.mktemp("doctor"))
    found.wait_for("vanguard chat")
    yield found
    found.end()


def findings(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, str]]:
    status = main(["doctor", "--json", *arguments])
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is (status == 0)
    worst: dict[str, str] = {}
    for one in found["findings"]:
        ranks = ["ok", "warn", "fail"]
        worst[one["check"]] = max(worst.get(one["check"], "ok"), one["level"], key=ranks.index)
        assert one["level"] == "ok" or one["advice"], one
    return status, worst


def test_before_the_first_start(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, found = findings(capsys)
    assert status == 0
    assert found["weights"] == "warn"
    assert [name for name, level in found.items() if level == "fail"] == []
    assert list(folder.iterdir()) == []  # looking changes nothing


@pytest.mark.e2e
def test_a_platform_that_runs(platform: Platform, capsys: pytest.CaptureFixture[str]) -> None:
    home = str(platform.home.root)
    status, found = findings(capsys, "--home", home)
    assert status == 0
    assert {found[name] for name in ("platform", "gateway", "control", "engine", "port")} == {"ok"}
    assert main(["doctor", "--home", home]) == 0
    shown = capsys.readouterr().out
    assert f"ok   port         in use by this platform: {platform.running().url}\n" in shown


def test_wrong_settings(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "vanguard.yaml").write_text("prot: 1\n")
    assert main(["doctor"]) == 1
    shown = capsys.readouterr()
    assert "FAIL settings     vanguard.yaml:1: prot: unknown field; did you mean" in shown.out
    assert shown.err.endswith("checks failed\n")


@pytest.mark.e2e
def test_a_platform_that_is_ill(
    platform: Platform, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("gateway", "control"):  # which ends the fixture's use: nobody wakes them up
        os.kill(platform.pid(name), signal.SIGSTOP)
    (platform.home.run / "engine.json").write_text('{"state": "failed", "message": "no room"}')
    monkeypatch.setattr(looks, "_TIMEOUT_S", 0.2)
    status, found = findings(capsys, "--home", str(platform.home.root))
    assert status == 1
    assert {found[name] for name in ("gateway", "control", "engine")} == {"fail"}
