"""Puts a wish for reasoning as one of OpenAI's efforts.

It does not know requests, nor what a model takes: that is in the thinking profiles.
"""

from __future__ import annotations

from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import Effort, Reasoning
from vanguard.dialects.thinking_profiles import effort_of, profile_of


def effort_for(model: str, reasoning: Reasoning, losses: Losses) -> Effort | None:
    """The effort to ask for; None leaves it to the model.

    Raises:
        UnsupportedFeature: the wish cannot be kept and `losses` is strict.
    """
    profile, wanted = profile_of(model), reasoning.effort
    if reasoning.mode == "off" and profile is not None and profile.off:
        return "none"
    if reasoning.mode in {"off", "between_tools"}:
        # a model that thinks by default and cannot be told not to
        losses.lose("thinking.type")
    if reasoning.mode == "budget":
        losses.lose("thinking.budget_tokens")
        wanted = wanted or effort_of(reasoning.budget_tokens)
    if wanted is None:
        return None
    found = wanted if profile is None else profile.nearest(wanted)
    if found != wanted and reasoning.mode != "budget":
        losses.lose("reasoning_effort")
    return found
