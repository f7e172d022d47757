"""Lists models in the shape that the client's SDK expects, and counts tokens where nobody can.

It does not know upstreams: the list is the snapshot's, as far as the key may see it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import unquote

import msgspec

from vanguard.core.errors import ModelNotFound
from vanguard.gateway.aws.listing import ListingDoor, answer_listing
from vanguard.gateway.exchange import Exchange
from vanguard.gateway.google.doors import GOOGLE
from vanguard.gateway.google.models import google_models
from vanguard.gateway.state import may_use
from vanguard.snapshot.model import Model


def answer_models(exchange: Exchange) -> bytes:
    """The whole list at `/v1/models`, one model at `/v1/models/{name}`.

    Raises:
        ModelNotFound: no such model for this key.
    """
    if exchange.door.dialect == GOOGLE:
        return google_models(exchange)
    if isinstance(exchange.door, ListingDoor):
        return answer_listing(exchange, exchange.door)
    anthropic = exchange.request.header(b"anthropic-version") is not None
    name = unquote(exchange.request.path[len("/v1/models/") :])
    if name:
        model = exchange.view.model(name)
        if model is None or not may_use(exchange.key, name, model.name):
            raise ModelNotFound(f"there is no model '{name[:200]}' for this key", param="model")
        return msgspec.json.encode(_row(name, model, anthropic=anthropic))
    names = [
        (public, exchange.view.snapshot.models[target])
        for public, target in exchange.view.snapshot.names.items()
        if may_use(exchange.key, public, target)
    ]
    rows = [_row(public, model, anthropic=anthropic) for public, model in sorted(names)]
    if anthropic:
        first, last = (rows[0]["id"], rows[-1]["id"]) if rows else (None, None)
        page = {"data": rows, "has_more": False, "first_id": first, "last_id": last}
        return msgspec.json.encode(page)
    return msgspec.json.encode({"object": "list", "data": rows})


def _row(name: str, model: Model, *, anthropic: bool) -> dict[str, object]:
    if anthropic:
        created = datetime.fromtimestamp(model.created_at_ms / 1000, UTC)
        return {
            "type": "model",
            "id": name,
            "display_name": name,
            "created_at": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "lifecycle": "active",  # what the settings no longer have is not listed at all
        }
    return {
        "id": name,
        "object": "model",
        "created": model.created_at_ms // 1000,
        "owned_by": "vanguard",
    }


_COUNTS = {"bedrock_converse": "inputTokens", "google_generate": "totalTokens"}


def answer_estimate(input_tokens: int, dialect: str = "anthropic_messages") -> bytes:
    """The body of a token count that is our estimate."""
    return msgspec.json.encode({_COUNTS.get(dialect, "input_tokens"): input_tokens})
