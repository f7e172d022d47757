"""`make check` runs every gate, shows what a failing one said, and fails when one does."""

from __future__ import annotations

import sys

PASS = [sys.executable, "-c", "print('quiet')"]
FAIL = [sys.executable, "-c", "import sys; print('seen'); sys.exit(4)"]


def test_one_failure_fails_and_the_others_still_run(tool, monkeypatch, capsys):
    check = tool("check")
    monkeypatch.setattr(check, "GATES", {"first": FAIL, "second": PASS})
    assert check.main([]) == 1
    printed = capsys.readouterr().out
    assert "seen" in printed
    assert "second" in printed
    assert "quiet" not in printed
    assert printed.endswith("check: failed: first\n")


def test_all_pass(tool, monkeypatch, capsys):
    check = tool("check")
    monkeypatch.setattr(check, "GATES", {"only": PASS})
    assert check.main([]) == 0
    assert "all gates passed" in capsys.readouterr().out


def test_an_unknown_gate_is_no_success(tool, capsys):
    assert tool("check").main(["lnit"]) == 2
    assert "lnit" in capsys.readouterr().err


def test_the_gates_of_the_project(tool):
    assert set(tool("check").GATES) == {
        "format",
        "lint",
        "types",
        "imports",
        "sizes",
        "twins",
        "docs",
    }
