"""Finds a dialect's text slots by its name. It does not know what any of them does."""

from __future__ import annotations

from vanguard.dialects.text import (
    anthropic_messages,
    bedrock_converse,
    bedrock_invoke,
    google_generate,
    openai_chat,
    openai_crossed,
    openai_responses,
)
from vanguard.dialects.text.contract import TextSlots

TEXT_SLOTS: dict[str, TextSlots] = {
    "anthropic_messages": anthropic_messages.SLOTS,
    "bedrock_converse": bedrock_converse.SLOTS,
    "bedrock_invoke": bedrock_invoke.SLOTS,
    "openai_chat": openai_chat.SLOTS,
    "openai_crossed": openai_crossed.SLOTS,
    "openai_responses": openai_responses.SLOTS,
    "google_generate": google_generate.SLOTS,
}
