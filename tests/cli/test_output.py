"""What people and programs are shown."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest

from vanguard.cli.output import count, moment, note, plain, print_json, print_table


class Row(msgspec.Struct, frozen=True):
    name: str
    at: datetime


def test_json_is_one_value_with_names(capsys: pytest.CaptureFixture[str]) -> None:
    print_json([Row("a", datetime(2026, 11, 1, tzinfo=UTC))])
    assert json.loads(capsys.readouterr().out) == [{"name": "a", "at": "2026-11-01T00:00:00Z"}]


def test_a_pipe_gets_fields_with_tabs_between(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("A", "B"), [("1", "x\ty\nz"), ("", "é")])
    assert capsys.readouterr().out == "A\tB\n1\tx y z\n\té\n"


def test_a_terminal_gets_a_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    print_table(("NAME", "N"), [("[bold]a", "7")], numbers=frozenset({"N"}))
    out = capsys.readouterr().out
    assert "[bold]a" in out  # never read as markup
    assert "\t" not in out
    assert count(1234567) == "1,234,567"


def test_nothing_of_others_reaches_the_terminal_as_a_command() -> None:
    assert plain("a\x1b[31mb\x07\r\u202ec\nd\te") == "a[31mbc\nd\te"
    assert plain("a\nb\tc", keep="") == "a b c"


def test_numbers_and_times() -> None:
    assert (count(1234567), count(0), count(None)) == ("1234567", "0", "")
    east = timezone(timedelta(hours=2))
    assert moment(datetime(2026, 11, 1, 10, 30, tzinfo=east)) == "2026-11-01 08:30"
    assert moment(None) == ""


def test_notes_stay_off_the_output(capsys: pytest.CaptureFixture[str]) -> None:
    note("by the way")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "by the way\n")
