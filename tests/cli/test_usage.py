"""`vanguard usage`, against a real server."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.api_server import Answer, ApiServer, error
from vanguard.cli.main import main

SUMS = {"requests": 12, "failed": 1, "retried": 4, "input_tokens": 3400, "output_tokens": 56}
SUMS |= {"cache_read_tokens": 7, "cost_usd_micros": 1_234_567}
TOTAL = SUMS | {"requests": 1200, "unknown_price_requests": 3, "unsettled_requests": 2}
ROWS = [
    {"key": "key_1", "key_name": "ci", "model": "sonnet", **SUMS},
    {"key": "key_2", "key_name": None, "model": None, **SUMS},
]


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ApiServer]:
    with ApiServer() as server:
        monkeypatch.setenv("VANGUARD_URL", server.url)
        monkeypatch.setenv("VANGUARD_ADMIN_KEY", "vk-admin")
        monkeypatch.chdir(tmp_path)
        server.on("GET", "/api/usage", {"data": ROWS, "total": TOTAL})
        yield server


def test_groups_by_key_and_model(api: ApiServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["usage"]) == 0
    captured = capsys.readouterr()
    assert [line.split("\t") for line in captured.out.splitlines()] == [
        ["KEY", "MODEL", "REQUESTS", "FAILED", "RETRIED", "INPUT", "OUTPUT", "CACHED", "COST"],
        ["ci", "sonnet", "12", "1", "4", "3400", "56", "7", "$1.234567"],
        ["key_2", "-", "12", "1", "4", "3400", "56", "7", "$1.234567"],
    ]
    assert "3 requests without a known price" in captured.err
    assert "2 requests cut off" in captured.err
    assert api.asked[0].query == {"group_by": "key,model"}


def test_what_was_chosen_is_asked_for(api: ApiServer) -> None:
    chosen = "--by day,tag:env --from 2026-11-01 --to 2026-11-30 --key ci --model sonnet"
    assert main(["usage", *chosen.split()]) == 0
    assert api.asked[0].query == {
        "group_by": "day,tag:env",
        "from": "2026-11-01",
        "to": "2026-11-30",
        "key": "ci",
        "model": "sonnet",
    }


def test_without_groups_the_total_alone(api: ApiServer, capsys: pytest.CaptureFixture[str]) -> None:
    api.on("GET", "/api/usage", {"data": [], "total": SUMS})
    assert main(["usage", "--by", ""]) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines()[1].split("\t") == [
        "12",
        "1",
        "4",
        "3400",
        "56",
        "7",
        "$1.234567",
    ]
    assert captured.err == ""


def test_a_terminal_gets_a_last_line_with_the_total(
    api: ApiServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "120")
    assert main(["usage"]) == 0
    last = capsys.readouterr().out.rstrip().splitlines()[-1]
    assert last.split()[:2] == ["total", "1,200"]


def test_json(api: ApiServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["usage", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["groups"][0]["group"] == {"key": "key_1", "key_name": "ci", "model": "sonnet"}
    assert report["total"]["requests"] == 1200


def test_csv_is_the_servers_own(api: ApiServer, capsys: pytest.CaptureFixture[str]) -> None:
    api.on("GET", "/api/usage", Answer(body=b"key,requests\r\nci,12\r\n"))
    assert main(["usage", "--csv", "--by", "key"]) == 0
    assert capsys.readouterr().out.splitlines() == ["key,requests", "ci,12"]
    assert api.asked[0].query == {"group_by": "key", "format": "csv"}


@pytest.mark.parametrize("form", [[], ["--json"], ["--csv"]])
def test_a_key_that_there_never_was_is_said(
    api: ApiServer, capsys: pytest.CaptureFixture[str], form: list[str]
) -> None:
    nothing = Answer(body=b"key,requests\r\n") if "--csv" in form else {"data": [], "total": {}}
    api.on("GET", "/api/usage", nothing)
    unused = {"id": "key_9", "name": "new", "hint": "h", "created_at": "2026-11-01T10:00:00Z"}
    api.on("GET", "/api/keys", {"data": [unused]})
    assert main(["usage", "--key", "typo", *form]) == 1
    captured = capsys.readouterr()
    assert captured.err == (
        "vanguard: no key has the id or name 'typo'; see: vanguard key list --all\n"
    )
    assert captured.out == ""
    for known in ("key_9", "new"):
        assert main(["usage", "--key", known, *form]) == 0


def test_csv_and_json_exclude_each_other(api: ApiServer) -> None:
    assert main(["usage", "--csv", "--json"]) == 2
    assert api.asked == []


def test_a_wrong_field_is_said_by_the_server(
    api: ApiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    api.on("GET", "/api/usage", error(400, "invalid_request", "group_by: no field 'moon'"))
    assert main(["usage", "--by", "moon"]) == 1
    assert capsys.readouterr().err == "vanguard: group_by: no field 'moon'\n"
