import pytest

from vanguard.dialects.openai_common.caps import cap_field


@pytest.mark.parametrize(
    "model", ["o1", "o3-mini", "gpt-5.1", "openai/gpt-5", "codex-mini", "GPT-10"]
)
def test_reasoning_models_take_the_newer_name(model):
    assert cap_field(model) == "max_completion_tokens"


@pytest.mark.parametrize(
    "model", ["gpt-4o", "llama-3", "qwen2.5-coder-0.5b", "olmo-2", "gpt-oss-20b"]
)
def test_everybody_else_the_older(model):
    assert cap_field(model) == "max_tokens"
