"""Lists models in the shape that Google's SDKs expect.

It does not know upstreams: the list is the snapshot's, as far as the key may see it.
"""

from __future__ import annotations

from urllib.parse import unquote

import msgspec

from vanguard.core.errors import ModelNotFound
from vanguard.gateway.exchange import Exchange
from vanguard.gateway.state import may_use
from vanguard.snapshot.model import Model

_CHAT = ("generateContent", "streamGenerateContent", "countTokens")
_EMBEDDING = ("embedContent", "batchEmbedContents")


def google_models(exchange: Exchange) -> bytes:
    """The whole list at `/v1beta/models`, one model at `/v1beta/models/{name}`.

    Raises:
        ModelNotFound: no such model for this key.
    """
    view, key = exchange.view, exchange.key
    name = unquote(exchange.request.path).rpartition("models")[2].removeprefix("/")
    if name:
        model = view.model(name)
        if model is None or not may_use(key, name, model.name):
            raise ModelNotFound(f"there is no model '{name[:200]}' for this key", param="model")
        return msgspec.json.encode(_row(exchange, name, model))
    rows = [
        _row(exchange, public, view.snapshot.models[target])
        for public, target in sorted(view.snapshot.names.items())
        if may_use(key, public, target)
    ]
    return msgspec.json.encode({"models": rows})


def _row(exchange: Exchange, name: str, model: Model) -> dict[str, object]:
    row: dict[str, object] = {
        "name": f"models/{name}",
        "baseModelId": name,
        "version": "001",
        "displayName": name,
        "supportedGenerationMethods": _CHAT if model.kind == "chat" else _EMBEDDING,
    }
    places = exchange.view.deployments(model)
    for field, limits in (
        ("inputTokenLimit", [one.context_tokens for one in places]),
        ("outputTokenLimit", [one.max_output_tokens for one in places]),
    ):
        if limits and all(limits):
            row[field] = min(limits)
    return row
