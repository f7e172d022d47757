"""The synchronous client is what the asynchronous one makes it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

PATH = Path(__file__).resolve().parents[2] / "tools" / "unasync.py"
_spec = importlib.util.spec_from_file_location("unasync", PATH)
assert _spec is not None
assert _spec.loader is not None
unasync = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(unasync)


def test_the_kept_files_are_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert unasync.main(["--check"]) == 0, capsys.readouterr().err


def test_a_changed_a_missing_and_a_left_over_file_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    source.mkdir()
    target.mkdir()
    monkeypatch.setattr(unasync, "ROOT", tmp_path)
    monkeypatch.setattr(unasync, "FOLDERS", ((Path("a"), Path("b")),))
    for name in ("changed", "missing"):
        (source / f"{name}.py").write_text("async def f() -> None:\n    await g()\n")
    assert unasync.main(["--write"]) == 0
    assert "def f() -> None:\n    g()\n" in (target / "missing.py").read_text()
    (target / "changed.py").write_text("x = 1\n")
    (target / "missing.py").unlink()
    (target / "left.py").write_text("")
    assert unasync.stale(unasync.outcome()) == [
        "b/changed.py",
        "b/missing.py",
        "b/left.py (no source)",
    ]


def test_wrong_usage() -> None:
    assert unasync.main([]) == 2
