"""How a wish for reasoning is put to Gemini, and read from Google's form."""

from __future__ import annotations

import pytest

from vanguard.core.errors import InvalidRequest
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import Conversation, Message, Reasoning, Text
from vanguard.dialects.google_generate.thinking import plan, read_thinking
from vanguard.wire.google_generate import ThinkingConfig

FLASH, LITE, PRO = "gemini-2.5-flash", "gemini-2.5-flash-lite", "gemini-2.5-pro"
THREE, THREE_PRO, NEWER = "gemini-3-flash-preview", "gemini-3-pro-preview", "gemini-3.1-pro"


def planned(model: str, wish: Reasoning) -> tuple[ThinkingConfig | None, list[str]]:
    losses = Losses()
    conversation = Conversation(model, (Message("user", (Text("x"),)),), reasoning=wish)
    return plan(conversation, losses), losses.names


@pytest.mark.parametrize(
    ("model", "wish", "expected", "lost"),
    [
        (FLASH, Reasoning(), None, []),
        (FLASH, Reasoning(display="omitted"), None, []),
        (FLASH, Reasoning("off"), (None, 0, None), []),
        (PRO, Reasoning("off"), (True, 128, None), ["thinking.type"]),
        (FLASH, Reasoning("budget", 2048), (True, 2048, None), []),
        (FLASH, Reasoning("budget", 99_999), (True, 24_576, None), ["thinking.budget_tokens"]),
        (LITE, Reasoning("budget", 100), (True, 512, None), ["thinking.budget_tokens"]),
        (PRO, Reasoning("budget", 32_000), (True, 32_000, None), []),
        (FLASH, Reasoning("adaptive"), (True, -1, None), []),
        (FLASH, Reasoning(effort="low"), (True, 2048, None), []),
        (FLASH, Reasoning(effort="high"), (True, 16_384, None), []),
        (FLASH, Reasoning(effort="max"), (True, 24_576, None), []),
        (FLASH, Reasoning(effort="none"), (None, 0, None), []),
        (FLASH, Reasoning("budget", 2048, display="omitted"), (None, 2048, None), []),
        (THREE, Reasoning(effort="minimal"), (True, None, "minimal"), []),
        (THREE, Reasoning(effort="medium"), (True, None, "medium"), []),
        (THREE, Reasoning(effort="max"), (True, None, "high"), ["reasoning_effort"]),
        (THREE, Reasoning("off"), (None, None, "minimal"), ["thinking.type"]),
        (THREE, Reasoning("adaptive"), (True, None, None), []),
        (THREE, Reasoning("budget", 1024), (True, None, "low"), ["thinking.budget_tokens"]),
        (THREE, Reasoning("budget", 20_000), (True, None, "high"), ["thinking.budget_tokens"]),
        (THREE_PRO, Reasoning(effort="medium"), (True, None, "low"), ["reasoning_effort"]),
        (THREE_PRO, Reasoning(effort="none"), (None, None, "low"), ["thinking.type"]),
        (NEWER, Reasoning(effort="medium"), (True, None, "medium"), []),
        (FLASH, Reasoning("between_tools"), (True, -1, None), ["thinking.type"]),
    ],
)
def test_what_is_asked_for(model, wish, expected, lost):
    config, names = planned(model, wish)
    found = config and (config.include_thoughts, config.thinking_budget, config.thinking_level)
    assert (found, names) == (expected, lost)


def test_unknown_names_take_googles_levels():
    config, lost = planned("my-model", Reasoning(effort="medium"))
    assert (config.thinking_level, lost) == ("medium", [])


@pytest.mark.parametrize("model", ["gemini-2.0-flash", "gemini-1.5-pro-002"])
def test_models_that_do_not_think_are_not_asked_to(model):
    assert planned(model, Reasoning("off")) == (None, [])
    assert planned(model, Reasoning(effort="high")) == (None, ["reasoning_effort"])
    assert planned(model, Reasoning("budget", 2048)) == (None, ["thinking"])


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (None, Reasoning(display="omitted")),
        (ThinkingConfig(include_thoughts=True), Reasoning()),
        (ThinkingConfig(None, 0), Reasoning("off", display="omitted")),
        (ThinkingConfig(True, -1), Reasoning("adaptive")),
        (ThinkingConfig(True, 512), Reasoning("budget", 512)),
        (ThinkingConfig(True, None, "LOW"), Reasoning(effort="low")),
        (ThinkingConfig(True, None, "THINKING_LEVEL_UNSPECIFIED"), Reasoning()),
    ],
)
def test_what_a_client_wishes(config, expected):
    assert read_thinking(config) == expected


def test_a_level_that_nobody_knows_is_refused():
    with pytest.raises(InvalidRequest) as caught:
        read_thinking(ThinkingConfig(thinking_level="HUGE"))
    assert caught.value.param == "generationConfig.thinkingConfig.thinkingLevel"
