from pathlib import Path

import pytest

from vanguard.cli.help_page import PAGE, main, page
from vanguard.cli.main import VERBS

DOCS = Path(__file__).parents[2] / "docs"


def test_every_verb_and_option_is_on_the_page() -> None:
    text = page()
    for name in VERBS:
        assert f"## `vanguard {name}`" in text
    assert "--engine-model" in text


def test_the_page_does_not_depend_on_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = page()
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("VANGUARD_PORT", "9")
    assert page() == expected


def test_drift_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check", str(tmp_path)]) == 1
    assert main(["--write", str(tmp_path)]) == 0
    assert main(["--check", str(tmp_path)]) == 0
    (tmp_path / PAGE).write_text("other")
    capsys.readouterr()
    assert main(["--check", str(tmp_path)]) == 1
    assert "differs from the commands; run: python -m" in capsys.readouterr().err
    assert main(["--check"]) == 2


def test_the_kept_page_agrees_with_the_commands() -> None:
    assert main(["--check", str(DOCS)]) == 0
