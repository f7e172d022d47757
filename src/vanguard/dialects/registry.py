"""Finds a dialect by its name. It does not know what any dialect does."""

from __future__ import annotations

from vanguard.dialects.anthropic_messages import AnthropicMessages
from vanguard.dialects.bedrock_converse import BedrockConverse
from vanguard.dialects.bedrock_invoke import BedrockInvoke
from vanguard.dialects.contract import Dialect
from vanguard.dialects.google_generate import GoogleGenerate
from vanguard.dialects.openai_chat import OpenAIChat
from vanguard.dialects.openai_crossed import OpenAICrossed
from vanguard.dialects.openai_responses import OpenAIResponses

DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        OpenAIChat(),
        AnthropicMessages(),
        OpenAIResponses(),
        OpenAICrossed(),
        BedrockConverse(),
        BedrockInvoke(),
        GoogleGenerate(),
    )
}
