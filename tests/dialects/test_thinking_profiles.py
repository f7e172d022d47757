"""What is known of how models think."""

from __future__ import annotations

import re
from datetime import date

import pytest

from vanguard.dialects.conversation import Effort
from vanguard.dialects.thinking_profiles import (
    EFFORTS,
    budget_tokens,
    effort_of,
    profile_of,
    profiles,
)


def test_every_family_says_where_it_is_from_and_what_it_takes() -> None:
    for profile in profiles():
        assert profile.docs.startswith("https://")
        assert profile.as_of <= date(2026, 12, 31)
        assert profile.forms
        assert re.compile(profile.match)
        assert list(profile.efforts) == sorted(profile.efforts, key=EFFORTS.index)
        assert ("none" in profile.efforts) <= profile.off
        assert ("effort" in profile.forms) <= bool(profile.efforts)


@pytest.mark.parametrize(
    ("model", "forms", "top"),
    [
        ("anthropic.claude-sonnet-4-5-20250929-v1:0", ("budget",), None),
        ("claude-sonnet-4-6", ("adaptive", "budget"), "max"),
        ("us.anthropic.claude-opus-4-7", ("adaptive",), "max"),
        ("claude-fable-5-1", ("adaptive",), "max"),
        ("gpt-5", ("effort",), "high"),
        ("gpt-5-codex", ("effort",), "high"),
        ("gpt-5.1-codex-max", ("effort",), "xhigh"),
        ("gpt-5.1", ("effort",), "high"),
        ("gpt-5.4-mini", ("effort",), "xhigh"),
        ("gpt-5.3-codex", ("effort",), "xhigh"),
        ("gpt-5.6-sol", ("effort",), "max"),
        ("openai/gpt-6.2-astra", ("effort",), "max"),
        ("o4-mini", ("effort",), "high"),
        ("openai/gpt-oss-20b", ("effort",), "high"),
        ("gemini-2.5-flash-lite", ("budget", "adaptive"), None),
        ("gemini-3-pro-preview", ("effort",), "high"),
        ("google/gemini-3.8-flash", ("effort",), "high"),
    ],
)
def test_models_of_today(model: str, forms: tuple[str, ...], top: str | None) -> None:
    profile = profile_of(model)
    assert profile is not None
    assert profile.forms == forms
    assert (profile.efforts[-1] if profile.efforts else None) == top


def test_of_other_models_nothing_is_known() -> None:
    for model in ("gpt-4o", "mistral-large", "my-model", "llama-3.3-70b"):
        assert profile_of(model) is None


def test_the_nearest_effort_is_never_silence() -> None:
    modern, old = profile_of("gpt-5.6"), profile_of("gpt-5")
    assert modern is not None
    assert old is not None
    assert modern.nearest("minimal") == "low"
    assert modern.nearest("none") == "none"
    assert old.nearest("none") == "minimal"
    assert old.nearest("max") == "high"
    claude = profile_of("claude-sonnet-4-6")
    assert claude is not None
    assert claude.nearest("xhigh") == "high"


@pytest.mark.parametrize("effort", ["low", "medium", "high", "xhigh"])
def test_an_effort_as_a_budget_is_the_same_effort_again(effort: Effort) -> None:
    assert effort_of(budget_tokens(effort)) == effort


def test_budgets_rise_with_the_effort() -> None:
    tokens = [budget_tokens(effort) for effort in EFFORTS]
    assert tokens == sorted(tokens)
    assert tokens[0] == 0
    assert effort_of(0) == "low"
    assert effort_of(10**9) == "xhigh"
