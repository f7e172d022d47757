"""Every example in the docs is run or says why not, and every settings example loads."""

from __future__ import annotations

import re

import pytest

from support.examples import examples, find
from vanguard.core.settings.load import load_settings

PROGRAMS = examples("bash", "sh", "python")
SETTINGS = examples("yaml")


def test_there_are_examples():
    assert len([one for one in PROGRAMS if one.mark == "run"]) >= 10
    assert SETTINGS


@pytest.mark.parametrize("example", PROGRAMS, ids=str)
def test_a_program_is_run_or_says_why_not(example):
    assert example.mark, f"{example}: put <!-- run: REGEX --> or <!-- not run: why --> before it"
    if example.mark == "run":
        re.compile(example.text)


@pytest.mark.parametrize("example", SETTINGS, ids=str)
def test_settings_load(example, tmp_path, monkeypatch):
    for name in re.findall(r"env:(\w+)", example.body):
        monkeypatch.setenv(name, "postgresql://nobody@localhost/none")
    monkeypatch.delenv("VANGUARD_CONFIG", raising=False)
    path = tmp_path / "vanguard.yaml"
    path.write_text(example.body)
    assert load_settings(path, {}).settings


def test_marks_are_read():
    text = "a\n<!-- run: x+ -->\n```bash\necho x\n```\n\n```python\nprint()\n```\n"
    first, second = find(text, "page.md")
    assert (first.mark, first.text, first.body, first.line) == ("run", "x+", "echo x\n", 3)
    assert (second.mark, second.language) == ("", "python")
