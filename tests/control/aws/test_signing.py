"""Regions, credentials and roles of deployments at AWS."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from vanguard.control.catalogue import build_catalogue
from vanguard.control.engine_state import EngineState
from vanguard.core.errors import SettingsError
from vanguard.core.settings.load import load_settings
from vanguard.snapshot.model import AssumedRole, Aws, Deployment

CLAUDE = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
PROFILE = "arn:aws:bedrock:us-west-2:123456789012:application-inference-profile/abc"
Build = Callable[..., Deployment]


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ENDPOINT_URL_STS"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_BEARER_TOKEN_BEDROCK"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)

    def make(
        text: str = "", model: str = CLAUDE, provider: str = "bedrock", kind: str = "chat"
    ) -> Deployment:
        path = tmp_path / "vanguard.yaml"
        path.write_text(
            f"models:\n  m:\n    kind: {kind}\n    deployments:\n      - provider: {provider}\n"
            f"        model: '{model}'\n"
            + "".join(f"        {line}\n" for line in text.split("\n"))
        )
        catalogue = build_catalogue(load_settings(path, {}), EngineState())
        (deployment,) = catalogue.deployments.values()
        return deployment

    return make


PAIR = "access_key_id: 'env:A', secret_access_key: 'file:/s'"


def test_a_pair_of_the_settings(build: Build) -> None:
    made = build(f"aws: {{region: eu-west-1, {PAIR}}}")
    assert made.base_url == "https://bedrock-runtime.eu-west-1.amazonaws.com"
    assert made.dialect == "bedrock_converse"
    assert made.aws == Aws("eu-west-1", "env:A", "file:/s", anthropic=True)
    assert (made.auth_header, made.credential) == ("", "")
    assert made.counts_tokens
    assert made.price is not None
    assert made.context_tokens
    assert made.account.endswith("env:A")


def test_a_pair_of_the_environment(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    made = build(model="amazon.nova-pro-v1:0")
    assert made.aws == Aws("us-east-1", "env:AWS_ACCESS_KEY_ID", "env:AWS_SECRET_ACCESS_KEY")
    assert not made.counts_tokens
    monkeypatch.setenv("AWS_SESSION_TOKEN", "t")
    aws = build().aws
    assert aws is not None
    assert aws.session_token == "env:AWS_SESSION_TOKEN"


def test_a_bearer_key(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "cn-north-1")
    made = build("api_key: file:/key")
    assert (made.credential, made.aws) == ("file:/key", Aws("cn-north-1", anthropic=True))
    assert made.base_url == "https://bedrock-runtime.cn-north-1.amazonaws.com.cn"
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "b")
    assert build().credential == "env:AWS_BEARER_TOKEN_BEDROCK"
    # what stands in the environment goes to AWS's own address only
    assert build("base_url: http://10.0.0.1").credential == ""
    assert build(f"aws: {{{PAIR}}}").credential == ""


def test_what_an_arn_tells_and_what_it_does_not(build: Build) -> None:
    made = build(f"aws: {{{PAIR}}}", model=PROFILE)
    assert made.aws == Aws("us-west-2", "env:A", "file:/s")
    told = build(f"aws: {{{PAIR}, anthropic: true, anthropic_betas: [x]}}", model=PROFILE).aws
    assert told == Aws("us-west-2", "env:A", "file:/s", anthropic=True, betas=("x",))
    owned = build(
        f"aws: {{{PAIR}}}", model=f"arn:aws:bedrock:us-west-2:1:inference-profile/{CLAUDE}"
    ).aws
    assert owned is not None
    assert owned.anthropic


def test_a_role(build: Build) -> None:
    role = "arn: 'arn:aws:iam::123456789012:role/r', tags: {team: '{team}'}"
    made = build(f"aws: {{region: eu-west-1, {PAIR}, assume_role: {{{role}}}}}")
    assert made.aws is not None
    assert made.aws.role == AssumedRole(
        "arn:aws:iam::123456789012:role/r",
        "https://sts.eu-west-1.amazonaws.com",
        tags=(("team", "{team}"),),
    )
    assert made.account.endswith("role/r")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no region"),
        (f"aws: {{region: eu-west-1, credentials: 'aws:default', {PAIR}}}", "in place of a pair"),
        ("api_key: env:K\naws: {region: eu-west-1, credentials: 'aws:default'}", "not both"),
        ("aws: {region: eu-west-1, credentials: 'aws:profile/'}", "credentials"),
        ("aws: {region: eu-west-1, credentials: 'env:A'}", "credentials"),
        ("aws: {region: eu-west-1, access_key_id: 'env:A'}", "needs both"),
        (f"api_key: env:K\naws: {{region: eu-west-1, {PAIR}}}", "not both"),
    ],
)
def test_what_is_missing_is_told_with_its_place(build: Build, text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        build(text)
    assert "vanguard.yaml" in caught.value.message


STS = "https://sts.eu-west-1.amazonaws.com"


def test_where_no_pair_is_given_the_gateway_looks_where_sdks_look(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = build("aws: {region: eu-west-1}")
    assert made.aws == Aws("eu-west-1", source="default", sts_url=STS, anthropic=True)
    assert made.account.endswith(" aws:default")
    assert made.awaits
    named = build("aws: {region: eu-west-1, credentials: 'aws:profile/a b'}")
    assert named.aws == Aws("eu-west-1", source="profile/a b", sts_url=STS, anthropic=True)
    # what is named goes before the variables, a bearer key among them
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "b")
    assert build("aws: {region: eu-west-1, credentials: 'aws:default'}").aws == made.aws
    monkeypatch.delenv("AWS_BEARER_TOKEN_BEDROCK")
    assert not build("aws: {region: eu-west-1}").awaits
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(SettingsError, match="AWS_SECRET_ACCESS_KEY is not set"):
        build("aws: {region: eu-west-1}")


def test_a_role_may_be_assumed_with_what_is_found(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = "assume_role: {arn: 'arn:aws:iam::123456789012:role/r'}"
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "https://sts.corp")
    aws = build(f"aws: {{region: eu-west-1, {role}}}").aws
    assert aws is not None
    assert (aws.source, aws.sts_url) == ("default", "https://sts.corp")
    assert aws.role == AssumedRole("arn:aws:iam::123456789012:role/r", "https://sts.corp")


def test_a_profile_tells_the_region(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = (
        "[default]\nregion = eu-west-1\n[profile p]\nregion = us-east-2\n[profile q]\nregion = x\n"
    )
    (tmp_path / "config").write_text(config)
    profile = "aws: {credentials: 'aws:profile/p'}"
    regions = [one.region for text in ("", profile) if (one := build(text).aws)]
    assert regions == ["eu-west-1", "us-east-2"]
    monkeypatch.setenv("AWS_PROFILE", "q")
    with pytest.raises(SettingsError, match="the profile's region 'x' is none"):
        build()
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    told = build(profile).aws
    assert told is not None
    assert told.region == "eu-north-1"
    (tmp_path / "config").write_text("[broken")
    assert build(profile)
    monkeypatch.delenv("AWS_REGION")
    with pytest.raises(SettingsError, match="config cannot be read"):
        build()


def test_it_is_for_aws_alone(build: Build) -> None:
    with pytest.raises(SettingsError, match="says nothing about provider 'ollama'"):
        build("aws: {region: eu-west-1}", provider="ollama")


ENDPOINT = "{inference_component: part-a, target_variant: blue, target_model: a.tgz, model: mine}"


def test_an_endpoint_of_sagemakers(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    # a bearer key of Bedrock's is none of its business
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "b")
    made = build(f"aws: {{region: eu-west-1, {PAIR}, endpoint: {ENDPOINT}}}", "my-llm", "sagemaker")
    assert made.dialect == "sagemaker_chat"
    assert made.base_url == "https://runtime.sagemaker.eu-west-1.amazonaws.com"
    assert made.aws == Aws("eu-west-1", "env:A", "file:/s", endpoint_model="mine")
    assert (made.auth_header, made.credential, made.price) == ("", "", None)
    assert not made.counts_tokens
    assert made.headers == {
        "x-amzn-sagemaker-inference-component": "part-a",
        "x-amzn-sagemaker-target-variant": "blue",
        "x-amzn-sagemaker-target-model": "a.tgz",
    }
    role = "assume_role: {arn: 'arn:aws:iam::123456789012:role/r'}"
    made = build(f"aws: {{region: cn-north-1, {PAIR}, {role}}}", "my-llm", "sagemaker")
    assert made.base_url == "https://runtime.sagemaker.cn-north-1.amazonaws.com.cn"
    assert made.headers == {}
    assert made.account.endswith("role/r")


@pytest.mark.parametrize("region", ["eu-west-1", "us-gov-west-1", "cn-north-1"])
def test_its_address_is_the_one_that_botocore_finds(build: Build, region: str) -> None:
    from botocore.loaders import Loader
    from botocore.regions import EndpointResolver

    resolver = EndpointResolver(Loader().load_data("endpoints"))
    partition = resolver.get_partition_for_region(region)
    found = resolver.construct_endpoint("runtime.sagemaker", region, partition)
    made = build(f"aws: {{region: {region}, {PAIR}}}", "my-llm", "sagemaker")
    assert made.base_url == f"https://{found['hostname']}"


@pytest.mark.parametrize(
    ("text", "model", "provider", "words"),
    [
        (f"aws: {{region: us-east-1, {PAIR}}}", "arn:aws:x", "sagemaker", "endpoint's name"),
        (f"aws: {{region: us-east-1, {PAIR}}}", "a" * 64, "sagemaker", "endpoint's name"),
        ("api_key: file:/k\naws: {region: us-east-1}", "e", "sagemaker", "signed requests only"),
        (f"aws: {{region: us-east-1, {PAIR}, anthropic: true}}", "e", "sagemaker", "for Bedrock"),
        (f"aws: {{region: us-east-1, {PAIR}, endpoint: {{}}}}", CLAUDE, "bedrock", "SageMaker"),
        (f"aws: {{{PAIR}}}", "e", "sagemaker", "no region"),
    ],
)
def test_what_an_endpoint_cannot_have(
    build: Build, text: str, model: str, provider: str, words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        build(text, model, provider)


def test_it_embeds_nothing(build: Build) -> None:
    with pytest.raises(SettingsError, match="embedding models of 'sagemaker' are not offered"):
        build(f"aws: {{region: us-east-1, {PAIR}}}", "e", "sagemaker", "embedding")
