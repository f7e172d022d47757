"""Settings and engine become models, deployments and policies, or an error with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from vanguard.control.catalogue import Catalogue, build_catalogue
from vanguard.control.engine_state import EngineModelState, EngineState
from vanguard.core.errors import SettingsError
from vanguard.core.settings.load import load_settings
from vanguard.snapshot.model import Probe, Quota, Routing, UpstreamTls

NO_ENGINE = EngineState()
ENGINE = EngineState(
    "loading",
    chat=EngineModelState("qwen", "/run/vg/chat.sock", 8192, "ab", ready=False),
    embeddings=EngineModelState("use", "/run/vg/embed.sock", 512, "cd", ready=True),
)


@pytest.fixture
def build(tmp_path: Path):
    def make(text: str = "", engine: EngineState = NO_ENGINE) -> Catalogue:
        path = tmp_path / "vanguard.yaml"
        path.write_text(text)
        return build_catalogue(load_settings(path, {}), engine)

    return make


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "a")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


TWO = """
models:
  sonnet:
    aliases: [claude-4, "claude-*"]
    guardrails: [pii]
    deployments:
      - provider: anthropic
        model: claude-sonnet-4-5
      - provider: openai
        base_url: http://10.0.0.7:8000/v1/
        model: my-model
        api_key: file:/run/secrets/vllm
        headers: {X-Team: red}
        price: {input: 1, output: 2}
        max_output_tokens: 99
        context_tokens: 1234
guardrails:
  pii:
    rules: [{name: digits, pattern: '\\d+', action: block}]
    on: [input]
  all:
    rules: [{name: a, pattern: a, replacement: b}]
    fail_open: true
