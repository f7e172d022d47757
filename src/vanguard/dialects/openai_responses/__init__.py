"""OpenAI responses: requests, replies and streams."""

from __future__ import annotations

from vanguard.dialects.openai_responses.dialect import OpenAIResponses

__all__ = ["OpenAIResponses"]
