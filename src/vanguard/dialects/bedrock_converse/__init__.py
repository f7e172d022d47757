"""Amazon Bedrock's Converse and ConverseStream: requests, replies and streams."""

from __future__ import annotations

from vanguard.dialects.bedrock_converse.dialect import BedrockConverse

__all__ = ["BedrockConverse"]