default_guardrails: [all]
"""


def test_a_model_with_two_deployments(build) -> None:
    found = build(TWO)
    model = found.models["sonnet"]
    assert model.deployments == ("sonnet/0-anthropic", "sonnet/1-openai")
    assert model.policies == ("all", "pii")
    assert found.names == {"sonnet": "sonnet", "claude-4": "sonnet"}
    assert found.patterns == (("claude-*", "sonnet"),)


def test_a_row_fills_what_the_settings_leave_out(build) -> None:
    rented = build(TWO).deployments["sonnet/0-anthropic"]
    assert rented.dialect == "anthropic_messages"
    assert rented.base_url == "https://api.anthropic.com/v1"
    assert (rented.auth_header, rented.auth_prefix) == ("x-api-key", "")
    assert rented.credential == "env:ANTHROPIC_API_KEY"
    assert rented.headers == {"anthropic-version": "2023-06-01"}
    assert rented.price is not None
    assert rented.price.id == "genai-prices:anthropic/claude-sonnet-4-5"
    assert rented.context_tokens >= 200_000
    assert rented.counts_tokens


def test_settings_go_before_the_row(build) -> None:
    own = build(TWO).deployments["sonnet/1-openai"]
    assert own.base_url == "http://10.0.0.7:8000/v1"
    assert (own.auth_header, own.auth_prefix) == ("authorization", "Bearer ")
    assert own.credential == "file:/run/secrets/vllm"
    assert own.headers == {"x-team": "red"}
    assert own.price is not None
    assert own.price.id == "operator:sonnet/1-openai"
    assert (own.max_output_tokens, own.context_tokens) == (99, 1234)


def one(build, deployment: str):
    text = f"models:\n  m:\n    deployments:\n      - {{{deployment}}}\n"
    return build(text).deployments.popitem()[1]


def test_the_vendors_key_never_goes_to_another_address(build, monkeypatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    found = one(build, "provider: openai, model: gpt-4o, base_url: 'http://10.0.0.7/v1'")
    assert (found.credential, found.auth_header, found.auth_prefix) == ("", "", "")


def test_another_address_is_not_priced_by_the_vendors_list(build) -> None:
    assert (
        one(build, "provider: openai, model: gpt-4o, base_url: 'http://10.0.0.7/v1'").price is None
    )
    known = "provider: openai, model: llama-3.3-70b-versatile, base_url: '{}'"
    price = one(build, known.format("https://api.groq.com/openai/v1")).price
    assert price.id.startswith("genai-prices:groq/")


def test_free_is_said_by_the_operator(build) -> None:
    found = one(build, "provider: vllm, model: x, base_url: 'http://h/v1', price: free")
    assert found.price.id == "operator:free"


def test_an_embedding_model_is_priced_by_its_input(build, monkeypatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    found = build(
        "models:\n  e:\n    kind: embedding\n    deployments:\n"
        "      - {provider: openai, model: text-embedding-3-small}\n"
    )
    assert found.models["e"].kind == "embedding"
    assert found.deployments["e/0-openai"].price.rates.output_usd_micros == 0


def test_policies(build) -> None:
    policies = build(TWO).policies
    assert (policies["pii"].on_input, policies["pii"].on_output) == (True, False)
    assert policies["pii"].rules[0].action == "block"
    assert policies["all"].fail_open
    assert policies["all"].rules[0].replacement == "b"


@pytest.mark.parametrize(
    ("deployment", "message"),
    [
        (
            "provider: antropic, model: x",
            r"vanguard\.yaml:4: models\.m\.deployments\[0\]\.provider: .*'antropic'.*anthropic",
        ),
        ("provider: vllm, model: x", r"vanguard\.yaml:4: models\.m\.deployments\[0\]: .*base_url"),
        ("provider: openai, model: gpt-4o", r"vanguard\.yaml:4: .*OPENAI_API_KEY is not set"),
    ],
)
def test_a_wrong_deployment_is_named_with_its_line(build, deployment: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        one(build, deployment)


def test_a_wrong_expression_is_named_with_its_line(build) -> None:
    text = "guardrails:\n  g:\n    rules:\n      - name: r\n        pattern: '(open'\n"
    with pytest.raises(
        SettingsError, match=r"vanguard\.yaml:5: guardrails\.g\.rules\[0\]\.pattern"
    ):
        build(text)


def test_the_embedded_models_are_deployments_like_any_other(build) -> None:
    found = build(TWO, ENGINE)
    assert found.names["default"] == "qwen"
    assert found.names["default-embedding"] == "use"
    assert found.models["qwen"].policies == ("all",)
    assert found.models["use"].kind == "embedding"
    chat = found.deployments["qwen/0-embedded"]
    assert chat.base_url == "http+unix://%2Frun%2Fvg%2Fchat.sock/v1"
    assert (chat.provider, chat.dialect, chat.credential) == ("embedded", "openai_chat", "")
    assert chat.price.id == "embedded:free"
    assert chat.context_tokens == 8192


def test_names_of_the_settings_go_before_the_engines(build) -> None:
    text = (
        "models:\n  m:\n    aliases: [default]\n    deployments:\n"
        "      - {provider: ollama, model: x}\n"
        "  use:\n    deployments:\n      - {provider: ollama, model: y}\n"
    )
    found = build(text, ENGINE)
    assert found.names["default"] == "m"
    assert found.models["use"].deployments == ("use/0-ollama",)
    assert "default-embedding" not in found.names
    assert "qwen" in found.models


def test_tls_of_a_deployment_is_paths_and_names(build, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = """
models:
  far:
    deployments:
      - provider: openai
        base_url: https://10.0.0.7/v1
        model: m
        tls: {ca_file: ca.pem, certificate: /own.pem, key: own.key, server_name: models.test}
      - provider: openai
        base_url: https://10.0.0.8/v1
        model: m
        tls: {insecure_skip_verify: true}
"""
    found = build(text).deployments
    assert found["far/0-openai"].tls == UpstreamTls(
        str(tmp_path / "ca.pem"), "/own.pem", str(tmp_path / "own.key"), "models.test"
    )
    assert found["far/1-openai"].tls == UpstreamTls(insecure_skip_verify=True)
    with pytest.raises(SettingsError) as caught:
        build(text.replace("https://10.0.0.8", "http://10.0.0.8"))
    assert caught.value.message == (
        "vanguard.yaml:12: models.far.deployments[1].tls: is for https:// addresses; remove it or"
        " change base_url"
    )


FLEET = """
models:
  sonnet:
    routing: least_tokens
    affinity_s: 60
    max_load: 2
    fallbacks: [small]
    fallback_on: [failure, context_overflow]
    deployments:
      - {provider: anthropic, model: claude-sonnet-4-5, weight: 3, api_key: "env:ANTHROPIC_API_KEY"}
      - provider: anthropic
        model: claude-sonnet-4-5
        api_key: file:/run/secrets/second
        priority: 1
        quota: {input_tokens_per_minute: 1000}
      - provider: openai
        base_url: http://10.0.0.7:8000/v1
        model: own
        account: rack
        probe: {path: /health}
  small:
    deployments: [{provider: anthropic, model: claude-haiku-4-5}]
