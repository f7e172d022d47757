"""Which paths are model calls, and in which dialect they speak.

It does not know how they are served. Whatever is not here goes to control.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Operation = Literal["chat", "embeddings", "count_tokens", "models"]


class Door(msgspec.Struct, frozen=True):
    """One public path."""

    dialect: str
    operation: Operation
    method: str = "POST"


_MESSAGES = "/v1/messages"
DOORS: dict[str, Door] = {
    "/v1/chat/completions": Door("openai_chat", "chat"),
    "/v1/responses": Door("openai_responses", "chat"),
    "/v1/embeddings": Door("openai_chat", "embeddings"),
    _MESSAGES: Door("anthropic_messages", "chat"),
    f"{_MESSAGES}/count_tokens": Door("anthropic_messages", "count_tokens"),
    "/v1/models": Door("openai_chat", "models", "GET"),
}

UPSTREAM_PATHS: dict[tuple[str, Operation], str] = {
    ("openai_chat", "chat"): "/chat/completions",
    ("openai_chat", "embeddings"): "/embeddings",
    ("openai_chat", "count_tokens"): "/messages/count_tokens",
    ("openai_responses", "chat"): "/responses",
    ("anthropic_messages", "chat"): "/messages",
    ("anthropic_messages", "count_tokens"): "/messages/count_tokens",
}


def find_door(path: str) -> Door | None:
    """The door at a path, None when it is not a model call."""
    door = DOORS.get(path)
    if door is None and path.startswith("/v1/models/"):
        return DOORS["/v1/models"]
    return door
