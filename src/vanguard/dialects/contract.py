"""What a dialect must offer so that any client can reach any upstream.

It does not know HTTP, keys or money. A dialect turns the bytes of one API family into the neutral
`Conversation` and `ReplyEvent`s and back; a whole reply is a collected stream.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from vanguard.core.errors import UnsupportedFeature, VanguardError
from vanguard.dialects.conversation import Conversation, ReplyEvent

# a client may send any number of fields, of any length: a header and a log tell no more than these
_NAMES = 256
_NAME_CHARACTERS = 200


class Losses:
    """Names what could not be carried from one dialect to another.

    In strict mode the first loss raises `UnsupportedFeature` instead.
    """

    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict
        self.names: list[str] = []

    def lose(self, name: str) -> None:
        """Notes a field by its wire name, such as `top_k` or `messages[2].image_url`; after some, no more.

        Raises:
            UnsupportedFeature: in strict mode.
        """
        name = name[:_NAME_CHARACTERS]
        if self.strict:
            raise UnsupportedFeature(
                f"'{name}' cannot be carried to the model's API and X-Vanguard-Strict is set;"
                " remove the field or the header",
                param=name,
            )
        if len(self.names) < _NAMES and name not in self.names:
            self.names.append(name)


class ReplyReader(Protocol):
    """Reads one upstream's reply. One instance per reply.

    Attributes:
        origin: the deployment that answers. Where an upstream seals reasoning so that only the account
            that made it can read it, the origin is written on the seals' envelopes.
    """

    origin: str

    def whole(self, body: bytes) -> list[ReplyEvent]:
        """Events of a complete, non-streamed reply, `Start` first and `End` last.

        Raises:
            UpstreamError: it is no reply, or an error in a reply's clothes.
        """

    def event(self, raw: bytes) -> list[ReplyEvent]:
        """Events of one raw server-sent event, its blank line included; often none.

        Raises:
            UpstreamError: an in-band error, or bytes that cannot be read.
        """

    def end(self) -> list[ReplyEvent]:
        """The upstream's stream ended; what is still owed (`End`, where it was not said apart).

        Raises:
            UpstreamTruncated: its end had not been said.
        """

    def failure(self, status: int, body: bytes) -> VanguardError:
        """The error that an answer of status >= 400 means, with the provider's own words."""


class ReplyWriter(Protocol):
    """Writes one reply to a client. One instance per reply.

    Attributes:
        lost: names of what the reply has held so far and the client's API has no place for.
    """

    @property
    def lost(self) -> tuple[str, ...]:
        """As above."""

    def whole(self, events: Iterable[ReplyEvent]) -> bytes:
        """The body of a non-streamed reply."""

    def event(self, event: ReplyEvent) -> bytes:
        """Server-sent bytes for one event; empty when the dialect says nothing there.

        Raises:
            UpstreamError: the events make no sense together.
        """

    def error(self, error: VanguardError, request_id: str) -> bytes:
        """An in-band error that ends a stream already begun."""


class Dialect(Protocol):
    """One API family, such as `openai_chat` or `anthropic_messages`."""

    name: str

    def read_request(self, body: bytes) -> Conversation:
        """Reads a client's request.

        Raises:
            InvalidRequest: with the field at fault in `param`.
        """

    def write_request(self, conversation: Conversation, losses: Losses) -> bytes:
        """The body for an upstream of this dialect; `conversation.model` is the upstream's name."""

    def reader(self) -> ReplyReader:
        """A reader for one reply of an upstream of this dialect."""

    def writer(self, conversation: Conversation, reply_id: str) -> ReplyWriter:
        """A writer for one reply to a client of this dialect, told what that client asked for."""

    def error_body(self, error: VanguardError, request_id: str) -> bytes:
        """The dialect's own error envelope, as JSON."""