"""


def test_routing_of_a_fleet(build) -> None:
    made = build(FLEET)
    assert made.models["sonnet"].routing == Routing(
        "least_tokens", 60, 2, ("small",), ("failure", "context_overflow")
    )
    assert made.models["small"].routing == Routing()
    one, two, three = (made.deployments[name] for name in made.models["sonnet"].deployments)
    assert (one.weight, one.priority, two.priority) == (3, 0, 1)
    assert one.account == "https://api.anthropic.com/v1 env:ANTHROPIC_API_KEY"
    assert two.account == "https://api.anthropic.com/v1 file:/run/secrets/second"
    assert two.quota == Quota(input_tokens_per_minute=1000, counting="used")
    assert (three.account, three.probe) == ("rack", Probe("/health"))
    # the same key at the same address is the same account, whatever the model
    assert made.deployments["small/0-anthropic"].account == one.account


CARRIED_ON = """
models:
  sonnet:
    continuations: 2
    deployments:
      - {provider: anthropic, model: claude-sonnet-4-5}
      - {provider: vllm, model: m, base_url: 'http://10.0.0.7:8000/v1', price: free}
      - {provider: vllm, model: m, base_url: 'http://10.0.0.8:8000/v1', continues: never}
"""


def test_answers_that_others_carry_on(build) -> None:
    made = build(CARRIED_ON)
    assert made.models["sonnet"].continuations == 2
    ways = [one.continues for one in made.deployments.values()]
    assert ways == ["prefill", "continue_final_message", ""]
    alone = "models:\n  m:\n    continuations: 1\n    deployments:\n      - {provider: anthropic, model: claude-opus-4-6}"
    with pytest.raises(SettingsError, match=r"models.m.continuations.*none of its deployments"):
        build(alone)


@pytest.mark.parametrize(
    ("deployment", "name"),
    [
        (
            (
                "{provider: openai, model: x, base_url: 'http://x/v1', api_key: 'env:ANTHROPIC_API_KEY',"
                " headers: {Authorization: a}}"
            ),
            "Authorization",
        ),
        ("{provider: anthropic, model: x, headers: {X-Api-Key: a}}", "X-Api-Key"),
        (
            (
                "{provider: bedrock, model: anthropic.x, aws: {region: eu-west-1, credentials:"
                " 'aws:default'}, headers: {x-amz-date: a}}"
            ),
            "x-amz-date",
        ),
    ],
)
def test_a_header_beside_the_credential_in_it_is_refused(build, deployment: str, name: str) -> None:
    with pytest.raises(SettingsError, match=f"deployments\\[0\\].headers.{name}: .*credential"):
        build(f"models:\n  m:\n    deployments: [{deployment}]\n")


def test_without_a_credential_its_header_may_be_given(build) -> None:
    found = build(
        "models:\n  m:\n    deployments: [{provider: openai, model: x, base_url: 'http://x/v1',"
        " headers: {Authorization: Basic a}}]\n"
    )
    assert found.deployments["m/0-openai"].headers == {"authorization": "Basic a"}


@pytest.mark.parametrize("provider", ["anthropic", "openai-responses"])
def test_a_provider_without_embeddings_has_no_model_for_them(build, provider: str) -> None:
    text = (
        "models:\n  m:\n    kind: embedding\n    deployments: [{provider: %s, model: x,"
        " base_url: 'http://x/v1'}]\n"
    )
    with pytest.raises(SettingsError, match=f"embedding models of '{provider}' are not offered"):
        build(text % provider)
