"""What an OpenAI model takes, as far as its name tells.

It does not know requests. Reasoning models refuse the older name of the cap (OpenAI API reference,
chat, `max_tokens`: deprecated, "not compatible with o-series", 2026-11); other servers know only that.
"""

from __future__ import annotations

import re

_NEWER = re.compile(r"(?:^|/)(?:o\d|gpt-[5-9]|gpt-\d{2}|codex)", re.IGNORECASE)
_CHAT_ONLY = re.compile(r"(?:^|/)gpt-[\d.]+-chat", re.IGNORECASE)
# "Supported for gpt-5.6 and later models" (OpenAI API reference, responses, prompt caching, 2026-11)
_MARKS_CACHE = re.compile(r"(?:^|/)gpt-(?:5\.[6-9]|5\.\d{2}|[6-9]|\d{2})", re.IGNORECASE)


def cap_field(model: str) -> str:
    """`max_completion_tokens` or `max_tokens`, by the provider's name of the model."""
    return "max_completion_tokens" if _NEWER.search(model) else "max_tokens"


def reasons(model: str) -> bool:
    """Whether a model reasons and seals its reasoning; others refuse to be asked for it."""
    return _NEWER.search(model) is not None and _CHAT_ONLY.search(model) is None


def marks_cache(model: str) -> bool:
    """Whether a model takes markers of what shall be cached."""
    return _MARKS_CACHE.search(model) is not None
