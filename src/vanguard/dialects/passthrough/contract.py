"""What the pass-through path needs of a dialect: a peek, a few edits, and a tap.

It does not know keys, money or HTTP. Nothing here builds a whole model of a request.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from vanguard.core.usage import Usage


class Short(msgspec.Struct, frozen=True):
    """A long body with its longest values cut out, so that edits need not look through them.

    Attributes:
        body: the body from which they were cut, the very object.
        rest: the same JSON object with a mark in place of each of them.
        cuts: of each of them its mark, where it began in the body and where it ended; in their order.
    """

    body: bytes
    rest: bytes
    cuts: tuple[tuple[bytes, int, int], ...]


class Peek(msgspec.Struct, frozen=True):
    """What routing and limits must know of a request.

    Attributes:
        model: the public name that the client asks for.
        stream: whether it wants server-sent events.
        max_output_tokens: the client's own cap, None when it named none; 0 for any below 1, of which
            each server makes something else (an error, no answer, no bound).
        answers: how many answers it wants (`n`).
        wants_usage: whether it asked for the usage event itself (or its dialect always sends one).
        short: for the edits of a long body.
        named: the names, quotes included, of which an edit must see that none stands twice: a reader
            that did not meet one at the top level knows that it does not stand there at all. None
            where nobody looked.
        crossed: the body is one of OpenAI's responses, whatever its path says.
    """

    model: str
    stream: bool = False
    max_output_tokens: int | None = None
    answers: int = 1
    wants_usage: bool = True
    short: Short | None = None
    named: tuple[bytes, ...] | None = None
    crossed: bool = False


class Tap(Protocol):
    """Reads one streamed answer in passing. One instance per answer.

    Attributes:
        usage: as far as the provider has told; None before that.
        tokens: events with content seen so far, a lower bound of the output tokens.
        done: whether the answer has said its end.
        error: whether an in-band error was seen.
    """

    usage: Usage | None
    tokens: int
    done: bool
    error: bytes

    def feed(self, data: bytes) -> bytes:
        """Takes bytes as they came, gives back whole events to forward."""

    def skim(self, data: bytes) -> int:
        """Whether these bytes are one short event with content from the middle of an answer.

        Returns:
            The tokens so far, this one counted; 0 where `feed` must look at them, nothing counted.
        """

    def flush(self) -> bytes:
        """Asked when the stream ended: a last event that came without its blank line."""

    def complete(self) -> bool:
        """Asked when the upstream's stream ended: was the answer whole?"""


class PassThrough(Protocol):
    """One dialect's pass-through.

    Attributes:
        ping: an event that every client of the dialect passes over.
    """

    @property
    def ping(self) -> bytes:
        """As above."""

    def peek(self, body: bytes) -> Peek:
        """Reads the few fields that matter.

        Raises:
            InvalidRequest: not JSON, or a field of the wrong type.
        """

    def has_media(self, body: bytes) -> bool:
        """Whether pictures, files or sounds may be in the request."""

    def is_open_ended(self, body: bytes) -> bool:
        """Whether more may be read than the body has bytes: media, provider-run tools, history."""

    def edit(self, body: bytes, peek: Peek, model: str, cap_tokens: int | None) -> bytes:
        """The body for the upstream: its name of the model, usage asked for, a cap where needed."""

    def whole_usage(self, body: bytes) -> Usage | None:
        """Usage of a complete answer, None when it tells none.

        Raises:
            UpstreamError: it is no JSON object, or an error in disguise.
        """

    def tap(self, peek: Peek) -> Tap:
        """A tap for one streamed answer."""

    def error_event(self, body: bytes) -> bytes:
        """An error envelope as a server-sent event that ends a stream."""
