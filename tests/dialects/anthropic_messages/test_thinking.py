"""How a wish for reasoning reaches an Anthropic model."""

from __future__ import annotations

from typing import Any

import pytest

from vanguard.dialects import seals
from vanguard.dialects.anthropic_messages.thinking import Plan, knows_adaptive, plan
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import (
    Conversation,
    Message,
    Part,
    Reasoning,
    RedactedThinking,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)

OLD, NEW = "claude-sonnet-4-5-20250929", "claude-opus-4-6"


def planned(reasoning: Reasoning, model: str = NEW, **fields: Any) -> tuple[Plan, list[str]]:
    losses = Losses()
    fields.setdefault("messages", (Message("user", (Text("hi"),)),))
    return plan(Conversation(model, reasoning=reasoning, **fields), losses), losses.names


@pytest.mark.parametrize(
    "model",
    [
        "claude-3-haiku-20240307",
        "claude-3-7-sonnet-latest",
        "anthropic/claude-3.5-sonnet",
        "claude-2.1",
        "claude-instant-1",
        "claude-sonnet-4-20250514",
        "claude-sonnet-4",
        "claude-sonnet-4-0",
        "claude-opus-4@20250514",
        "claude-opus-4-1-20250805",
        "anthropic.claude-haiku-4-5-20251001-v1:0",
        "anthropic/claude-opus-4.5",
    ],
)
def test_older_families_know_budgets_only(model: str) -> None:
    assert not knows_adaptive(model)


@pytest.mark.parametrize(
    "model",
    [
        "claude-opus-4-6",
        "claude-sonnet-4-6-20260101",
        "claude-opus-5",
        "claude-haiku-5-2",
        "my-model",
    ],
)
def test_later_and_unknown_ones_are_adaptive(model: str) -> None:
    assert knows_adaptive(model)


@pytest.mark.parametrize(
    ("reasoning", "expected", "lost"),
    [
        (Reasoning(), Plan(), []),
        (Reasoning(effort="high"), Plan("adaptive", effort="high"), []),
        (Reasoning(effort="minimal"), Plan("adaptive", effort="low"), ["reasoning_effort"]),
        (Reasoning(effort="none"), Plan("disabled"), []),
        (Reasoning("off"), Plan("disabled"), []),
        (Reasoning("off", effort="low"), Plan("disabled", effort="low"), []),
        (Reasoning("adaptive"), Plan("adaptive"), []),
        (Reasoning("between_tools", effort="max"), Plan("between_tools", effort="max"), []),
        (Reasoning("budget", 2000), Plan("enabled", 2000, extra_tokens=2000), []),
        (Reasoning("budget", 2000, "low"), Plan("enabled", 2000, "low", 2000), []),
        (Reasoning("budget", 5), Plan(), ["thinking"]),
    ],
)
def test_wishes_of_a_newer_model(reasoning: Reasoning, expected: Plan, lost: list[str]) -> None:
    assert planned(reasoning) == (expected, lost)


@pytest.mark.parametrize(
    ("cap", "expected", "lost"),
    [
        (None, Plan("enabled", 8192, extra_tokens=8192), []),
        (9000, Plan("enabled", 8192), []),
        (8192, Plan("enabled", 8191), ["reasoning_effort"]),
        (1025, Plan("enabled", 1024), ["reasoning_effort"]),
        (1024, Plan(), ["reasoning_effort"]),
    ],
)
def test_a_budget_stays_below_the_cap(cap: int | None, expected: Plan, lost: list[str]) -> None:
    assert planned(Reasoning(effort="medium"), OLD, max_output_tokens=cap) == (expected, lost)


@pytest.mark.parametrize("model", [OLD, NEW])
@pytest.mark.parametrize("choice", [ToolChoice("required"), ToolChoice("named", "f")])
def test_a_forced_tool_goes_before_a_wish_for_thought(model: str, choice: ToolChoice) -> None:
    forced = {"tools": (Tool("f"),), "tool_choice": choice}
    assert planned(Reasoning(effort="high"), model, **forced) == (Plan(), ["reasoning_effort"])


@pytest.mark.parametrize(
    ("said", "thinks"),
    [
        ((ToolCall("c", "f", "{}"),), False),
        ((Thinking("unsealed"), ToolCall("c", "f", "{}")), False),
        ((Thinking("t", "sealed"), ToolCall("c", "f", "{}")), True),
        ((RedactedThinking("d"), ToolCall("c", "f", "{}")), True),
        ((Text("no call"),), True),
    ],
)
def test_a_tool_loop_goes_on_thinking_only_with_its_seal(
    said: tuple[Part, ...], thinks: bool
) -> None:
    loop = (Message("assistant", said), Message("user", (ToolResult("c", ()),)))
    got, lost = planned(Reasoning(effort="low"), OLD, messages=loop)
    assert got.thinks == thinks
    assert lost == ([] if thinks else ["reasoning_effort"])


def test_a_result_without_a_call_is_no_loop() -> None:
    alone = (Message("user", (ToolResult("c", ()),)),)
    assert planned(Reasoning(effort="low"), OLD, messages=alone)[0].thinks


@pytest.mark.parametrize(
    ("model", "reasoning", "expected", "lost"),
    [
        (
            "claude-opus-4-7",
            Reasoning("budget", 5000),
            Plan("adaptive", effort="medium"),
            ["thinking.budget_tokens"],
        ),
        ("claude-fable-5", Reasoning("off"), Plan("adaptive", effort="low"), ["thinking.type"]),
        ("claude-opus-5", Reasoning("off"), Plan("disabled"), []),
        ("claude-opus-4-7", Reasoning(effort="xhigh"), Plan("adaptive", effort="xhigh"), []),
        (NEW, Reasoning(effort="xhigh"), Plan("adaptive", effort="high"), ["reasoning_effort"]),
        (OLD, Reasoning("adaptive"), Plan("enabled", 16384, extra_tokens=16384), []),
        (
            OLD,
            Reasoning("adaptive", effort="low"),
            Plan("enabled", 2048, extra_tokens=2048),
            [],
        ),
        ("my-model", Reasoning("budget", 5000), Plan("enabled", 5000, extra_tokens=5000), []),
    ],
)
def test_each_family_is_asked_in_its_own_form(
    model: str, reasoning: Reasoning, expected: Plan, lost: list[str]
) -> None:
    assert planned(reasoning, model) == (expected, lost)


def test_a_forced_tool_goes_before_a_budget_that_a_model_does_not_know() -> None:
    forced = {"tools": (Tool("f"),), "tool_choice": ToolChoice("required")}
    got, lost = planned(Reasoning("budget", 5000), "claude-opus-4-7", **forced)
    assert (got, lost) == (Plan(), ["thinking.budget_tokens"])


def test_another_familys_seal_is_none() -> None:
    foreign = seals.enclose(seals.Seal("openai_responses", "gAAA"))
    said = (Thinking("t", foreign), ToolCall("c", "f", "{}"))
    loop = (Message("assistant", said), Message("user", (ToolResult("c", ()),)))
    got, lost = planned(Reasoning(effort="low"), OLD, messages=loop)
    assert (got.thinks, lost) == (False, ["reasoning_effort"])
