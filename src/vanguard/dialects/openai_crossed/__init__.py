"""Requests of OpenAI responses, answered as OpenAI chat completions."""

from __future__ import annotations

from vanguard.dialects.openai_crossed.dialect import OpenAICrossed

__all__ = ["OpenAICrossed"]
