from pathlib import Path

import pytest

from vanguard.cli import up as module
from vanguard.cli.main import main
from vanguard.compose.supervisor import supervise
from vanguard.compose.supervisor.supervise import Options
from vanguard.core.settings.names import leaves

# The process itself, with real children and signals, is tested beside the supervisor.


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[Options]:
    """What the supervisor is given."""
    found: list[Options] = []

    def run_up(options: Options, _screen: object) -> int:
        found.append(options)
        return 3

    monkeypatch.setattr(supervise, "run_up", run_up)
    return found


def test_flags_are_settings_and_the_exit_code_is_the_supervisor_s(given: list[Options]) -> None:
    arguments = ["--host", "h", "--port", "1", "--home", "f", "--engine-model", "small"]
    assert main(["up", *arguments, "--config", "c.yaml", "--verbose"]) == 3
    assert given[0].overrides == {
        "host": "h",
        "port": "1",
        "home": "f",
        "engine.model": "small",
    }
    assert (given[0].config, given[0].verbose) == ("c.yaml", True)


def test_without_flags_nothing_is_overridden(given: list[Options]) -> None:
    assert main(["up"]) == 3
    assert given == [Options(cli=given[0].cli)]


def test_the_help_of_a_flag_is_the_prose_of_its_setting() -> None:
    for name in ("host", "port", "home", "engine.model"):
        leaf = leaves()[name]
        option = next(one for one in module.up.params if leaf.flag in one.opts)
        help_text = getattr(option, "help", "")
        assert (leaf.field.description or "?").replace("`", "") in help_text
        assert f"[default: {leaf.field.default}]" in help_text


def test_how_a_person_calls_it_again(
    given: list[Options], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    command = tmp_path / "venv" / "bin" / "vanguard"
    command.parent.mkdir(parents=True)
    command.touch(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module.sys, "argv", [str(command)])
    main(["up"])
    monkeypatch.setenv("PATH", str(command.parent))
    main(["up"])
    monkeypatch.setattr(module.sys, "argv", ["/x/vanguard/__main__.py"])
    main(["up"])
    assert [one.cli for one in given] == ["venv/bin/vanguard", "vanguard", "vanguard"]
