"""Finds a dialect's text slots by its name. It does not know what any of them does."""

from __future__ import annotations

from vanguard.dialects.text.anthropic_messages import AnthropicMessagesText
from vanguard.dialects.text.bedrock_converse import BedrockConverseText
from vanguard.dialects.text.bedrock_invoke import BedrockInvokeText
from vanguard.dialects.text.contract import TextSlots
from vanguard.dialects.text.google_generate import GoogleGenerateText
from vanguard.dialects.text.openai_chat import OpenAIChatText
from vanguard.dialects.text.openai_crossed import OpenAICrossedText
from vanguard.dialects.text.openai_responses import OpenAIResponsesText

TEXT_SLOTS: dict[str, TextSlots] = {
    "anthropic_messages": AnthropicMessagesText(),
    "bedrock_converse": BedrockConverseText(),
    "bedrock_invoke": BedrockInvokeText(),
    "openai_chat": OpenAIChatText(),
    "openai_crossed": OpenAICrossedText(),
    "openai_responses": OpenAIResponsesText(),
    "google_generate": GoogleGenerateText(),
}
