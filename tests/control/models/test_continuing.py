"""Which models go on with a broken answer, and how they are told to."""

import pytest

from vanguard.control.models.continuing import continues_of
from vanguard.control.providers import provider_rows
from vanguard.core.settings.tree import DeploymentSettings


def ways(provider: str, model: str, **more: object) -> str:
    settings = {"provider": provider, "model": model, **more}
    return continues_of(DeploymentSettings.model_validate(settings))


@pytest.mark.parametrize(
    ("provider", "model", "way"),
    [
        ("anthropic", "claude-sonnet-4-5", "prefill"),
        ("anthropic", "claude-sonnet-4-5-20250929", "prefill"),
        ("anthropic", "claude-sonnet-4-20250514", "prefill"),
        ("anthropic", "claude-3-5-haiku-20241022", "prefill"),
        ("bedrock", "eu.anthropic.claude-haiku-4-5-20251001-v1:0", "prefill"),
        ("vertex-anthropic", "claude-opus-4@20250514", "prefill"),
        ("vertex-anthropic", "claude-opus-4-5@20251101", "prefill"),
        # prefilled answers are an error there
        ("anthropic", "claude-opus-4-6", ""),
        ("anthropic", "claude-sonnet-4-6", ""),
        ("bedrock", "us.anthropic.claude-opus-4-7-v1", ""),
        ("anthropic", "claude-sonnet-5", ""),
        ("bedrock", "amazon.nova-pro-v1:0", ""),
        ("vllm", "anything", "continue_final_message"),
        ("openai", "gpt-4o", ""),
        ("openrouter", "anthropic/claude-sonnet-4-5", ""),
    ],
)
def test_the_packaged_list(provider: str, model: str, way: str) -> None:
    assert provider in provider_rows()
    assert ways(provider, model) == way


def test_settings_go_before_it() -> None:
    assert ways("vllm", "x", continues="never") == ""
    assert ways("vllm", "x", continues="prefill") == "prefill"
    assert ways("llamacpp", "x", continues="prefill") == "prefill"
