"""`vanguard review`, against a real server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.api_server import Answer, ApiServer
from vanguard.cli.main import main

Q = "/api/review/queues/letters"
TASK = {
    "id": "rvt_1",
    "queue": "letters",
    "kind": "line",
    "subject": "a/1",
    "doubt": 0.5,
    "tags": ["digits", "table"],
    "state": "claimed",
    "version": 3,
    "created": "2026-11-01T10:00:00Z",
    "changed": "2026-11-01T10:00:00Z",
    "claim": {"reviewer": "ann", "expires": "2026-11-01T10:05:00Z"},
}


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ApiServer]:
    with ApiServer() as server:
        monkeypatch.setenv("VANGUARD_URL", server.url)
        monkeypatch.setenv("VANGUARD_ADMIN_KEY", "vk-admin")
        monkeypatch.chdir(tmp_path)
        queue = {"name": "letters", "open": 3, "claimed": 1, "oldest": "2026-11-01T10:00:00Z"}
        server.on("GET", "/api/review/queues", {"queues": [queue]})
        server.on("GET", f"{Q}/tasks", {"tasks": [TASK], "next": "c2"})
        server.on("GET", f"{Q}/agreement", {"tasks": 4, "reviewers": 2, "equal": 0.75})
        yield server


def cells(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.splitlines()]


def test_queues(api: ApiServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "queues"]) == 0
    assert cells(capsys.readouterr().out) == [
        ["QUEUE", "OPEN", "CLAIMED", "DECIDED", "OLDEST"],
        ["letters", "3", "1", "0", "2026-11-01 10:00"],
    ]
    assert main(["review", "queues", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["open"] == 3


def test_tasks(api: ApiServer, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = "--state claimed --tag digits --subject a/ --limit 1 --cursor c1"
    assert main(["review", "tasks", "letters", *chosen.split()]) == 0
    assert api.asked[0].query == {
        "state": "claimed",
        "tag": "digits",
        "subject_prefix": "a/",
        "limit": "1",
        "cursor": "c1",
    }
    captured = capsys.readouterr()
    assert cells(captured.out)[1] == ["rvt_1", "a/1", "0.50", "claimed", "ann", "digits table"]
    assert "--cursor c2" in captured.err
    assert main(["review", "tasks", "letters", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["next"] == "c2"
    assert api.asked[1].query == {"limit": "50"}


def test_agreement(api: ApiServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "agreement", "letters"]) == 0
    assert cells(capsys.readouterr().out)[3:] == [
        ["equal verdicts", "0.750"],
        ["Cohen's kappa", "-"],
        ["Krippendorff's alpha", "-"],
    ]
    assert main(["review", "agreement", "letters", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kappa"] is None


def test_an_export_is_what_the_server_wrote(
    api: ApiServer, capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    lines = '{"new": 1, "text": "نص"}\n{"new": 2}\n'.encode()
    api.on("GET", f"{Q}/decisions", Answer(pieces=[lines[:9], lines[9:]]))
    assert main(["review", "export", "letters"]) == 0
    assert capsysbinary.readouterr().out == lines
    assert main(["review", "export", "letters", "--subject", "a/", "-o", "out.jsonl"]) == 0
    assert api.asked[-1].query == {"subject_prefix": "a/"}
    assert (tmp_path / "out.jsonl").read_bytes() == lines
    assert b"2 decided tasks in out.jsonl" in capsysbinary.readouterr().err


def test_half_an_export_leaves_what_was_there(
    api: ApiServer, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "out.jsonl").write_text("before")
    api.on("GET", f"{Q}/decisions", Answer(pieces=[b'{"a": 1}\n', b'{"b"']))
    assert main(["review", "export", "letters", "-o", "out.jsonl"]) == 1
    assert "ended in the middle" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]
    assert (tmp_path / "out.jsonl").read_text() == "before"
