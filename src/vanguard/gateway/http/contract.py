"""What connections tell and are told: of a client's requests, its tunnel, an upstream's answer.

It does not know connections.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from vanguard.core.errors import UpstreamError, VanguardError
from vanguard.gateway.http.known.answer import KnownAnswer
from vanguard.gateway.http.messages import Headers, Request, Responder


class Client(Responder, Protocol):
    """The responder plus what a long answer must hear of its client."""

    on_disconnect: Callable[[], None] | None
    on_writable: Callable[[bool], None] | None
    on_deadline: Callable[[], None] | None


class TunnelClient(Responder, Protocol):
    """The client's connection, as long as it still speaks HTTP."""

    def refuse(self, error: VanguardError, status: int = 0) -> None:
        """An error in place of an answer."""


class Tunnelling(Protocol):
    """What a client's connection sees of a tunnel."""

    def open(self, client: TunnelClient, transport: asyncio.Transport, surplus: bytes) -> None:
        """Asks the upstream; what the client sends meanwhile waits."""

    def to_upstream(self, data: bytes) -> None:
        """From the client to upstream."""

    def client_lost(self) -> None:
        """The client is gone."""

    def client_writable(self, writable: bool) -> None:
        """The client's buffer is full or free again."""


class Handler(Protocol):
    """Whoever answers requests."""

    def handle(self, request: Request, connection: Client) -> None:
        """Starts to answer; may answer later."""

    def upgrade(self, request: Request) -> Tunnelling | None:
        """A tunnel for an upgrade request, or None when upgrades are not meant there."""

    def malformed(self, error: VanguardError, path: str) -> tuple[int, bytes, bytes]:
        """The answer to what never became a request."""


class Sink(Protocol):
    """Whoever receives an answer. After `end` or `fail` nothing more comes."""

    def head(self, status: int, headers: Headers) -> None:
        """Status and headers, names in lower case; the body's length may be missing where it is known."""

    def data(self, data: bytes) -> None:
        """A part of the body, de-chunked and decompressed."""

    def end(self) -> None:
        """The body is complete."""

    def fail(self, error: UpstreamError) -> None:
        """No answer, or one that broke off."""

    def whole(self, answer: KnownAnswer, body: bytes) -> bool:  # noqa: ARG002 - for who can take it
        """A whole answer, whose head was read before; returns whether it was taken.

        Where it was, nothing else is told of it, nor is its end; where not, the rest is, piece by piece.
        """
        return False


class Switch(Sink, Protocol):
    """A sink that has asked for another protocol."""

    def switched(self, transport: asyncio.Transport, head: bytes, surplus: bytes) -> None:
        """The upstream said 101: its transport, the head that said so, and what came behind it."""


class Caller(Protocol):
    """Whoever sent a request for a sink."""

    def unanswered(self, error: UpstreamError) -> None:
        """It failed before the head of an answer was there; nobody else is told."""
