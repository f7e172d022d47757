"""Anthropic messages: requests, replies and streams."""

from __future__ import annotations

from vanguard.dialects.anthropic_messages.dialect import AnthropicMessages

__all__ = ["AnthropicMessages"]
