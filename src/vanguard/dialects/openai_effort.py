"""Puts a wish for reasoning as one of OpenAI's efforts.

It does not know requests.
"""

from __future__ import annotations

from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import Effort, Reasoning

# Anthropic's thinking budgets have no counterpart but OpenAI's three classic efforts. Bounds in
# tokens, ours: a budget below 4,096 is a short thought, one from 16,384 on a long one.
_LOW_BELOW_TOKENS = 4096
_HIGH_FROM_TOKENS = 16384


def effort_for(reasoning: Reasoning, losses: Losses) -> str | None:
    """The effort to ask for; None leaves it to the model.

    Raises:
        UnsupportedFeature: the wish cannot be kept and `losses` is strict.
    """
    if reasoning.mode in {"off", "between_tools"}:
        # OpenAI's models think by default and not all of them can be told not to
        losses.lose("thinking.type")
    if reasoning.effort is not None:
        if reasoning.mode == "budget":
            losses.lose("thinking.budget_tokens")
        return reasoning.effort
    if reasoning.mode != "budget":
        return None
    losses.lose("thinking.budget_tokens")
    return _effort(reasoning.budget_tokens)


def _effort(budget_tokens: int) -> Effort:
    if budget_tokens < _LOW_BELOW_TOKENS:
        return "low"
    return "high" if budget_tokens >= _HIGH_FROM_TOKENS else "medium"
