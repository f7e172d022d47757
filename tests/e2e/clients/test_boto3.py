"""boto3's Bedrock runtime with a key of the gateway, against Bedrock and upstreams that are not.

boto3 sends a bearer key over HTTPS only, so this gateway shows a certificate of its own.
"""

from __future__ import annotations

import ssl
from contextlib import closing
from pathlib import Path

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError

from support.certificates import Authority
from support.clients.matrix import proves
from support.clients.scripted_model import ScriptedModel
from support.clients.sdk_scripts import PLAY
from support.clients.stage import SETTINGS
from support.platform import Platform, eventually

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory, scripted_model: ScriptedModel):
    folder = tmp_path_factory.mktemp("boto3")
    authority = Authority(folder / "authority")
    pair = authority.issue("gateway.test", "127.0.0.1")
    tls = f"tls:\n  certificate: {pair.certificate}\n  key: {pair.key}\n"
    settings = tls + SETTINGS.format(url=scripted_model.base_url)
    made = Platform(folder / "platform", model="none", settings=settings)
    try:
        yield made.start(SCRIPTED_KEY="sk-scripted"), authority.file
    finally:
        made.stop()


@pytest.fixture
def client(
    secured: tuple[Platform, Path],
    scripted_model: ScriptedModel,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
):
    platform, authority = secured
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", platform.key)
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", f"{platform.base_url}/aws")
    monkeypatch.setenv("AWS_CA_BUNDLE", str(authority))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    scripted_model.reset(PLAY)
    with closing(boto3.client("bedrock-runtime", region_name="us-east-1")) as made:
        yield made


def user(text: str) -> list[dict]:
    return [{"role": "user", "content": [{"text": text}]}]


@pytest.mark.parametrize(
    "model",
    [
        pytest.param("claude-own", marks=proves("boto3", "Converse", "Anthropic Messages")),
        pytest.param("bedrock-claude", marks=proves("boto3", "Converse", "Bedrock")),
        pytest.param("gpt-own", marks=proves("boto3", "Converse", "OpenAI chat")),
    ],
)
def test_converse(secured: tuple[Platform, Path], client, model: str) -> None:
    said = client.converse(modelId=model, messages=user("hello"))
    assert said["output"]["message"]["content"][0]["text"] == "Hello, مرحبا."
    request_id = said["ResponseMetadata"]["RequestId"]

    def settled() -> list[dict]:
        platform, authority = secured
        rows = httpx.get(
            f"{platform.base_url}/api/requests",
            headers={"authorization": f"Bearer {platform.admin_key}"},
            verify=ssl.create_default_context(cafile=authority),
        ).json()["data"]
        return [one for one in rows if (one["request_id"], one["status"]) == (request_id, "ok")]

    assert eventually(settled)[0]["output_tokens"] == said["usage"]["outputTokens"]


@pytest.mark.parametrize(
    "model",
    [
        pytest.param("claude-own", marks=proves("boto3", "ConverseStream", "Anthropic Messages")),
        pytest.param("bedrock-claude", marks=proves("boto3", "ConverseStream", "Bedrock")),
        pytest.param("gpt-own", marks=proves("boto3", "ConverseStream", "OpenAI chat")),
    ],
)
def test_converse_stream(client, model: str) -> None:
    events = list(client.converse_stream(modelId=model, messages=user("hello"))["stream"])
    pieces = [
        one["contentBlockDelta"]["delta"]["text"] for one in events if "contentBlockDelta" in one
    ]
    assert "".join(pieces) == "Hello, مرحبا."
    assert "metadata" in events[-1]


@pytest.mark.parametrize(
    "model",
    [
        pytest.param("claude-own", marks=proves("boto3", "errors", "Anthropic Messages")),
        pytest.param("bedrock-claude", marks=proves("boto3", "errors", "Bedrock")),
        pytest.param("gpt-own", marks=proves("boto3", "errors", "OpenAI chat")),
    ],
)
def test_errors(client, model: str) -> None:
    with pytest.raises(ClientError) as wrong:
        client.converse(modelId=model, messages=user("wrong"))
    assert wrong.value.response["Error"]["Code"] == "ValidationException"
    with pytest.raises(ClientError) as unknown:
        client.converse(modelId="no-such-model", messages=user("hello"))
    assert unknown.value.response["Error"]["Code"] == "ResourceNotFoundException"
