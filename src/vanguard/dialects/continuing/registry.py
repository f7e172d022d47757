"""Finds how a client's dialect goes on with a broken answer. It does not know what any of them does."""

from __future__ import annotations

from vanguard.dialects.continuing.anthropic_messages import MessagesContinuing
from vanguard.dialects.continuing.contract import Continuing
from vanguard.dialects.continuing.openai_chat import ChatContinuing

CONTINUING: dict[str, Continuing] = {
    "openai_chat": ChatContinuing(),
    "anthropic_messages": MessagesContinuing(),
}
