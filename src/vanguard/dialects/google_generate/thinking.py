"""Decides how a wish for reasoning is put to a Gemini model, and reads one from Google's form.

It does not know the rest of the request, nor what a model takes beyond the bounds of a budget: that is in
the thinking profiles. Rules: Gemini API docs, thinking (2026-11): Gemini 3 takes levels; 2.5 takes
budgets, each model within its own bounds, 0 for none and -1 for its own choice; never both; earlier ones
do not think.
"""

from __future__ import annotations

import re
from typing import NamedTuple, cast

from vanguard.core.errors import InvalidRequest
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import Conversation, Effort, Reasoning
from vanguard.dialects.thinking_profiles import (
    EFFORTS,
    Profile,
    budget_tokens,
    effort_of,
    profile_of,
)
from vanguard.wire import google_generate as wire

FREE = -1
_UNTHINKING = re.compile(r"gemini-(?:1|2\.0)")
# Google's own names, for models of which nothing else is known
_LEVELS: tuple[Effort, ...] = ("minimal", "low", "medium", "high")


class _Bounds(NamedTuple):
    """Budgets that a model takes, in tokens."""

    least: int
    most: int


def _bounds(model: str) -> _Bounds:
    if "pro" in model:
        return _Bounds(128, 32_768)
    return _Bounds(512 if "lite" in model else 1, 24_576)


def plan(conversation: Conversation, losses: Losses) -> wire.ThinkingConfig | None:
    """The thinking to ask for; None leaves it to the model.

    Raises:
        UnsupportedFeature: the wish cannot be kept and `losses` is strict.
    """
    wish, model = conversation.reasoning, conversation.model.lower()
    if wish == Reasoning(display=wish.display):
        return None
    off = wish.mode == "off" or (wish.effort == "none" and wish.mode == "unset")
    if _UNTHINKING.search(model):
        if not off:
            losses.lose("thinking" if wish.effort is None else "reasoning_effort")
        return None
    shown = True if wish.display != "omitted" else None
    if wish.mode == "between_tools":
        losses.lose("thinking.type")
    profile = profile_of(conversation.model)
    if profile is not None and "budget" in profile.forms:
        budget = _budget(wish, _bounds(model), profile, losses, off=off)
        return wire.ThinkingConfig(shown if budget else None, budget)
    levels = profile.efforts if profile is not None else _LEVELS
    if off:
        losses.lose("thinking.type")
        return wire.ThinkingConfig(None, None, levels[0])
    return wire.ThinkingConfig(shown, None, _level(wish, levels, losses))


def _budget(
    wish: Reasoning, bounds: _Bounds, profile: Profile, losses: Losses, *, off: bool
) -> int:
    if off:
        if profile.off:
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
    return min(max(budget_tokens(wish.effort), bounds.least), bounds.most)


def _level(wish: Reasoning, levels: tuple[Effort, ...], losses: Losses) -> str | None:
    effort = wish.effort
    if wish.mode == "budget":
        losses.lose("thinking.budget_tokens")
        effort = effort or effort_of(wish.budget_tokens)
    if effort is None or effort == "none":
        return None
    order = EFFORTS.index(effort)
    level = min(levels, key=lambda one: abs(EFFORTS.index(one) - order))
    if level != effort and wish.mode != "budget":
        losses.lose("reasoning_effort")
    return level


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
