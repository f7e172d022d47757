"""Builds the bodies and queries that the client sends.

It does not know how they travel.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from vanguard.core.errors import InvalidRequest
from vanguard.sdk.values import ChatOptions, KeyOptions, Message, Messages, UsageFilter


def chat_body(messages: Messages, model: str, options: ChatOptions, *, stream: bool) -> bytes:
    """A chat completion in OpenAI's shape.

    Raises:
        InvalidRequest: `n` asks for several answers, which `ChatReply` cannot hold.
    """
    sent: list[Message | Mapping[str, Any]] = []
    if "system" in options:
        sent.append(Message("system", options["system"]))
    if isinstance(messages, str):
        sent.append(Message("user", messages))
    else:
        sent += messages
    body: dict[str, object] = {"model": model, "messages": sent}
    body |= {name: value for name, value in options.items() if name not in {"system", "extra"}}
    body |= options.get("extra", {})
    if body.get("n", 1) != 1:
        raise InvalidRequest("`n` other than 1: ask several times instead", param="n")
    if stream:
        body["stream"] = True
        body["stream_options"] = {"include_usage": True}
    return msgspec.json.encode(body)


def embed_body(texts: str | Sequence[str], model: str) -> bytes:
    """An embeddings request in OpenAI's shape."""
    inputs = [texts] if isinstance(texts, str) else list(texts)
    return msgspec.json.encode({"model": model, "input": inputs, "encoding_format": "float"})


def key_body(name: str, options: KeyOptions) -> bytes:
    """A key to be made; an amount of money is sent as its decimal digits.

    Raises:
        InvalidRequest: days that are no number; JSON would say null, which means for ever.
    """
    body: dict[str, object] = {"name": name, **options}
    if not math.isfinite(options.get("expires_in_days") or 0):
        raise InvalidRequest("expires_in_days: not a finite number", param="expires_in_days")
    if "budget_usd" in options:
        body["budget_usd"] = str(options["budget_usd"])
    return msgspec.json.encode(body)


def usage_query(group_by: str | Sequence[str], chosen: UsageFilter) -> dict[str, str]:
    """The query of a usage report."""
    groups = group_by if isinstance(group_by, str) else ",".join(group_by)
    names = {"since": "from", "until": "to"}
    query = {names.get(name, name): str(value) for name, value in chosen.items() if value}
    return {**query, "group_by": groups} if groups else query
