"""`vanguard models`, against a real server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.api_server import ApiServer, error
from vanguard.cli.main import main


def deployment(provider: str, price: dict[str, Any] | None, context: int | None) -> dict[str, Any]:
    return {
        "id": f"sonnet/{provider}",
        "provider": provider,
        "dialect": "openai_chat",
        "base_url": "http://x/v1",
        "model": "m",
        "price": price,
        "context_tokens": context,
    }


RATES = {"input_usd_micros_per_mtok": 3_000_000, "output_usd_micros_per_mtok": 15_000_000}
MODELS = [
    {
        "name": "sonnet",
        "kind": "chat",
        "aliases": ["default", "claude-*"],
        "deployments": [deployment("a", RATES, 200_000), deployment("b", None, None)],
    },
    {"name": "tiny", "kind": "chat", "deployments": [deployment("embedded", {}, 8192)]},
]


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ApiServer]:
    with ApiServer() as server:
        monkeypatch.setenv("VANGUARD_URL", server.url)
        monkeypatch.setenv("VANGUARD_ADMIN_KEY", "vk-admin")
        monkeypatch.chdir(tmp_path)
        server.on("GET", "/api/models", {"data": MODELS})
        yield server


def test_models_with_their_deployments(api: ApiServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == 0
    assert [line.split("\t") for line in capsys.readouterr().out.splitlines()] == [
        ["NAME", "KIND", "ALIASES", "DEPLOYMENT", "PRICE", "CONTEXT"],
        ["sonnet", "chat", "default claude-*", "a: m", "$3.00 / $15.00", "200000"],
        ["sonnet", "", "", "b: m", "unknown", ""],
        ["tiny", "chat", "", "embedded: m", "free", "8192"],
    ]


def test_json(api: ApiServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--json"]) == 0
    assert [model["name"] for model in json.loads(capsys.readouterr().out)] == ["sonnet", "tiny"]


def test_names_alone_for_a_key_that_may_not_administer(
    api: ApiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    api.on("GET", "/api/models", error(403, "forbidden", "no"))
    api.on("GET", "/v1/models", {"data": [{"id": "tiny"}]})
    assert main(["models"]) == 0
    assert capsys.readouterr().out.splitlines()[1].split("\t") == ["tiny", "", "", "", "", ""]


def test_providers(api: ApiServer, capsys: pytest.CaptureFixture[str]) -> None:
    row = {"name": "groq", "dialect": "openai_chat", "env": "GROQ_API_KEY", "has_prices": True}
    api.on("GET", "/api/providers", {"data": [row]})
    assert main(["models", "--providers"]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert lines[1] == ["groq", "openai_chat", "", "GROQ_API_KEY", "yes"]
    assert main(["models", "--providers", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["name"] == "groq"
