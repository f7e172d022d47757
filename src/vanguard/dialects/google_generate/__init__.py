"""Google's generateContent: requests, replies and streams."""

from __future__ import annotations

from vanguard.dialects.google_generate.dialect import GoogleGenerate

__all__ = ["GoogleGenerate"]
