"""`vanguard connect`, as a user types it."""

import json
from pathlib import Path

import pytest

from vanguard.cli.main import main


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("VANGUARD_URL", "http://gw.example:8080")
    monkeypatch.setenv("VANGUARD_API_KEY", "vk-secret")
    return tmp_path


def test_it_prints_and_writes_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["connect", "claude-code", "--model", "sonnet"]) == 0
    shown = capsys.readouterr()
    assert "export ANTHROPIC_BASE_URL=http://gw.example:8080\n" in shown.out
    assert "export ANTHROPIC_AUTH_TOKEN=vk-secret\n" in shown.out
    assert "vanguard doctor --client claude-code --model sonnet" in shown.err
    assert list(home.iterdir()) == []


def test_it_writes_and_keeps_the_old_file(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = home / ".claude" / "settings.json"
    settings.parent.mkdir()
    settings.write_text('{"theme": "dark"}')
    assert main(["connect", "claude-code", "--write"]) == 0
    assert json.loads(settings.read_text())["theme"] == "dark"
    assert "the old one is settings.json.before-vanguard-1" in capsys.readouterr().out
    assert main(["connect", "claude-code", "--write"]) == 0
    assert "says so already" in capsys.readouterr().out
    assert len(list(settings.parent.iterdir())) == 2


def test_what_no_file_holds_is_still_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["connect", "codex", "--write"]) == 0
    assert "still to be exported: VANGUARD_API_KEY=vk-secret" in capsys.readouterr().out


@pytest.mark.parametrize("client", ["cursor", "copilot"])
def test_what_cannot_be_written_is_said(
    client: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["connect", client, "--write"]) == 1
    assert "cannot be written" in capsys.readouterr().err
    assert list(home.iterdir()) == []
    assert main(["connect", client]) == 0
    assert "vk-secret" in capsys.readouterr().out


def test_without_a_key(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("VANGUARD_API_KEY")
    assert main(["connect", "aider"]) == 1
    assert "vanguard key create" in capsys.readouterr().err
