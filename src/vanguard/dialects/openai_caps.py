"""Under which name an OpenAI-compatible model takes the cap of its output.

It does not know requests. Reasoning models refuse the older name (OpenAI API reference, chat,
`max_tokens`: deprecated, "not compatible with o-series", 2026-11); other servers know only that.
"""

from __future__ import annotations

import re

_NEWER = re.compile(r"(?:^|/)(?:o\d|gpt-[5-9]|gpt-\d{2}|codex)", re.IGNORECASE)


def cap_field(model: str) -> str:
    """`max_completion_tokens` or `max_tokens`, by the provider's name of the model."""
    return "max_completion_tokens" if _NEWER.search(model) else "max_tokens"
