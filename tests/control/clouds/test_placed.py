"""Deployments of clouds: where they are, and how their credential gets there."""

from __future__ import annotations

from pathlib import Path

import pytest

from vanguard.control.catalogue import build_catalogue
from vanguard.control.engine_state import EngineState
from vanguard.core.errors import SettingsError
from vanguard.core.settings.load import load_settings
from vanguard.snapshot.model import Deployment


@pytest.fixture
def deploy(tmp_path: Path):
    def make(text: str, kind: str = "chat") -> Deployment:
        path = tmp_path / "vanguard.yaml"
        path.write_text(f"models:\n  m:\n    kind: {kind}\n    deployments:\n      - {{{text}}}\n")
        found = build_catalogue(load_settings(path, {}), EngineState())
        (deployment,) = found.deployments.values()
        return deployment

    return make


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GEMINI_API_KEY", "AZURE_OPENAI_API_KEY"):
        monkeypatch.setenv(name, "k")


def test_the_gemini_api(deploy) -> None:
    found = deploy("provider: gemini, model: gemini-2.5-flash")
    assert found.base_url == "https://generativelanguage.googleapis.com/v1beta"
    assert (found.auth_header, found.auth_prefix) == ("x-goog-api-key", "")
    assert (found.credential, found.dialect) == ("env:GEMINI_API_KEY", "google_generate")
    assert found.price is not None
    assert found.max_output_tokens > 0
    assert found.counts_tokens


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("", "aiplatform.googleapis.com"),
        (", location: us-central1", "us-central1-aiplatform.googleapis.com"),
        (", location: eu", "aiplatform.eu.rep.googleapis.com"),
    ],
)
def test_gemini_at_vertex(deploy, location: str, host: str) -> None:
    found = deploy(f"provider: vertex, model: gemini-2.5-pro, google: {{project: p-1{location}}}")
    place = location.rpartition(" ")[2] or "global"
    base = f"https://{host}/v1/projects/p-1/locations/{place}/publishers/google"
    assert found.base_url == base
    assert (found.credential, found.auth_prefix) == ("google:default", "Bearer ")
    assert found.price is not None
    assert found.paths == {}


def test_claude_at_vertex_with_a_service_account(deploy, tmp_path: Path) -> None:
    file = tmp_path / "sa.json"
    found = deploy(
        "provider: vertex-anthropic, model: claude-sonnet-4-5@20250929,"
        f" google: {{project: p, location: us-east5, credentials: {file}}}"
    )
    assert found.base_url.endswith("/locations/us-east5/publishers/anthropic")
    assert found.credential == f"google:file:{file}"
    assert found.dialect == "anthropic_messages"
    assert found.anthropic_version == "vertex-2023-10-16"
    assert found.paths["stream"] == "/models/{model}:streamRawPredict"
    assert found.price is not None


def test_a_token_of_ones_own_goes_before_an_account(deploy) -> None:
    found = deploy("provider: vertex, model: x, api_key: 'file:/t', google: {project: p}")
    assert (found.credential, found.auth_header) == ("file:/t", "authorization")


def test_azures_v1(deploy) -> None:
    found = deploy("provider: azure, model: gpt-4o, azure: {resource: my-res}")
    assert found.base_url == "https://my-res.openai.azure.com/openai/v1"
    assert (found.auth_header, found.credential) == ("api-key", "env:AZURE_OPENAI_API_KEY")
    assert (found.paths, found.also) == ({}, ("openai_responses",))
    assert found.price is not None


def test_azures_dated_versions_and_entra(deploy) -> None:
    found = deploy(
        "provider: azure, model: my-gpt,"
        " azure: {resource: r, api_version: 2024-10-21, token: 'file:/run/entra'}"
    )
    assert found.base_url == "https://r.openai.azure.com/openai"
    assert found.paths == {
        "chat": "/deployments/{model}/chat/completions?api-version=2024-10-21",
        "embeddings": "/deployments/{model}/embeddings?api-version=2024-10-21",
    }
    assert (found.auth_header, found.auth_prefix) == ("authorization", "Bearer ")
    assert (found.credential, found.also) == ("file:/run/entra", ())


def test_azure_behind_an_address_of_ones_own(deploy) -> None:
    found = deploy(
        "provider: azure, model: x, base_url: 'https://ai.corp/openai/v1', api_key: 'env:K'"
    )
    assert (found.base_url, found.credential) == ("https://ai.corp/openai/v1", "env:K")
    assert found.also == ()


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("provider: vertex, model: x", "chat", "google.project"),
        ("provider: azure, model: x", "chat", "azure.resource"),
        ("provider: azure, model: x, azure: {}", "chat", "azure.resource"),
        ("provider: openai, model: x, google: {project: p}", "chat", "remove it"),
        ("provider: gemini, model: x, azure: {resource: r}", "chat", "remove it"),
        ("provider: vertex, model: x, google: {project: p}", "embedding", "gemini"),
        ("provider: vertex, model: x, google: {project: 'a/b'}", "chat", "project"),
        ("provider: azure, model: x, azure: {resource: 'evil.com/'}", "chat", "resource"),
    ],
)
def test_what_is_missing_or_wrong_is_told(deploy, text: str, kind: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        deploy(text, kind)
