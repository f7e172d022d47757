"""A page that drifted, a dead link and an overgrown overview each fail."""

from __future__ import annotations

import pytest

SPEAKER = """\
import pathlib, sys
page = pathlib.Path(sys.argv[2]) / "page.md"
if sys.argv[1] == "--write":
    page.write_text("says this")
elif not page.exists() or page.read_text() != "says this":
    sys.exit("page.md drifted")
"""


@pytest.fixture
def check(tool, tmp_path, monkeypatch, write):
    write("speaker.py", SPEAKER)
    write("docs/index.md", "# Index\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def run(verb: str = "--check", generators: tuple[str, ...] = ()) -> int:
        return tool("docs").main([verb], tmp_path, generators)

    return run


def test_writing_mends_what_drifted(check, write, capsys):
    assert check("--check", ("speaker",)) == 1
    assert "page.md drifted" in capsys.readouterr().out
    assert check("--write", ("speaker",)) == 0
    assert check("--check", ("speaker",)) == 0
    write("docs/page.md", "says that")
    assert check("--check", ("speaker",)) == 1


def test_a_generator_that_is_not_there_fails(check, capsys):
    assert check("--check", ("vanguard_no_such_module",)) == 1
    assert "No module named" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[x](gone.md)", "leads nowhere"),
        ("[x](docs/index.md#no-such)", "no such heading"),
        ("[x](#no-such)", "no such heading"),
    ],
)
def test_a_dead_link_fails(text, words, check, write, capsys):
    write("README.md", f"# Readme\n{text}\n")
    assert check() == 1
    assert words in capsys.readouterr().out


def test_living_links_pass(check, write):
    write(
        "README.md",
        "# Way, the `first` one\n[a](docs/index.md#index) [b](#way-the-first-one) [c](https://x.org)\n"
        "```\n# no heading\n[d](gone.md)\n```\n",
    )
    assert check() == 0


def test_an_overgrown_overview_fails(check, write, capsys):
    write("ARCHITECTURE.md", "line\n" * 171)
    assert check() == 1
    assert "has 171 lines" in capsys.readouterr().out


def test_wrong_usage_is_said(tool, capsys):
    assert tool("docs").main([]) == 2
    assert "--check | --write" in capsys.readouterr().err
