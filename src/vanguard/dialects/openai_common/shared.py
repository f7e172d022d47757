"""Names of what OpenAI's two chat APIs both have and nobody else: it is carried between them.

It does not know what the fields do. Source: OpenAI API reference, chat and responses (2026-11).
"""

from __future__ import annotations

from vanguard.dialects.conversation import Foreign

_CHAT, _RESPONSES = "openai_chat", "openai_responses"
# chat's name, and the responses' name where it is another
_BOTH = {
    "metadata": "metadata",
    "prompt_cache_key": "prompt_cache_key",
    "prompt_cache_retention": "prompt_cache_retention",
    "service_tier": "service_tier",
    "verbosity": "text.verbosity",
}
_THERE = {
    _RESPONSES: _BOTH,
    _CHAT: {theirs: ours for ours, theirs in _BOTH.items()},
}


def carried(foreign: Foreign, target: str) -> str:
    """The path under which a request of the target dialect says the same; empty for a loss."""
    if foreign.dialect == target:
        own = foreign.path
        return own if own == "text.verbosity" or not ("." in own or "[" in own) else ""
    if foreign.dialect in _THERE:
        return _THERE[target].get(foreign.path, "")
    return ""
