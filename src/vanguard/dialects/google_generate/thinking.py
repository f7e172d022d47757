"""Decides how a wish for reasoning is put to a Gemini model, and reads one from Google's form.

It does not know the rest of the request. Rules: Gemini API docs, thinking (2026-11): Gemini 3 takes
levels and cannot be told not to think at all; 2.5 takes budgets, each model within its own bounds, 0
for none and -1 for its own choice; never both.
"""

from __future__ import annotations

import re
from typing import NamedTuple, cast

from vanguard.core.errors import InvalidRequest
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import Conversation, Effort, Reasoning
from vanguard.wire import google_generate as wire

FREE = -1
_BUDGETS_ONLY = re.compile(r"gemini-(?:[01]\.|2\.|flash-2|pro-2)")
# the first of Gemini 3 knew two levels only
_TWO_LEVELS = re.compile(r"gemini-3-pro")

# Tokens for each effort where the model knows budgets only; as Google's own OpenAI endpoint has them.
_BUDGETS: dict[Effort, int] = {
    "none": 0,
    "minimal": 1024,
    "low": 1024,
    "medium": 8192,
    "high": 24576,
    "xhigh": 24576,
    "max": 24576,
}
_LEVELS: dict[Effort, str] = {
    "minimal": "minimal",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "high",
    "max": "high",
}
# bounds, ours: a budget below 4,096 tokens is a short thought, one from 16,384 on a long one
_LOW_BELOW_TOKENS = 4096
_HIGH_FROM_TOKENS = 16384


class _Bounds(NamedTuple):
    """Budgets that a model takes, in tokens, and whether it can be told not to think."""

    least: int
    most: int
    off: bool


def _bounds(model: str) -> _Bounds:
    if "pro" in model:
        return _Bounds(128, 32_768, off=False)
    return _Bounds(512 if "lite" in model else 1, 24_576, off=True)


def knows_levels(model: str) -> bool:
    """Whether a model takes levels, by its family; unknown names count as new."""
    return _BUDGETS_ONLY.search(model.lower()) is None


def plan(conversation: Conversation, losses: Losses) -> wire.ThinkingConfig | None:
    """The thinking to ask for; None leaves it to the model.

    Raises:
        UnsupportedFeature: the wish cannot be kept and `losses` is strict.
    """
    wish, model = conversation.reasoning, conversation.model.lower()
    if wish == Reasoning(display=wish.display):
        return None
    shown = True if wish.display != "omitted" else None
    off = wish.mode == "off" or (wish.effort == "none" and wish.mode == "unset")
    if wish.mode == "between_tools":
        losses.lose("thinking.type")
    if not knows_levels(model):
        budget = _budget(wish, _bounds(model), losses, off=off)
        return wire.ThinkingConfig(shown if budget else None, budget)
    if off:
        losses.lose("thinking.type")
        level = "minimal" if "flash" in model else "low"
        return wire.ThinkingConfig(None, None, level)
    return wire.ThinkingConfig(shown, None, _level(wish, model, losses))


def _budget(wish: Reasoning, bounds: _Bounds, losses: Losses, *, off: bool) -> int:
    if off:
        if bounds.off:
            return 0
        losses.lose("thinking.type")
        return bounds.least
    if wish.mode == "budget":
        budget = min(max(wish.budget_tokens, bounds.least), bounds.most)
        if budget != wish.budget_tokens:
            losses.lose("thinking.budget_tokens")
        return budget
    if wish.effort is None or wish.effort == "none":
        return FREE
    return min(max(_BUDGETS[wish.effort], bounds.least), bounds.most)


def _level(wish: Reasoning, model: str, losses: Losses) -> str | None:
    effort = wish.effort
    if wish.mode == "budget":
        losses.lose("thinking.budget_tokens")
        effort = effort or _effort_for(wish.budget_tokens)
    if effort is None or effort == "none":
        return None
    level = _LEVELS[effort]
    if _TWO_LEVELS.search(model) and level in {"minimal", "medium"}:
        level = "low" if level == "minimal" else "high"
    if level != effort and wish.mode != "budget":
        losses.lose("reasoning_effort")
    return level


def _effort_for(budget_tokens: int) -> Effort:
    if budget_tokens < _LOW_BELOW_TOKENS:
        return "low"
    return "high" if budget_tokens >= _HIGH_FROM_TOKENS else "medium"


def read_thinking(config: wire.ThinkingConfig | None) -> Reasoning:
    """The wish of a Google client, who sees thoughts only where it asks for them.

    Raises:
        InvalidRequest: a level that Google does not know.
    """
    if config is None:
        return Reasoning(display="omitted")
    display = "" if config.include_thoughts else "omitted"
    effort = _effort(config.thinking_level)
    budget = config.thinking_budget
    if budget is None:
        return Reasoning(effort=effort, display=display)
    if budget == 0:
        return Reasoning("off", effort=effort, display=display)
    if budget < 0:
        return Reasoning("adaptive", effort=effort, display=display)
    return Reasoning("budget", budget, effort, display)


def _effort(level: str | None) -> Effort | None:
    if level is None or level.upper() == "THINKING_LEVEL_UNSPECIFIED":
        return None
    found = level.lower()
    if found not in {"minimal", "low", "medium", "high"}:
        place = "generationConfig.thinkingConfig.thinkingLevel"
        raise InvalidRequest(
            f"{place}: '{level[:50]}' is not one of MINIMAL, LOW, MEDIUM, HIGH", param=place
        )
    return cast("Effort", found)
