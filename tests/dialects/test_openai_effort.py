"""Wishes for reasoning as OpenAI's efforts."""

from __future__ import annotations

import pytest

from vanguard.core.errors import UnsupportedFeature
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import Reasoning
from vanguard.dialects.openai_effort import effort_for


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
    assert effort_for(reasoning, losses) == effort
    assert losses.names == lost


def test_strict_refuses_a_budget() -> None:
    with pytest.raises(UnsupportedFeature):
        effort_for(Reasoning("budget", 2000), Losses(strict=True))
