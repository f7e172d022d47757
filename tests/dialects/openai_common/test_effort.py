"""Wishes for reasoning as OpenAI's efforts."""

from __future__ import annotations

import pytest

from vanguard.core.errors import UnsupportedFeature
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import Reasoning
from vanguard.dialects.openai_common.effort import effort_for


@pytest.mark.parametrize(
    ("reasoning", "effort", "lost"),
    [
        (Reasoning(), None, []),
        (Reasoning(effort="xhigh"), "xhigh", []),
        (Reasoning("adaptive"), None, []),
        (Reasoning("adaptive", effort="low"), "low", []),
        (Reasoning("budget", 1024), "low", ["thinking.budget_tokens"]),
        (Reasoning("budget", 4096), "medium", ["thinking.budget_tokens"]),
        (Reasoning("budget", 16384), "high", ["thinking.budget_tokens"]),
        (Reasoning("budget", 16384, "low"), "low", ["thinking.budget_tokens"]),
        (Reasoning("off"), None, ["thinking.type"]),
        (Reasoning("between_tools"), None, ["thinking.type"]),
    ],
)
def test_each_wish_has_its_effort(
    reasoning: Reasoning, effort: str | None, lost: list[str]
) -> None:
    losses = Losses()
    assert effort_for("my-model", reasoning, losses) == effort
    assert losses.names == lost


def test_strict_refuses_a_budget() -> None:
    with pytest.raises(UnsupportedFeature):
        effort_for("m", Reasoning("budget", 2000), Losses(strict=True))


@pytest.mark.parametrize(
    ("model", "reasoning", "effort", "lost"),
    [
        ("gpt-5.6-sol", Reasoning("off"), "none", []),
        ("gpt-5.6-sol", Reasoning(effort="minimal"), "low", ["reasoning_effort"]),
        ("gpt-5.6-sol", Reasoning(effort="max"), "max", []),
        ("gpt-5.2", Reasoning(effort="max"), "xhigh", ["reasoning_effort"]),
        ("gpt-5", Reasoning("off"), None, ["thinking.type"]),
        ("gpt-5", Reasoning(effort="none"), "minimal", ["reasoning_effort"]),
        ("gpt-5", Reasoning("budget", 40_000), "high", ["thinking.budget_tokens"]),
        ("openai/gpt-5.2", Reasoning("budget", 40_000), "xhigh", ["thinking.budget_tokens"]),
        ("gpt-5-pro", Reasoning(effort="low"), "high", ["reasoning_effort"]),
        ("o3-mini", Reasoning(effort="xhigh"), "high", ["reasoning_effort"]),
        ("gpt-4o", Reasoning(effort="low"), "low", []),
    ],
)
def test_a_model_gets_what_it_takes(
    model: str, reasoning: Reasoning, effort: str | None, lost: list[str]
) -> None:
    losses = Losses()
    assert effort_for(model, reasoning, losses) == effort
    assert losses.names == lost
