"""Models, deployments and providers over the API."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from vanguard.control.boot import ControlBoot
from vanguard.control.providers import provider_rows

SETTINGS = """
models:
  m:
    aliases: [mm, "m-*"]
    guardrails: [g]
    deployments:
      - {provider: vllm, model: x, base_url: 'http://h:1/v1', api_key: 'env:VLLM_KEY',
         price: {input: 1, output: 2}}
      - {provider: ollama, model: y}
guardrails:
  g: {rules: [{name: r, pattern: x}]}
"""


@pytest.fixture(autouse=True)
def configured(client: TestClient, boot: ControlBoot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLLM_KEY", "secret-of-vllm")
    Path(boot.config).write_text(SETTINGS)
    assert client.post("/api/reload").status_code == 200


def test_models(client: TestClient) -> None:
    (model,) = client.get("/api/models").json()["data"]
    assert (model["name"], model["kind"]) == ("m", "chat")
    assert model["aliases"] == ["mm", "m-*"]
    assert model["guardrails"] == ["g"]
    assert [each["id"] for each in model["deployments"]] == ["m/0-vllm", "m/1-ollama"]
    price = model["deployments"][0]["price"]
    assert (price["id"], price["input_usd_micros_per_mtok"]) == ("operator:m/0-vllm", 1_000_000)
    assert price["output_usd_micros_per_mtok"] == 2_000_000
    assert model["deployments"][1]["price"] is None


def test_deployments_show_no_credentials(client: TestClient) -> None:
    answer = client.get("/api/deployments")
    assert [each["base_url"] for each in answer.json()["data"]] == [
        "http://h:1/v1",
        "http://127.0.0.1:11434/v1",
    ]
    for word in ("VLLM_KEY", "secret-of-vllm"):
        assert word not in answer.text


def test_providers_are_the_rows(client: TestClient) -> None:
    found = {row["name"]: row for row in client.get("/api/providers").json()["data"]}
    assert list(found) == list(provider_rows())
    assert found["vllm"]["base_url"] is None
    assert found["anthropic"]["env"] == "ANTHROPIC_API_KEY"
