"""`vanguard route explain`, against a real server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.api_server import ApiServer, error
from vanguard.cli.main import main

PLACES = [
    {
        "deployment": "m/1-b",
        "standing": "ready",
        "why": "80% of the prompt is believed to be in its cache",
        "requests_in_flight": 2,
        "wait_ms": 140,
        "quota": {"tokens": {"limit": 1000, "left": 250.4}, "requests": {"left": -2}},
    },
    {"deployment": "m/0-a", "standing": "broken", "why": "its breaker is open"},
]
FOUND = {
    "worker": "gateway-0",
    "model": "m",
    "policy": "latency",
    "attempts": ["m/1-b", "m/0-a"],
    "deployments": PLACES,
    "fallbacks": ["small/0-a"],
    "fallback_on": ["failure", "content_policy"],
    "left_out": [{"deployment": "m/2-c", "why": "it reads text only"}],
    "pinned_account": "acc\x1b[31m",
}


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ApiServer]:
    with ApiServer() as server:
        monkeypatch.setenv("VANGUARD_URL", server.url)
        monkeypatch.setenv("VANGUARD_ADMIN_KEY", "vk-admin")
        monkeypatch.chdir(tmp_path)
        server.on("POST", "/api/route/explain", FOUND)
        yield server


def test_in_which_order_and_why(api: ApiServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["route", "explain", "m"]) == 0
    assert api.asked[0].json == {
        "request": {"model": "m"},
        "path": "/v1/chat/completions",
        "key": "",
    }
    assert api.asked[0].headers["authorization"] == "Bearer vk-admin"
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["m: routing latency, asked of gateway-0", "pinned to acc[31m"]
    assert [line.split("\t") for line in lines[3:6]] == [
        ["1", "m/1-b", "ready", PLACES[0]["why"], "2", "140 ms", "250 tokens, 0 requests"],
        ["2", "m/0-a", "broken", "its breaker is open", "0", "", ""],
        ["-", "m/2-c", "left out", "it reads text only", "", "", ""],
    ]
    assert lines[6:] == [
        "attempts: m/1-b, m/0-a",
        "then, on failure, content_policy: small/0-a",
    ]


def test_a_body_and_a_key(api: ApiServer, tmp_path: Path) -> None:
    (tmp_path / "body.json").write_text('{"model": "x", "messages": []}')
    asked = ["route", "explain", "m", "--body", "body.json", "--key", "ada", "--door", "messages"]
    assert main(asked) == 0
    assert api.asked[0].json == {
        "request": {"model": "m", "messages": []},
        "path": "/v1/messages",
        "key": "ada",
    }


def test_json(api: ApiServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["route", "explain", "m", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["attempts"] == ["m/1-b", "m/0-a"]


def test_nothing_to_explain(
    api: ApiServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["route", "explain"]) == 2
    (tmp_path / "body.json").write_text("[]")
    assert main(["route", "explain", "--body", "body.json"]) == 2
    assert not api.asked
    api.on("POST", "/api/route/explain", *([error(404, "model_not_found", "no model 'm'")]))
    assert main(["route", "explain", "m"]) == 1
    assert "no model 'm'" in capsys.readouterr().err
