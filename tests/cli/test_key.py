"""`vanguard key`, against a real server."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.api_server import ApiServer, error
from vanguard.cli.main import main


def a_key(key_id: str, name: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": key_id,
        "name": name,
        "hint": "vk-Ab3d…x9Qz",
        "team": "default",
        "models": [],
        "spent_usd_micros": 1_250_000,
        "created_at": "2026-11-01T10:00:00Z",
        **fields,
    }


KEYS = [
    a_key("key_1", "ci", models=["claude-*"], budget_usd_micros=5_000_000, budget_window="month"),
    a_key("key_2", "old", revoked_at="2026-11-02T00:00:00Z"),
    a_key("key_3", "twin", expires_at="2020-01-01T00:00:00Z"),
    a_key("key_4", "twin", tags={"a": "b"}, requests_per_minute=60),
]


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ApiServer]:
    with ApiServer() as server:
        monkeypatch.setenv("VANGUARD_URL", server.url)
        monkeypatch.setenv("VANGUARD_ADMIN_KEY", "vk-admin")
        monkeypatch.chdir(tmp_path)
        server.on("GET", "/api/keys", {"data": KEYS})
        yield server


def test_create_sends_what_was_chosen_and_prints_the_secret_alone(
    api: ApiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    api.on("POST", "/api/keys", a_key("key_9", "ci") | {"secret": "vk-the-secret"})
    api.on("GET", "/api/models", {"data": [{"name": "claude-x"}, {"name": "gpt-4"}]})
    chosen = "--team web --user ann --model claude-* --model gpt-* --guardrail pii --rpm 60"
    chosen += " --tokens-per-minute 1000 --concurrent-requests 2 --budget $12.50"
    chosen += " --budget-window month --expires-in-days 30 --tag env=ci --tag a=b=c"
    assert main(["key", "create", "ci", *chosen.split()]) == 0
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("vk-the-secret\n", "")
    (asked,) = [one for one in api.asked if one.method == "POST"]
    assert asked.headers["authorization"] == "Bearer vk-admin"
    assert asked.json == {
        "name": "ci",
        "team": "web",
        "user": "ann",
        "models": ["claude-*", "gpt-*"],
        "guardrails": ["pii"],
        "requests_per_minute": 60,
        "tokens_per_minute": 1000,
        "concurrent_requests": 2,
        "budget_usd": "12.50",
        "budget_window": "month",
        "expires_in_days": 30.0,
        "tags": {"env": "ci", "a": "b=c"},
    }


def test_create_warns_of_a_model_that_is_not_served_yet(
    api: ApiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    api.on("POST", "/api/keys", a_key("key_9", "ci") | {"secret": "vk-the-secret"})
    api.on("GET", "/api/models", {"data": [{"name": "big", "aliases": ["claude-*", "gpt-4"]}]})
    served = ["big", "b*", "*", "claude-sonnet-4-5", "gpt-4", "gpt-*"]
    models = [part for name in (*served, "nosuch", "bigg") for part in ("--model", name)]
    assert main(["key", "create", "ci", *models]) == 0
    captured = capsys.readouterr()
    assert captured.out == "vk-the-secret\n"
    assert captured.err.splitlines() == [
        f"no model is called '{name}' now; the key may call it once there is one"
        for name in ("nosuch", "bigg")
    ]


def test_create_with_a_name_alone_sends_no_limits(
    api: ApiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    api.on("POST", "/api/keys", a_key("key_9", "x") | {"secret": "vk-s"})
    assert main(["key", "create", "x", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["secret"] == "vk-s"
    assert api.asked[0].json == {"name": "x"}


@pytest.mark.parametrize("amount", ["0", "0.00"])
def test_a_budget_of_nothing_is_a_budget(api: ApiServer, amount: str) -> None:
    api.on("POST", "/api/keys", a_key("key_9", "x") | {"secret": "vk-s"})
    assert main(["key", "create", "x", "--budget", amount]) == 0
    assert api.asked[0].json["budget_usd"] == amount


@pytest.mark.parametrize(
    "wrong",
    [
        ["--budget", "much"],
        ["--budget", "-1"],
        ["--budget", "nan"],
        ["--expires-in-days", "nan"],
        ["--expires-in-days", "inf"],
        ["--expires-in-days", "-inf"],
        ["--expires-in-days", "0"],
        ["--tag", "x"],
        ["--tag", "=x"],
        ["--rpm", "0"],
        ["--budget-window", "year"],
    ],
)
def test_wrong_usage_asks_nobody(api: ApiServer, wrong: list[str]) -> None:
    assert main(["key", "create", "x", *wrong]) == 2
    assert api.asked == []


def test_list_shows_keys_in_force(api: ApiServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["key", "list"]) == 0
    head, first, *rest = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert dict(zip(head, first, strict=True)) == {
        "ID": "key_1",
        "NAME": "ci",
        "SECRET": "vk-Ab3d…x9Qz",
        "TEAM": "default",
        "MODELS": "claude-*",
        "SPENT": "$1.25",
        "BUDGET": "$5.00 a month",
        "LAST USED": "",
        "STATE": "in force",
    }
    assert [row[0] for row in rest] == ["key_3", "key_4"]
    assert rest[0][-1] == "expired"


def test_list_all_as_json(api: ApiServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["key", "list", "--all", "--json"]) == 0
    assert [key["id"] for key in json.loads(capsys.readouterr().out)] == [
        "key_1",
        "key_2",
        "key_3",
        "key_4",
    ]


def test_show_finds_by_id_or_name(api: ApiServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["key", "show", "key_4"]) == 0
    facts = dict(line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert (facts["tags"], facts["requests per minute"], facts["models"]) == ("a=b", "60", "all")
    assert "budget" not in facts
    assert main(["key", "show", "ci", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == "key_1"


def test_a_name_of_several_keys_is_not_guessed(
    api: ApiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["key", "revoke", "twin"]) == 2
    assert "key_3, key_4" in capsys.readouterr().err
    assert [asked.method for asked in api.asked] == ["GET"]


def test_a_revoked_key_is_not_found_by_name(
    api: ApiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["key", "show", "old"]) == 1
    assert "no key in force" in capsys.readouterr().err
    assert main(["key", "show", "key_2"]) == 0


def test_revoke(api: ApiServer, capsys: pytest.CaptureFixture[str]) -> None:
    api.on("DELETE", "/api/keys/key_1", a_key("key_1", "ci", revoked_at="2026-11-03T00:00:00Z"))
    assert main(["key", "revoke", "ci", "--yes"]) == 0
    assert capsys.readouterr().out == "revoked ci (key_1)\n"
    assert main(["key", "revoke", "ci", "--yes", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["revoked_at"] == "2026-11-03T00:00:00Z"


def test_rotate(api: ApiServer, capsys: pytest.CaptureFixture[str]) -> None:
    api.on("POST", "/api/keys/key_1/rotate", a_key("key_1", "ci") | {"secret": "vk-new"})
    assert main(["key", "rotate", "key_1", "--yes"]) == 0
    assert capsys.readouterr().out == "vk-new\n"


@pytest.mark.parametrize(("typed", "status", "asked"), [("n\n", 130, 1), ("y\n", 0, 2)])
def test_a_person_is_asked_first(
    api: ApiServer, monkeypatch: pytest.MonkeyPatch, typed: str, status: int, asked: int
) -> None:
    api.on("DELETE", "/api/keys/key_1", a_key("key_1", "ci"))
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    assert main(["key", "revoke", "ci"]) == status
    assert len(api.asked) == asked


def test_a_terminal_is_told_that_the_secret_is_shown_once(
    api: ApiServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    api.on("POST", "/api/keys", a_key("key_9", "x") | {"secret": "vk-s"})
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["key", "create", "x"]) == 0
    assert "not shown again" in capsys.readouterr().err


def test_without_the_admin_key(api: ApiServer, capsys: pytest.CaptureFixture[str]) -> None:
    api.on("GET", "/api/keys", error(401, "unauthenticated", "the admin key is needed"))
    assert main(["key", "list"]) == 1
    assert capsys.readouterr().err == "vanguard: the admin key is needed\n"


PAIR = {"access_key_id": "VKIAEXAMPLE", "secret_access_key": "se/cr+et"}


def test_aws_prints_what_a_shell_can_take(
    api: ApiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    api.on("POST", "/api/keys/key_1/aws", PAIR)
    assert main(["key", "aws", "ci"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "export AWS_ACCESS_KEY_ID=VKIAEXAMPLE",
        "export AWS_SECRET_ACCESS_KEY=se/cr+et",
        f"export AWS_ENDPOINT_URL_BEDROCK_RUNTIME={api.url}/aws",
        f"export AWS_ENDPOINT_URL_BEDROCK={api.url}/aws",
    ]
    assert main(["key", "aws", "key_1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == PAIR
