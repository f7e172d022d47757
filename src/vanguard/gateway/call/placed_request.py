"""Paths and bodies of deployments whose requests are placed otherwise than their dialect's own API has it.

It does not know connections. Google wants the model's name and the wish for a stream in the path; Azure
its deployment; and Vertex of Claude's requests a version where Anthropic wants the model's name. Sources:
Gemini API reference; Vertex AI, Claude models, REST; Azure OpenAI REST reference (2026-11).
"""

from __future__ import annotations

from urllib.parse import quote

import msgspec
from msgspec import Raw

from vanguard.core.errors import UnsupportedFeature
from vanguard.gateway.exchange import Exchange
from vanguard.gateway.google.doors import GOOGLE, GoogleDoor
from vanguard.snapshot.model import Deployment

_GOOGLES = {
    "chat": "/models/{model}:generateContent",
    "stream": "/models/{model}:streamGenerateContent?alt=sse",
    "count_tokens": "/models/{model}:countTokens",
    "embeddings": "/models/{model}:batchEmbedContents",
    "embedContent": "/models/{model}:embedContent",
}

_object = msgspec.json.Decoder(dict[str, Raw])
_encode = msgspec.json.Encoder().encode


def verb_of(exchange: Exchange) -> str:
    """The operation, or `stream` for a chat that is streamed; `embedContent` for one text of Google's."""
    door = exchange.door
    if door.operation == "chat":
        return "stream" if exchange.peek.stream else "chat"
    if isinstance(door, GoogleDoor) and door.verb == "embedContent":
        return door.verb
    return door.operation


def placed_path(deployment: Deployment, verb: str) -> str:
    """The path and query of a deployment's requests, after the prefix of its address.

    Raises:
        UnsupportedFeature: there is no such path at this place.
    """
    known = {**(_GOOGLES if deployment.dialect == GOOGLE else {}), **deployment.paths}
    path = known.get(verb)
    if path is None and verb == "stream":
        path = known.get("chat")
    if path is None:
        raise UnsupportedFeature(f"deployment '{deployment.id}' has no path for {verb}")
    # `@` stands before a version at Vertex
    return path.replace("{model}", quote(deployment.model, safe="@"))


def versioned(body: bytes, version: str, *, keeps_model: bool = False) -> bytes:
    """A body of Anthropic's as Vertex wants it: the version first, no model, all else as it was."""
    fields = _object.decode(body)
    if not keeps_model:
        fields.pop("model", None)
    fields.pop("anthropic_version", None)
    return _encode({"anthropic_version": version, **fields})
