"""What a connection to an upstream tells: the sink of its answer, and whoever sent the request.

It does not know connections.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from vanguard.core.errors import UpstreamError
from vanguard.gateway.http.known.answer import KnownAnswer
from vanguard.gateway.http.messages import Headers


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
