"""A generated page that differs from its source fails, and `--write` mends it."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def pages(tmp_path, monkeypatch, write):
    write("speaker.py", "print('# Page')\nprint('says this')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "docs").mkdir()
    return {"docs/page.md": ["speaker"]}


def test_a_missing_page_is_drift(tool, pages, tmp_path):
    assert tool("docs").main(["--check"], tmp_path, pages) == 1


def test_writing_mends_and_a_changed_line_drifts_again(tool, pages, tmp_path, capsys):
    docs = tool("docs")
    assert docs.main(["--write"], tmp_path, pages) == 0
    page = Path(tmp_path / "docs/page.md")
    assert page.read_text() == "# Page\nsays this\n"
    assert docs.main(["--check"], tmp_path, pages) == 0
    page.write_text("# Page\nsays that\n")
    assert docs.main(["--check"], tmp_path, pages) == 1
    assert "+says this" in capsys.readouterr().out


def test_a_module_that_fails_is_no_empty_page(tool, tmp_path, write, monkeypatch):
    write("broken.py", "raise SystemExit(3)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    docs = tool("docs")
    with pytest.raises(docs.subprocess.CalledProcessError):
        docs.main(["--check"], tmp_path, {"page.md": ["broken"]})


def test_wrong_usage_is_said(tool, capsys):
    assert tool("docs").main([]) == 2
    assert "--check | --write" in capsys.readouterr().err
