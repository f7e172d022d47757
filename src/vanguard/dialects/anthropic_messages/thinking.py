"""Decides how a wish for reasoning is put to an Anthropic model, and what its rules cost.

It does not know the rest of the request. Rules: Anthropic docs, extended and adaptive thinking
(2026-11): a budget is at least 1,024 tokens and less than `max_tokens`; thinking goes with no forced
tool, no `top_k`, no temperature but 1, and `top_p` from 0.95; in a tool loop under a budget the
assistant's turn must begin with its sealed thinking.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from vanguard.dialects import seals
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import (
    Conversation,
    Effort,
    Message,
    Reasoning,
    RedactedThinking,
    Thinking,
    ToolCall,
    ToolResult,
)
from vanguard.dialects.thinking_profiles import Profile, budget_tokens, effort_of, profile_of

MIN_BUDGET_TOKENS = 1024


class Plan(msgspec.Struct, frozen=True):
    """What to write.

    Attributes:
        mode: `thinking.type`; None leaves the field out.
        budget_tokens: with mode `enabled`, else 0.
        effort: `output_config.effort`; None leaves it out.
        extra_tokens: to add to a cap that the client did not name.
    """

    mode: Literal["enabled", "adaptive", "disabled", "between_tools"] | None = None
    budget_tokens: int = 0
    effort: str | None = None
    extra_tokens: int = 0

    @property
    def thinks(self) -> bool:
        """Whether the rules of thinking apply to the rest of the request."""
        return self.mode in {"enabled", "adaptive"}


def knows_adaptive(model: str) -> bool:
    """Whether a model takes `adaptive` thinking, by its family; unknown names count as new."""
    profile = profile_of(model)
    return profile is None or "adaptive" in profile.forms


def plan(conversation: Conversation, losses: Losses) -> Plan:
    """The thinking to ask for.

    Raises:
        UnsupportedFeature: the wish cannot be kept and `losses` is strict.
    """
    wish, profile = conversation.reasoning, profile_of(conversation.model)
    if wish.mode == "budget":
        return _of_budget(conversation, profile, losses)
    if wish.mode == "off" or wish.effort == "none":
        return _off(wish, profile, losses)
    if wish.mode == "between_tools":
        return Plan("between_tools", effort=wish.effort)
    if not knows_adaptive(conversation.model):
        return _without_adaptive(conversation, losses)
    if wish.mode == "adaptive":
        return Plan("adaptive", effort=wish.effort)
    if wish.effort is None:
        return Plan()
    if _forces_tool(conversation):
        losses.lose("reasoning_effort")
        return Plan()
    return Plan("adaptive", effort=_nearest(wish.effort, profile, losses))


def _nearest(effort: Effort, profile: Profile | None, losses: Losses) -> Effort:
    """Anthropic's lowest effort is low, whatever else is known of a model."""
    lowest: Effort = "low" if effort == "minimal" else effort
    found = profile.nearest(lowest) if profile is not None else lowest
    if found != effort:
        losses.lose("reasoning_effort")
    return found


def _of_budget(conversation: Conversation, profile: Profile | None, losses: Losses) -> Plan:
    wish = conversation.reasoning
    if profile is None or "budget" in profile.forms:
        return _budget(conversation, wish.budget_tokens, "thinking", losses, effort=wish.effort)
    losses.lose("thinking.budget_tokens")
    if _forces_tool(conversation):
        return Plan(effort=wish.effort)
    return Plan("adaptive", effort=wish.effort or profile.nearest(effort_of(wish.budget_tokens)))


def _off(wish: Reasoning, profile: Profile | None, losses: Losses) -> Plan:
    effort = None if wish.effort == "none" else wish.effort
    if profile is None or profile.off:
        return Plan("disabled", effort=effort)
    losses.lose("thinking.type")
    return Plan("adaptive", effort=effort or "low")


def _without_adaptive(conversation: Conversation, losses: Losses) -> Plan:
    """An older model: the effort becomes a budget; where none is said, the default of newer ones."""
    wish = conversation.reasoning
    if wish.effort is None and wish.mode != "adaptive":
        return Plan()
    tokens = budget_tokens(wish.effort or "high")
    return _budget(conversation, tokens, "reasoning_effort", losses)


def _budget(
    conversation: Conversation,
    wanted_tokens: int,
    name: str,
    losses: Losses,
    *,
    effort: str | None = None,
) -> Plan:
    cap = conversation.max_output_tokens
    budget = wanted_tokens if cap is None else min(wanted_tokens, cap - 1)
    if budget < MIN_BUDGET_TOKENS or _forces_tool(conversation) or _is_unsealed(conversation):
        losses.lose(name)
        return Plan(effort=effort)
    if budget < wanted_tokens:
        losses.lose(name)
    return Plan("enabled", budget, effort, budget if cap is None else 0)


def _forces_tool(conversation: Conversation) -> bool:
    return bool(conversation.tools) and conversation.tool_choice.mode in {"required", "named"}


def _is_unsealed(conversation: Conversation) -> bool:
    """Whether the last turn continues a tool loop whose thinking we cannot give back."""
    messages = conversation.messages
    if not any(isinstance(part, ToolResult) for part in messages[-1].parts):
        return False
    for message in reversed(messages):
        if message.role == "assistant":
            return _calls(message) and not _has_seal(message)
    return False


def _calls(message: Message) -> bool:
    return any(isinstance(part, ToolCall) for part in message.parts)


def _has_seal(message: Message) -> bool:
    return any(
        (isinstance(part, RedactedThinking) and bool(seals.claudes(part.data)))
        or (isinstance(part, Thinking) and bool(seals.claudes(part.signature)))
        for part in message.parts
    )
