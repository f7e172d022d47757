"""Bedrock's InvokeModel with Anthropic's bodies, and the bodies of its embedding models."""

from __future__ import annotations

from vanguard.dialects.bedrock_invoke.dialect import BedrockInvoke

__all__ = ["BedrockInvoke"]
