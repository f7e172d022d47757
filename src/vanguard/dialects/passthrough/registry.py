"""Finds a dialect's pass-through by name. It does not know what any of them does."""

from __future__ import annotations

from vanguard.dialects.passthrough.anthropic_messages import AnthropicMessagesPassThrough
from vanguard.dialects.passthrough.bedrock_converse import BedrockConversePassThrough
from vanguard.dialects.passthrough.bedrock_invoke import BedrockInvokePassThrough
from vanguard.dialects.passthrough.contract import PassThrough
from vanguard.dialects.passthrough.google_generate import GoogleGeneratePassThrough
from vanguard.dialects.passthrough.openai_chat import OpenAIChatPassThrough
from vanguard.dialects.passthrough.openai_crossed import OpenAICrossedPassThrough
from vanguard.dialects.passthrough.openai_responses import OpenAIResponsesPassThrough

PASS_THROUGHS: dict[str, PassThrough] = {
    "openai_chat": OpenAIChatPassThrough(),
    "anthropic_messages": AnthropicMessagesPassThrough(),
    "bedrock_converse": BedrockConversePassThrough(),
    "bedrock_invoke": BedrockInvokePassThrough(),
    "openai_crossed": OpenAICrossedPassThrough(),
    "openai_responses": OpenAIResponsesPassThrough(),
    "google_generate": GoogleGeneratePassThrough(),
}
