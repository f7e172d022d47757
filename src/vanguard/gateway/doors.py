"""Which paths are model calls, and in which dialect they speak.

It does not know how they are served. Whatever is not here goes to control.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from vanguard.dialects.passthrough.contract import Peek

Operation = Literal["chat", "embeddings", "count_tokens", "models"]


class Door(msgspec.Struct, frozen=True):
    """One public path.

    Attributes:
        varies: whether the door knows better than a body what is asked; see `adapt`.
    """

    dialect: str
    operation: Operation
    method: str = "POST"
    varies: bool = False

    def adapt(self, peek: Peek) -> Peek:
        """Only chat is streamed, whatever the body says."""
        return msgspec.structs.replace(peek, stream=False, wants_usage=True, crossed=False)


class PathDoor(Door, frozen=True, kw_only=True):
    """A path that says itself which model is asked, and whether for a stream."""

    model: str
    stream: bool = False

    def adapt(self, peek: Peek) -> Peek:
        """What the path says."""
        return msgspec.structs.replace(peek, model=self.model, stream=self.stream, wants_usage=True)


# the chat's door as it serves bodies of the responses API
CROSSED = Door("openai_crossed", "chat")

_MESSAGES = "/v1/messages"
DOORS: dict[str, Door] = {
    "/v1/chat/completions": Door("openai_chat", "chat"),
    "/v1/responses": Door("openai_responses", "chat"),
    "/v1/embeddings": Door("openai_chat", "embeddings", varies=True),
    _MESSAGES: Door("anthropic_messages", "chat"),
    f"{_MESSAGES}/count_tokens": Door("anthropic_messages", "count_tokens", varies=True),
    "/v1/models": Door("openai_chat", "models", "GET"),
}

UPSTREAM_PATHS: dict[tuple[str, Operation], str] = {
    ("openai_chat", "chat"): "/chat/completions",
    ("openai_chat", "embeddings"): "/embeddings",
    ("openai_chat", "count_tokens"): "/messages/count_tokens",
    ("openai_responses", "chat"): "/responses",
    ("anthropic_messages", "chat"): "/messages",
    ("anthropic_messages", "count_tokens"): "/messages/count_tokens",
    # ends of paths: the model stands before them
    ("bedrock_converse", "chat"): "/converse",
    ("bedrock_converse", "embeddings"): "/invoke",
    ("bedrock_converse", "count_tokens"): "/count-tokens",
    ("sagemaker_chat", "chat"): "/invocations",
    # the ends of such paths say more; see `vanguard.gateway.call.placed_request`
    ("google_generate", "chat"): "/models/{model}:generateContent",
    ("google_generate", "embeddings"): "/models/{model}:batchEmbedContents",
    ("google_generate", "count_tokens"): "/models/{model}:countTokens",
}


# Google's paths begin as ours do, and end otherwise
_GOOGLE_VERBS = (
    ":generateContent",
    ":streamGenerateContent",
    ":countTokens",
    ":embedContent",
    ":batchEmbedContents",
)


def find_door(path: str) -> Door | None:
    """The door at a path, None when it is not a model call."""
    door = DOORS.get(path)
    if door is None and path.startswith("/v1/models/") and not path.endswith(_GOOGLE_VERBS):
        return DOORS["/v1/models"]
    return door
