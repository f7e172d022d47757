"""OpenAI chat completions: requests, replies and streams."""

from __future__ import annotations

from vanguard.dialects.openai_chat.dialect import OpenAIChat

__all__ = ["OpenAIChat"]
