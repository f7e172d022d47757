"""The installer installs once, again when something changed, and says what is wrong."""

from __future__ import annotations

import pytest


@pytest.fixture
def project(write, tmp_path):
    write("constraints.txt", "click==8.5.1\n")
    write("pyproject.toml", "[project]\nname = 'x'\n[tool.ruff]\nline-length = 100\n")
    return tmp_path


@pytest.fixture
def installed(tool, project, write):
    install = tool("install")

    def with_extras(*extras: str):
        write(".venv/bin/vanguard", "")
        write(".venv/vanguard-stamp", install.stamp_of(project, list(extras)) + "\n")

    return with_extras


def is_current(install, project, *extras: str) -> bool:
    return install.is_current(project, install.stamp_of(project, list(extras)), list(extras))


def test_a_fresh_clone_is_not_current(tool, project):
    assert not is_current(tool("install"), project)


def test_a_second_run_has_nothing_to_do(tool, project, installed):
    installed()
    assert is_current(tool("install"), project)
    assert not is_current(tool("install"), project, "dev")


def test_the_developer_environment_serves_up_as_well(tool, project, installed):
    installed("dev")
    assert is_current(tool("install"), project)
    assert is_current(tool("install"), project, "dev")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("constraints.txt", "click==8.5.2\n"),
        ("pyproject.toml", "[project]\nname = 'y'\n[tool.ruff]\n"),
    ],
)
def test_a_change_installs_anew(path, text, tool, project, installed, write):
    installed()
    write(path, text)
    assert not is_current(tool("install"), project)


def test_a_lint_setting_does_not(tool, project, installed, write):
    installed()
    write("pyproject.toml", "[project]\nname = 'x'\n[tool.ruff]\nline-length = 80\n")
    assert is_current(tool("install"), project)


def test_an_old_python_is_named_with_the_way_out(tool, project, monkeypatch, capsys):
    install = tool("install")
    monkeypatch.setattr(install, "OLDEST", (9, 9))
    assert install.main([], project) == 1
    said = capsys.readouterr().err
    assert "9.9 or newer is needed" in said
    assert "PYTHON=" in said


def test_steps_show_progress_and_keep_everything(tool):
    lines = [
        "Collecting click\n",
        "  Downloading click-8.5.1-py3-none-any.whl (98 kB)\n",
        "  Downloading thing-1.0.tar.gz (2.1 MB)\n",
        "noise\n",
        "Installing collected packages: click, thing\n",
    ]
    said: list[str] = []
    assert list(tool("install").steps(iter(lines), said)) == [
        "fetching click 8.5.1 (98 kB)",
        "fetching thing 1.0 (2.1 MB)",
        "installing 2 packages",
    ]
    assert said == lines


def test_constraints_pin_exactly_and_carry_nothing_else(repository):
    lines = (repository / "constraints.txt").read_text().splitlines()
    assert len(lines) > 50
    for line in lines:
        name, version = line.split("==")
        assert name == name.strip()
        assert version[0].isdigit()
        assert " " not in line
