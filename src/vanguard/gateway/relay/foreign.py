"""Picks the relay for an upstream whose dialect is not the client's.

It does not know connections. Two dialects that carry the same bodies in different envelopes are put from
one into the other; everything else is translated.
"""

from __future__ import annotations

import msgspec

from vanguard.core.errors import UnsupportedFeature
from vanguard.dialects.framing import ENVELOPED
from vanguard.dialects.passthrough.registry import PASS_THROUGHS
from vanguard.dialects.registry import DIALECTS
from vanguard.gateway.aws.spoken import invokes
from vanguard.gateway.exchange import Exchange
from vanguard.gateway.google.doors import GOOGLE
from vanguard.gateway.relay.contract import Relay
from vanguard.gateway.relay.counted import CountedRelay
from vanguard.gateway.relay.embedded import EmbeddedRelay
from vanguard.gateway.relay.endpoint import EndpointRelay
from vanguard.gateway.relay.google import google_relay
from vanguard.gateway.relay.passthrough import PassThroughRelay
from vanguard.gateway.relay.reframed import InvokedRelay, UnwrappedRelay
from vanguard.gateway.relay.translated import TranslatedRelay
from vanguard.gateway.relay.wrappers.renamed import renamed
from vanguard.snapshot.model import Deployment

# InvokeEndpoint has it, InvokeEndpointWithResponseStream has not (SageMaker runtime API reference, 2026-11)
_TARGET_MODEL = "x-amzn-sagemaker-target-model"


def foreign_relay(exchange: Exchange, deployment: Deployment) -> Relay:
    """A relay for one attempt.

    Raises:
        RequestError: the request cannot be read, or the upstream cannot carry it.
    """
    door = exchange.door
    if deployment.dialect in ENVELOPED:
        return _enveloped(exchange, deployment)
    if door.operation != "chat" and GOOGLE in (door.dialect, deployment.dialect):
        return google_relay(exchange, deployment)
    if door.operation == "count_tokens":
        return _counting(exchange, deployment)
    if door.operation == "embeddings":
        return _embedding(exchange, deployment)
    if invokes(door.dialect, deployment):
        if door.dialect == "bedrock_invoke":
            return same(exchange, deployment)
        return renamed(InvokedRelay(exchange, deployment), door.dialect, exchange.peek.model)
    if (door.dialect, deployment.dialect) == ("bedrock_invoke", "anthropic_messages"):
        return UnwrappedRelay(exchange, deployment)
    client, upstream = DIALECTS[door.dialect], DIALECTS[deployment.dialect]
    return TranslatedRelay(client, upstream, exchange, deployment)


def same(exchange: Exchange, deployment: Deployment) -> Relay:
    """The client's own bytes, but for the edits."""
    dialect = exchange.door.dialect
    through = PASS_THROUGHS[dialect]
    body = through.edit(exchange.body, exchange.peek, deployment.model, exchange.cap_tokens)
    return PassThroughRelay(DIALECTS[dialect], through, exchange.peek, body)


def _enveloped(exchange: Exchange, deployment: Deployment) -> Relay:
    """Whoever would speak with the model's container, were there nothing around it."""
    if exchange.peek.stream and _TARGET_MODEL in deployment.headers:
        raise UnsupportedFeature(
            f"deployment '{deployment.id}' names one of the models of its endpoint, and SageMaker"
            " streams from none of those; ask without stream"
        )
    told = deployment.aws.endpoint_model if deployment.aws is not None else ""
    named = {"dialect": ENVELOPED[deployment.dialect], "model": told or deployment.model}
    inner = msgspec.structs.replace(deployment, aws=None, **named)
    if inner.dialect == exchange.door.dialect:
        return EndpointRelay(same(exchange, inner), told)
    return EndpointRelay(foreign_relay(exchange, inner), told)


def _counting(exchange: Exchange, deployment: Deployment) -> Relay:
    """The embedded engine counts Anthropic's bodies whatever else it speaks."""
    if exchange.door.dialect != "bedrock_converse" and deployment.aws is None:
        return same(exchange, deployment)
    return CountedRelay(exchange, deployment)


def _embedding(exchange: Exchange, deployment: Deployment) -> Relay:
    if exchange.door.dialect == "bedrock_invoke" and deployment.aws is not None:
        return same(exchange, deployment)
    return EmbeddedRelay(exchange, deployment)
